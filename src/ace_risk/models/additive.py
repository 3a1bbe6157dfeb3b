"""The one form of every deployable model: a table of scores that is looked up and added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import PackError, StudyError
from ace_risk.features.catalogue import Direction
from ace_risk.models.columns import Floats, read_columns
from ace_risk.models.probability import LogisticMap, ProbabilityMap
from ace_risk.models.sql import table_sql
from ace_risk.models.table_text import FORMAT, VERSION, read_document, read_probability, read_terms, write_document
from ace_risk.models.terms import FeatureTerm, PairTerm, Term, as_floats, as_tuple, set_fields

DIRECTIONS = get_args(Direction)


@dataclass(frozen=True)
class AdditiveModel:
    """A fitted table: intercept, scores by bin for each feature or pair, and a map to probability.

    The total score of a row is the intercept plus the score of its bin in every term, added in the order
    of the terms. NaN goes to the missing bin; an infinite value is an error. A model is stored as JSON
    (`to_json`), never as a pickle: copying one between processes also goes through its checked JSON.

    Attributes
    ----------
    intercept
        Added to every total.
    terms
        Terms of one feature or of a pair; a feature has at most one term of its own.
    probability
        Monotone map from total score to probability.
    directions
        Feature to `more_need` (scores may not fall as the value grows), `less_need` (may not rise, and
        missing may not score above the last bin) or `either`; a feature that isn't named is `either`.

    Raises
    ------
    StudyError
        Naming every shape, count or direction that is wrong.

    Examples
    --------
    >>> term = FeatureTerm("missing_count_365d", (1, 3), (0, 2, 4), 0, (90, 8, 2), 0)
    >>> model = AdditiveModel((term,), LogisticMap(0.5, -2), directions={"missing_count_365d": "more_need"})
    >>> X = pd.DataFrame({"missing_count_365d": [0, 1, 5]})
    >>> model.decision_function(X).tolist()
    [0.0, 2.0, 4.0]
    >>> model.predict_proba(X)[:, 1].round(2).tolist()
    [0.12, 0.27, 0.5]
    >>> AdditiveModel.from_json(model.to_json()) == model
    True
    """

    terms: tuple[Term, ...]
    probability: ProbabilityMap
    intercept: float = 0.0
    directions: Mapping[str, Direction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems: list[str] = []
        terms = as_tuple(self.terms, "terms", problems)
        (intercept,) = as_floats([self.intercept], "intercept", problems)
        if not isinstance(self.probability, LogisticMap):
            problems.append("probability: must be a map to probability, such as LogisticMap(slope, intercept)")
        if not isinstance(self.directions, Mapping):
            problems.append("directions: must be a mapping of feature to direction")
        elif not all(isinstance(term, FeatureTerm | PairTerm) for term in terms):
            problems.append("terms: each must be a FeatureTerm or a PairTerm")
        else:
            problems += structure_problems(terms, self.directions)
        if problems:
            raise StudyError.from_problems("table of scores", problems)
        directions = MappingProxyType(dict(sorted(self.directions.items())))
        set_fields(self, terms=terms, intercept=intercept, directions=directions)

    def __hash__(self) -> int:
        return hash((self.terms, self.probability, self.intercept))

    def __reduce__(self) -> tuple[Callable[[str], AdditiveModel], tuple[str]]:
        return AdditiveModel.from_json, (self.to_json(),)

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """The columns that the model reads, in the order of its terms."""
        names = dict.fromkeys(name for term in self.terms for name in term.features)
        return np.array(list(names), dtype=object)

    def scores_by_term(self, X: pd.DataFrame) -> pd.DataFrame:
        """The score of every term: one row per row of `X` (same index), one column per term.

        A pair's column is named after both features, joined by `` & ``.
        """
        columns = read_columns(X, list(self.feature_names_in_))
        return pd.DataFrame({term.name: term.lookup(columns) for term in self.terms}, index=X.index)

    def decision_function(self, X: pd.DataFrame) -> Floats:
        """The total score of each row (points, or log-odds), before the map to probability.

        Parameters
        ----------
        X
            One row per child and cutoff. Extra columns and the order of columns don't matter.

        Raises
        ------
        DataError
            Naming every column that is absent, not numeric, or infinite.
        """
        columns = read_columns(X, list(self.feature_names_in_))
        total = np.full(len(X), self.intercept)
        for term in self.terms:
            total += term.lookup(columns)
        return total

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probabilities, one row per row of `X`: column 0 that the outcome is not recorded, column 1 that it is."""
        positive = self.probability.probability(self.decision_function(X))
        return np.column_stack([1.0 - positive, positive])

    def to_json(self) -> str:
        """Canonical JSON with a SHA-256 of its content; the same model gives the same text."""
        content: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "intercept": self.intercept,
            "terms": [term.to_dict() for term in self.terms],
            "probability": self.probability.to_dict(),
            "directions": dict(self.directions),
        }
        return write_document(content)

    @classmethod
    def from_json(cls, text: str) -> AdditiveModel:
        """Read what `to_json` wrote; scores are equal to the last bit.

        Raises
        ------
        PackError
            The text was changed, is damaged, has another format or version, or breaks a rule of the table.
        """
        content = read_document(text)
        try:
            return cls(
                terms=read_terms(content["terms"]),
                probability=read_probability(content["probability"]),
                intercept=content["intercept"],
                directions=content["directions"],
            )
        except StudyError as error:
            raise PackError(f"table: breaks a rule of its format. {error}") from None

    def to_sql(self, table: str) -> str:
        """A SELECT that scores `table`: its columns, then `total_score` and `probability`.

        NULL is missing. An infinite value gives a NULL score.

        Raises
        ------
        StudyError
            The table's name is empty, or a feature is named like one of the two new columns.
        """
        return table_sql(self.intercept, self.terms, self.probability, table)

    def check_directions(self) -> list[str]:
        """Every place where the scores run against a direction, in plain words; none when all is well.

        Examples
        --------
        >>> term = FeatureTerm("missing_count_365d", (1, 3), (0, 4, 2), 0, (90, 8, 2), 0)
        >>> AdditiveModel((term,), LogisticMap(1, 0), 0, {"missing_count_365d": "more_need"}).check_directions()
        ['missing_count_365d: more_need, yet the score falls from 4 to 2 where the value reaches 3']
        """
        violations: list[str] = []
        for term in self.terms:
            if isinstance(term, FeatureTerm):
                violations += direction_violations(term, self.directions.get(term.feature, "either"))
                continue
            for name in term.features:
                direction = self.directions.get(name, "either")
                if direction != "either":
                    violations.append(f"{name}: {direction}, yet it stands in a pair ({term.name})")
        return violations


