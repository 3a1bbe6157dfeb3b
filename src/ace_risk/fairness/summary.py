"""The audit in plain words: three sentences for the top of the report, and questions for the board."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from ace_risk.errors import StudyError
from ace_risk.fairness.disclosure import suppress_gaps, suppress_small
from ace_risk.fairness.result import FairnessAudit
from ace_risk.fairness.verdicts import OPEN, OUTSIDE

__all__ = ["audit_sentences", "other_measures", "questions_for_board", "suppress_gaps", "suppress_small"]

MEASURES = {
    "tpr": "listed, of those for whom the outcome followed",
    "selection_rate": "listed, of all rows",
    "fpr": "listed, of those whom support did not follow",
    "ppv": "the outcome followed, of those listed",
}
"""The measures in words; the share missed is the true positive rate told backwards."""
ATTRIBUTE_TITLES = {
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "ethnicity_18": "Ethnicity, 18 groups",
    "age_band": "Age",
    "care_status": "Care",
    "disability": "Disability",
    "deprivation": "Deprivation",
    "hub": "Hub",
}
"""What people read for each attribute."""
Rate = tuple[Any, ...]
"""An attribute, a group and a metric."""
NAMED = 3
"""Groups named in a sentence before the rest are only counted."""


def audit_sentences(
    audit: FairnessAudit,
    places: int,
    lists: int,
    attribute_titles: Mapping[str, str],
    hidden: Collection[Rate] = (),
    interval: tuple[float, float] | None = None,
) -> list[str]:
    r"""Three sentences on whom the lists reach: how many, where that differs, and what can't be told.

    They are about the children for whom the outcome followed (the true positive rate), per 1,000 of them, and rest on
    the primary comparisons where some were declared. A group that differs is given with its 95 % interval.

    Parameters
    ----------
    audit
        Over all lists of the test period together.
    places, lists
        Places on each list, and number of lists.
    attribute_titles
        What people read for each attribute; one without a title keeps its name.
    hidden
        The rates that may not be shown.
    interval
        The 95 % interval of the share listed of all the times the outcome followed; not told if not given.

    Raises
    ------
    StudyError
        If `places` or `lists` is below 1.

    Examples
    --------
    >>> from ace_risk.fairness.audit import audit_fairness
    >>> sex = pd.Series(["Girl", "Boy", "Boy"] * 4_000, name="sex")
    >>> audit = audit_fairness([1, 1, 1, 0] * 3_000, range(12_000), sex, list_size=4_800)
    >>> for sentence in audit_sentences(audit, 4_800, 1, {"sex": "Sex"}):
    ...     print(sentence.replace(" places, of", " places,\n of"))
    Over 1 list of 4,800 places,
     of 1,000 children like these for whom the outcome followed, 400 were listed (3,600 of 9,000).
    In 1 of 1 comparison the groups don't differ by more than 50 in 1,000: 400 to 400 of 1,000 were listed.
    There was enough evidence to assess every group.
    """
    problems = [
        f"{name}: must be 1 or more, got {value}."
        for name, value in (("places", places), ("lists", lists))
        if value < 1
    ]
    if problems:
        raise StudyError.from_problems("audit_sentences", problems)
    titles = {name: attribute_titles.get(name, name) for name in audit.by_group["attribute"]}
    compared = audit.primary[audit.primary["metric"] == "tpr"]
    return [
        reached(audit, places, lists, interval),
        differing(audit, compared, titles, hidden),
        untold(compared, titles),
    ]


def reached(audit: FairnessAudit, places: int, lists: int, interval: tuple[float, float] | None = None) -> str:
    """How often a child for whom the outcome followed was listed, all groups together.

    Over several lists these are times and not children: a child counts once on each list date.
    """
    size = f"{counted(lists, 'list')} of {counted(places, 'place')}"
    first = audit.by_group[audit.by_group["attribute"] == audit.by_group["attribute"].iloc[0]]
    listed, missed = int(first["tp"].sum()), int(first["fn"].sum())
    if listed + missed == 0:
        return (
            f"Over {size}, the outcome followed for no child in these records, "
            "so whom the lists miss can't be assessed."
        )
    share = per_1000(listed / (listed + missed))
    counts = f"{listed:,} of {listed + missed:,}"
    if interval is not None:
        counts += f"; between {per_1000(interval[0])} and {per_1000(interval[1])} of 1,000"
    if lists == 1:
        whom = f"children like these for whom the outcome followed, {share} were listed"
    else:
        whom = f"times that the outcome followed for a child like these, the child had been listed {share} times"
    return f"Over {size}, of 1,000 {whom} ({counts})."


def differing(
    audit: FairnessAudit, compared: pd.DataFrame, titles: Mapping[str, str], hidden: Collection[Rate] = ()
) -> str:
    """Which groups differ from the largest by more than the margin, or how far apart those are that don't."""
    if compared.empty:
        return "No attribute has more than one group, so there is nothing to compare."
    margin = f"{per_1000(audit.settings['margins']['tpr'])} in 1,000"
    outside = compared[compared["verdict"] == OUTSIDE]
    settled = compared[compared["verdict"] != OPEN]
    columns = audit.by_group[["attribute", "group", "tpr", "tpr_low", "tpr_high"]]
    rates = {(name, group): figures for name, group, *figures in columns.itertuples(index=False)}
    if not outside.empty:
        told = [_apart(row, rates, titles, hidden) for row in outside.head(NAMED).itertuples()]
        more = [f"and {len(outside) - NAMED:,} more"] if len(outside) > NAMED else []
        return f"{groups_of(outside, compared)} from the largest group by more than {margin}: {'; '.join(told + more)}."
    comparisons = counted(len(compared), "comparison")
    if settled.empty:
        return f"No group can be assessed: none of {comparisons} settles whether groups differ by more than {margin}."
    pairs = [(row.attribute, group) for row in settled.itertuples() for group in (row.group, row.reference)]
    reach = [rates[pair][0] for pair in pairs if (*pair, "tpr") not in hidden]
    if not reach:
        return f"In {len(settled):,} of {comparisons} the groups don't differ by more than {margin}."
    return (
        f"In {len(settled):,} of {comparisons} the groups don't differ by more than {margin}: "
        f"{per_1000(min(reach))} to {per_1000(max(reach))} of 1,000 were listed."
    )


