"""What a model has to beat: rankings that a person could make by hand, and chance.

What is counted is declared in `configs/aces.yaml`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from ace_risk.errors import StudyError
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.kinds import Kinds, read_yaml, validation_problems
from ace_risk.models.columns import Floats
from ace_risk.plans import Part

ACE_TITLE = "Counting adverse experiences"
PPN_TITLE = "Three green notices in three months"
CONTACT_TITLE = "Most recent contact"
CHANCE_TITLE = "Chance"


class NoticeRule(Part):
    """So many safeguarding notices of these grades within a window."""

    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    grades: tuple[str, ...] = ()
    window_days: Annotated[int, Field(ge=1)] = 91
    at_least: Annotated[int, Field(ge=1)] = 3


class BaselinesFile(Part):
    """The layout of `aces.yaml`."""

    aces: Annotated[tuple[str, ...], Field(min_length=1)]
    ppn_rule: NoticeRule


@dataclass(frozen=True)
class Baselines:
    """The rules, and the features that they count.

    Attributes
    ----------
    ace, notices, contact
        `ace_count`: distinct adverse experiences ever recorded; the notices that `ppn_rule` counts; and days
        since the last record of any kind but enforcement, for `recent_contact`.
    at_least
        From how many notices on `ppn_rule` says yes.
    """

    ace: FeatureSpec
    notices: FeatureSpec
    contact: FeatureSpec
    at_least: int

    @property
    def catalogue(self) -> Catalogue:
        """The features to build before scoring."""
        return Catalogue([self.ace, self.notices, self.contact])

    def scores(self, features: pd.DataFrame, cohort: pd.DataFrame, seed: int) -> list[tuple[str, str, Floats]]:
        """Name, title and score of each baseline.

        Parameters
        ----------
        features
            One row per cohort row, with the columns of `catalogue`.
        cohort
            The same rows: `child_id`, `cutoff`.
        seed
            Of `chance`.

        Returns
        -------
        list of tuple
            `ace_count`, the number of kinds; `ppn_rule`, 1 where there are enough notices, else 0;
            `recent_contact`, from 1 for today down to 0 for never; and `chance`, a draw from 0 up to 1.
        """
        enough = features[self.notices.name] >= self.at_least
        recent = 1.0 / (1.0 + features[self.contact.name].to_numpy(dtype=float))
        return [
            ("ace_count", ACE_TITLE, features[self.ace.name].to_numpy(dtype=float)),
            ("ppn_rule", PPN_TITLE, enough.to_numpy(dtype=float)),
            ("recent_contact", CONTACT_TITLE, np.nan_to_num(recent, nan=0.0)),
            ("chance", CHANCE_TITLE, chance(cohort, seed)),
        ]


def chance(cohort: pd.DataFrame, seed: int) -> Floats:
    """A draw from [0, 1) per row, by a hash of the seed, the cutoff's date and the child: the order of rows is free.

    Examples
    --------
    >>> cohort = pd.DataFrame({"child_id": ["a", "b"], "cutoff": pd.to_datetime(["2026-05-12"] * 2)})
    >>> chance(cohort, seed=1).round(2).tolist()
    [0.67, 0.84]
    """
    days = cohort["cutoff"].dt.strftime("%Y-%m-%d")
    rows = zip(days, cohort["child_id"], strict=True)
    digests = (hashlib.sha256(f"{seed} {day} {child}".encode()).digest() for day, child in rows)
    return np.array([int.from_bytes(digest[:6], "big") / 2**48 for digest in digests], dtype=np.float64)


def load_baselines(path: Path, kinds: Kinds) -> Baselines:
    """Read the rules that a model must beat.

    Raises
    ------
    StudyError
        Naming every unknown key and kind, and every kind that is refused.

    Examples
    --------
    >>> from ace_risk.kinds import configs_folder, load_kinds
    >>> load_baselines(configs_folder() / "aces.yaml", load_kinds()).catalogue.names
    ['ace_distinct_kinds_ever', 'ppn_green_count_91d', 'contact_days_since_last_ever']
    """
    try:
        file = BaselinesFile.model_validate(read_yaml(path))
    except ValidationError as error:
        raise StudyError.from_problems(str(path), validation_problems(error)) from None
    named = (*file.aces, *file.ppn_rule.kinds)
    unknown = sorted(set(named) - set(kinds.all))
    problems = [f"{name}: is not a kind of kinds.yaml. Name one that is." for name in unknown]
    refused = kinds.refusal(named)
    if refused:
        problems.append(refused)
    if problems:
        raise StudyError.from_problems(str(path), problems)
    rule = file.ppn_rule
    label = "_".join(["ppn", *rule.grades])
    return Baselines(
        FeatureSpec("ace", file.aces, "distinct_kinds"),
        FeatureSpec(label, rule.kinds, "count", rule.window_days, grades=rule.grades),
        FeatureSpec("contact", tuple(sorted(set(kinds.all) - kinds.enforcement)), "days_since_last"),
        rule.at_least,
    )
