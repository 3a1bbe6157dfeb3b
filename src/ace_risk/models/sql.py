"""A table of scores as one SQL query, in words that DuckDB, SQLite and PostgreSQL share."""

from __future__ import annotations

from collections.abc import Sequence

from ace_risk.errors import StudyError
from ace_risk.models.probability import ProbabilityMap
from ace_risk.models.terms import PairTerm, Term

OUTPUTS = ("total_score", "probability")
LARGEST = "1.7976931348623157e308"


def table_sql(intercept: float, terms: Sequence[Term], probability: ProbabilityMap, table: str) -> str:
    """A SELECT with the columns of `table`, then the total score and the probability.

    Terms are added from left to right, as `AdditiveModel.decision_function` does, so the totals are the
    same numbers. Names are quoted, whatever they hold. NULL is missing, and so is NaN in engines that
    sort it last; an infinite value gives NULL.

    Raises
    ------
    StudyError
        `table` is empty or holds a NUL, or a feature has the name of one of the new columns.

    Examples
    --------
    >>> from ace_risk.models.probability import LogisticMap
    >>> from ace_risk.models.terms import FeatureTerm
    >>> term = FeatureTerm("crimes", (1,), (0, 2), 0, (90, 10), 0)
    >>> print(table_sql(0.0, [term], LogisticMap(1.0, -2.0), "features"))
    WITH scored AS (
      SELECT t.*,
        0.0e0
        + CASE
            WHEN t."crimes" IS NULL OR (t."crimes" > 1.7976931348623157e308 AND 0e0 - t."crimes" > 0e0) THEN 0.0e0
            WHEN t."crimes" NOT BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308 THEN NULL
            WHEN t."crimes" < 1.0e0 THEN 0.0e0
            ELSE 2.0e0
          END
        AS total_score
      FROM "features" AS t
    )
    SELECT scored.*, 1e0 / (1e0 + exp(-(1.0e0 * total_score + (-2.0e0)))) AS probability FROM scored
    """
    if not isinstance(table, str) or not table or "\x00" in table:
        raise StudyError("to_sql: give the name of the table, as text without NUL.")
    taken = sorted({name for term in terms for name in term.features if name.lower() in OUTPUTS})
    if taken:
        raise StudyError(
            f"to_sql: the query adds the columns {' and '.join(OUTPUTS)}. Rename the feature {taken[0]!r}."
        )
    total = [number(intercept), *(f"+ {score_sql(term)}" for term in terms)]
    logit = f"{number(probability.slope)} * total_score + {number(probability.intercept)}"
    lines = [
        "WITH scored AS (",
        "  SELECT t.*,",
        *(f"    {line}" for line in total),
        "    AS total_score",
        f"  FROM {quoted(table)} AS t",
        ")",
        f"SELECT scored.*, 1e0 / (1e0 + exp(-({logit}))) AS probability FROM scored",  # noqa: S608 (numbers only)
    ]
    return "\n".join(lines)


def score_sql(term: Term) -> str:
    """The score of one term as a CASE; a pair is a CASE inside a CASE."""
    if isinstance(term, PairTerm):
        first, second = term.features
        rows = [case_sql(second, term.edges[1], [number(score) for score in row], 12) for row in term.scores]
        return case_sql(first, term.edges[0], rows, 8)
    return case_sql(term.feature, term.edges, [number(score) for score in (*term.scores, term.missing_score)], 8)


def case_sql(feature: str, edges: Sequence[float], results: Sequence[str], spaces: int) -> str:
    """One of `results` by the bin of a feature, indented by `spaces`; the last result is for missing."""
    column = f"t.{quoted(feature)}"
    *bins, missing = results
    lines = [
        "CASE",
        f"WHEN {column} IS NULL OR ({column} > {LARGEST} AND 0e0 - {column} > 0e0) THEN {missing}",
        f"WHEN {column} NOT BETWEEN -{LARGEST} AND {LARGEST} THEN NULL",
        *(f"WHEN {column} < {number(edge)} THEN {result}" for edge, result in zip(edges, bins[:-1], strict=True)),
        f"ELSE {bins[-1]}",
    ]
    return f"\n{' ' * spaces}".join(lines) + f"\n{' ' * (spaces - 2)}END"


def quoted(name: str) -> str:
    """An SQL identifier that may hold anything but NUL."""
    return '"' + name.replace('"', '""') + '"'


def number(value: float) -> str:
    """A float that every engine reads as a double, to the last digit.

    Examples
    --------
    >>> number(0.1), number(-3.0), number(1e-300)
    ('0.1e0', '(-3.0e0)', '1e-300')
    """
    text = repr(value) if "e" in repr(value) else f"{value!r}e0"
    return f"({text})" if text.startswith("-") else text