def other_measures(
    audit: FairnessAudit, attribute_titles: Mapping[str, str], hidden: Collection[Rate] = ()
) -> list[str]:
    """What lies outside the margin in comparisons that the answer doesn't rest on: one sentence, or none.

    The share missed is left out: it is the true positive rate told backwards.

    Parameters
    ----------
    audit
        Over all lists of the test period together.
    attribute_titles
        What people read for each attribute; one without a title keeps its name.
    hidden
        The rates that may not be shown.
    """
    titles = {name: attribute_titles.get(name, name) for name in audit.by_group["attribute"]}
    others = audit.verdicts.drop(audit.primary.index)
    others = others[others["metric"] != "fnr"]
    outside = others[others["verdict"] == OUTSIDE]
    if outside.empty:
        return []
    rates = {
        (row["attribute"], row["group"], name): row[name]
        for row in audit.by_group.to_dict("records")
        for name in MEASURES
    }
    told = []
    for row in outside.head(NAMED).to_dict("records"):
        attribute, metric = str(row["attribute"]), str(row["metric"])
        pair = [(row["attribute"], row[name], metric) for name in ("group", "reference")]
        ours, largest = per_1000(rates[pair[0]]), per_1000(rates[pair[1]])
        figures = f"{ours} of 1,000 beside {largest} in the largest group ({row['reference']})"
        shown = "figures hidden" if set(pair) & set(hidden) else figures
        told.append(f"{titles[attribute]}, {row['group']}: {MEASURES[metric]}, {shown}")
    more = [f"and {len(outside) - NAMED:,} more"] if len(outside) > NAMED else []
    return [
        f"Among the comparisons that only explore, of which some differ by chance, {len(outside):,} of {len(others):,} "
        f"{'lies' if len(outside) == 1 else 'lie'} outside the margin: {'; '.join(told + more)}."
    ]


def _apart(row: Any, rates: Mapping[Any, list[float]], titles: Mapping[str, str], hidden: Collection[Rate]) -> str:
    if {(row.attribute, group, "tpr") for group in (row.group, row.reference)} & set(hidden):
        return f"{titles[row.attribute]}, {row.group} (figures hidden)"
    rate, low, high = rates[row.attribute, row.group]
    reference = rates[row.attribute, row.reference][0]
    return (
        f"{titles[row.attribute]}, {row.group}: {per_1000(rate)} of 1,000 listed "
        f"({per_1000(low)} to {per_1000(high)}), beside {per_1000(reference)} in the largest group ({row.reference})"
    )


def untold(compared: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """For which groups there is not enough evidence."""
    unsettled = compared[compared["verdict"] == OPEN]
    if compared.empty:
        return "There is not enough evidence to say whether any group is reached less than another."
    if unsettled.empty:
        return "There was enough evidence to assess every group."
    named = [
        f"{titles[str(name)]}: {', '.join(str(group) for group in rows['group'][:NAMED])}"
        + (f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else "")
        for name, rows in unsettled.groupby("attribute", sort=False)
    ]
    return (
        f"There is not enough evidence to say whether "
        f"{groups_of(unsettled, compared)} from the largest group ({'; '.join(named)}); "
        "that doesn't mean that they are reached alike."
    )


def groups_of(some: pd.DataFrame, compared: pd.DataFrame) -> str:
    """How many of the compared groups, with the verb: "2 of 9 groups differ"."""
    return f"{len(some):,} of {counted(len(compared), 'group')} differ{'s' if len(some) == 1 else ''}"


def per_1000(share: float) -> str:
    """A share as a natural frequency.

    Examples
    --------
    >>> per_1000(0.4121)
    '412'
    """
    return f"{round(1000 * share):,}"


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "list"), counted(1200, "place")
    ('1 list', '1,200 places')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def questions_for_board() -> list[str]:
    """What the board should ask of the team and of itself, whatever the audit says."""
    return [
        "The records show what services did, not what children needed. Whose need was not seen, and by whom?",
        "Who is missed more often, and what happens to those children instead?",
        "Who is listed although the outcome did not follow, and how does a visit feel to their family?",
        "For which groups is there not enough evidence, and how will the records or other forces help to tell?",
        "For how many children is ethnicity not recorded, and why?",
        "Would counting incidents, or the present way of choosing, differ less between groups?",
        "Do teams visit and offer support alike once children are listed, and who checks?",
        "Which finding would make us stop, and who would decide it?",
    ]
