"""What the evaluation says in words, for a reader who is no statistician."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any


def of_every_100(share: float) -> str:
    """A share as a natural frequency, or that there is none.

    Examples
    --------
    >>> of_every_100(0.512), of_every_100(float("nan"))
    ('51 of every 100', 'an unknown share')
    """
    return "an unknown share" if isnan(share) else f"{share * 100:.0f} of every 100"


def evaluation_sentences(records: Sequence[dict[str, Any]], places: int, lists: int, outcome_title: str) -> list[str]:
    """Three sentences: how many places were well given, how many children were missed, and beside counting."""
    model = records[0]
    other = next(record for record in records if record["name"] == "ace_count")
    listed = model["table"]["tp"] + model["table"]["fp"]
    followed, reached = model["children"]["followed"], model["children"]["reached"]
    more = reached - other["children"]["reached"]
    comparison = f"{more:,} more than" if more > 0 else "no more than" if more == 0 else f"{-more:,} fewer than"
    return [
        f"On {lists} list{'s' * (lists != 1)} of {places:,} places each, {model['table']['tp']:,} of {listed:,} places "
        f"went to a child who then had {outcome_title}: about {of_every_100(model['precision'])}.",
        f"It followed for {followed:,} children already known to services; a list reached {reached:,} of them before "
        f"it did, and {followed - reached:,} were missed.",
        f"Counting adverse childhood experiences at the same places reaches {other['children']['reached']:,} of these "
        f"children: the model reaches {comparison} that.",
    ]


def simplicity_sentence(card: int, ceiling: int, kept: float, auc_difference: float, within: float = 0.005) -> str:
    """What the simplicity of the card costs.

    Parameters
    ----------
    card, ceiling
        Rows listed for which the outcome followed.
    kept
        Their ratio.
    auc_difference
        Ceiling less card.
    within
        A difference in AUC that needs no words.

    Examples
    --------
    >>> simplicity_sentence(380, 400, 0.95, 0.002)
    'Gradient boosting gives 400 places to a child for whom it followed; the card gives 380, 95 for every 100.'
    """
    said = (
        f"Gradient boosting gives {ceiling:,} places to a child for whom it followed; the card gives {card:,}, "
        f"{kept * 100:.0f} for every 100."
    )
    if auc_difference <= within:
        return said
    return (
        f"{said} Over all rows, not only those at the top, boosting orders children better: its area under the ROC "
        f"curve is {auc_difference:.3f} larger, which is more than {within:g}."
    )
