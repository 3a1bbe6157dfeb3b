"""The table that is learnt, how its size is chosen, and what is checked beyond it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ace_risk.plans.part import Part, Share

ModelKind = Literal["points_card", "binned_logistic", "boosted_table"]
"""The kinds of table that may be used: whole points, real-valued scores on the same bins, or a boosted table."""


class ModelPlan(Part):
    """The table that is learnt, and how large it may be.

    Attributes
    ----------
    kind
        `points_card`, `binned_logistic` or `boosted_table`.
    max_features, max_points, max_cuts
        The most features, the most points of a bin, and the most cut points of a feature. The search tries
        smaller ones too. A boosted table is bound by none of them.
    compare
        What stands beside the table in the evaluation, to say what its simplicity costs; `ceiling` is
        gradient boosting, which is never used.
    """

    kind: ModelKind = "points_card"
    max_features: Annotated[int, Field(ge=1, le=40)] = 12
    max_points: Annotated[int, Field(ge=1, le=20)] = 5
    max_cuts: Annotated[int, Field(ge=1, le=20)] = 5
    compare: tuple[ModelKind | Literal["ceiling"], ...] = ("binned_logistic", "boosted_table", "ceiling")


class SearchPlan(Part):
    """How the size of the table is chosen, on the validation folds only.

    Attributes
    ----------
    trials
        Sizes to try; 0 for none, which takes the largest that the model plan allows. A boosted table has no
        size to choose.
    choice
        `simplest_within_one_standard_error` of the best recall at list size, or the `best` itself.
    keep_at_least
        What the simplest must keep of the best recall, whatever the standard error: with few data the error is
        large, and simplicity would be bought with noise.
    storage
        Address of a database that keeps the trials, so that a killed search goes on where it stopped; empty for
        a file beside the run.
    """

    trials: Annotated[int, Field(ge=0, le=10_000)] = 20
    choice: Literal["simplest_within_one_standard_error", "best"] = "simplest_within_one_standard_error"
    keep_at_least: Share = 0.98
    storage: str = ""


class ChecksPlan(Part):
    """Fits beyond the model's own that say how far its figures can be trusted.

    Attributes
    ----------
    learning_shares
        Shares of the training families on which the table is learnt again; empty for no learning curve.
    unseen_families
        Whether the table is also judged on families that it never saw.
    """

    learning_shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.05, 0.1, 0.25, 0.5)
    unseen_families: bool = True
