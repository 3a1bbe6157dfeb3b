"""The lines of the card that one child has: what each says, and its points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.evaluate.printed_card import bin_words, feature_title, missing_words
from ace_risk.explanation.parental import Unnamed
from ace_risk.features.catalogue import FeatureSpec
from ace_risk.models.columns import read_columns
from ace_risk.models.terms import FeatureTerm

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack


@dataclass(frozen=True)
class CardLine:
    """A line of the card: its title, which of its bins the child is in, and the points of that bin."""

    title: str
    text: str
    points: float


def lines_of(pack: Pack, features: pd.DataFrame, unnamed: Unnamed) -> list[CardLine]:
    """Every line of the card for one child; with the card's start, the points add up to the child's total.

    Parameters
    ----------
    pack
        The model and its catalogue.
    features
        One row: the child's features.
    unnamed
        A line about a kind that may not be named says "concerns at home" and shows its points only.
    """
    columns = read_columns(features, list(pack.model.feature_names_in_))
    lines = [CardLine("Every child starts from", "", float(pack.model.intercept))] if pack.model.intercept else []
    for term in pack.model.terms:
        specs = [pack.catalogue[name] for name in term.features]
        points = float(term.lookup(columns)[0])
        if any(set(spec.kinds) & unnamed.kinds for spec in specs):
            lines.append(CardLine("Concerns at home", "", points))
        elif isinstance(term, FeatureTerm):
            lines.append(
                CardLine(feature_title(specs[0]), _bin(term, specs[0], int(term.codes(columns)[0][0])), points)
            )
        else:
            lines.append(CardLine(" with ".join(feature_title(spec) for spec in specs), "", points))
    return lines


def _bin(term: FeatureTerm, spec: FeatureSpec, code: int) -> str:
    """The words of a bin; the one after the last is for missing values."""
    if code == len(term.scores):
        return missing_words(spec)
    ends = [None, *term.edges, None]
    return bin_words(ends[code], ends[code + 1], spec)