def direction_violations(term: FeatureTerm, direction: Direction) -> list[str]:
    """Where one feature's scores run against its direction."""
    if direction == "either":
        return []
    violations = []
    sign, verb = (1, "falls") if direction == "more_need" else (-1, "rises")
    for edge, (low, high) in zip(term.edges, pairwise(term.scores), strict=True):
        if sign * (high - low) < 0:
            where = f"where the value reaches {edge:g}"
            violations.append(f"{term.feature}: {direction}, yet the score {verb} from {low:g} to {high:g} {where}")
    if direction == "less_need" and term.missing_score > term.scores[-1]:
        scores = f"{term.missing_score:g}, more than the last bin's {term.scores[-1]:g}"
        violations.append(f"{term.feature}: {direction}, yet missing scores {scores}")
    return violations


def structure_problems(terms: tuple[Term, ...], directions: Mapping[str, Direction]) -> list[str]:
    """What is wrong between the terms, and with the directions."""
    problems = [
        f"terms: {name!r} stands {times} times; once is allowed"
        for name, times in Counter(" & ".join(sorted(term.features)) for term in terms).items()
        if times > 1
    ]
    if len({term.rows for term in terms}) > 1:
        problems.append("counts: every term must count the same number of training rows")
    used = {name for term in terms for name in term.features}
    for name, direction in directions.items():
        if name not in used:
            problems.append(f"directions: no term reads {name!r}")
        if direction not in DIRECTIONS:
            problems.append(f"directions: {name!r} must be one of {', '.join(DIRECTIONS)}, got {direction!r}")
    return problems
