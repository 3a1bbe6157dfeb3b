"""The model card as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ace_risk.cards.questions import Questions, told
from ace_risk.cards.sections import ModelCard, given, search_sentences
from ace_risk.cards.standing import WATCHING
from ace_risk.report.natural import count, day, interval, number, of_100, share, signed
from ace_risk.report.words import ROW_MEANS, fairness_answer, number_means


def card_markdown(card: ModelCard) -> str:
    """The whole card as Markdown text; anything that Markdown or HTML would interpret is escaped."""
    blocks = [
        f"# Model card: {plain(card.title)}",
        plain(card.data.statement),
        f"Pack `{plain(card.pack_id)}`. Owner: {plain(given(card.owner))}. Contact: {plain(given(card.contact))}.",
        *_section("Purpose", [plain(given(card.purpose)), number_means(card.outcome.title)]),
        *_section("What it must not be used for", [_items(card.out_of_scope)]),
        *_section("What it learns to expect", _outcome(card)),
        *_section("Data", _data(card)),
        *_section("How well the lists did", _performance(card)),
        *_section("Fairness", _fairness(card)),
        *_section("The points card", _points(card)),
        *_section("How the card was chosen", _chosen(card)),
        *_section(
            "Limits, and evidence that speaks against it", [_items(f"{x.text} ({x.source})" for x in card.limits)]
        ),
        *_section("What people decide", [_items(card.human_decisions)]),
        *_section("What is watched", [WATCHING, _watched(card)]),
        *_section("When the work stops", [_stops(card)]),
        *(block for asked in card.accountability for block in _section(asked.title, _asked(asked))),
        *_section("Versions", [_items(f"{name} {release}" for name, release in sorted(card.versions.items()))]),
        *_section("Not given yet", [_items(card.gaps) if card.gaps else "Nothing: every field is given."]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def plain(text: str) -> str:
    r"""Text that Markdown shows as it is.

    Examples
    --------
    >>> plain("<b> *x* | [y](z)")
    '\\<b\\> \\*x\\* \\| \\[y\\](z)'
    """
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _section(title: str, blocks: Sequence[str]) -> list[str]:
    return [f"## {title}", *blocks]


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {plain(line)}" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(plain(cell) for cell in row) + " |" for row in rows)])


def _outcome(card: ModelCard) -> list[str]:
    outcome = card.outcome
    return [
        f"{plain(outcome.title)} ({outcome.horizon_days} days).",
        f"It stands in for: {plain(given(outcome.stands_for))}",
        f"It may mislead: {plain(given(outcome.may_mislead))}",
    ]


def _data(card: ModelCard) -> list[str]:
    data = card.data
    return [
        f"Records from {day(data.start)} up to, not including, {day(data.end)}: {count(data.children)} children, "
        f"{count(data.cohort_rows)} rows (a child at a cutoff), of which {count(data.labelled_rows)} could be followed "
        "to the end of their outcome window."
    ]


def _performance(card: ModelCard) -> list[str]:
    found = card.performance
    bar = [[item["item"], item["needed"], item["got"], item["verdict"]] for item in found.bar]
    return [
        f"Verdict against the bar declared before training: **{plain(found.verdict)}**.",
        _items(found.sentences),
        f"{count(found.lists)} lists of {count(found.places)} places: {of_100(found.precision)} places went to a child "
        f"for whom the outcome followed ({interval(found.precision_low, found.precision_high)}); "
        f"{of_100(found.recall)} times that it followed, of children already known to services, the child had been "
        f"listed ({interval(found.recall_low, found.recall_high)}). {ROW_MEANS}",
        _table(["item", "needed", "got", "verdict"], bar),
    ]


def _fairness(card: ModelCard) -> list[str]:
    found = card.fairness
    return [
        plain(fairness_answer(found.answer)),
        _items(found.sentences),
        f"Comparisons with a margin of {share(found.margin)}: {found.within} within, {found.outside} outside, "
        f"{found.not_enough_evidence} without enough evidence.",
        *([_accepted(card)] if card.acceptances else []),
    ]


def _accepted(card: ModelCard) -> str:
    rows = [
        [f"{item.name}, {item.role}", ", ".join(item.accepts), item.reason, day(item.expires_on)]
        for item in card.acceptances
    ]
    return _table(["who accepts", "what isn't known well enough", "why", "until, not including"], rows)


def _points(card: ModelCard) -> list[str]:
    rows = [
        [feature.title, item.text, signed(item.points), share(item.share)]
        for feature in card.points
        for item in feature.bins
    ]
    return [
        f"Start from {number(card.intercept, 0)} and add:",
        _table(["feature", "what the records show", "points", "share of rows"], rows),
    ]


def _chosen(card: ModelCard) -> list[str]:
    told = [_items([*search_sentences(card.search), *([card.test_openings] if card.test_openings else [])])]
    if card.search is None:
        return told
    rows = [
        [
            f"{trial.number}{' (chosen)' if trial.chosen else ''}", str(trial.features), of_100(trial.recall),
            "not measured" if trial.gap is None else of_100(trial.gap), "yes" if trial.within else "no",
        ]
        for trial in sorted(card.search.trials, key=lambda trial: (trial.features, trial.number))
    ]  # fmt: skip
    return [*told, _table(["trial", "features", "recall", "largest gap", "within one standard error"], rows)]


def _asked(asked: Questions) -> list[str]:
    rows = [[question.title, told(question), ", ".join(question.evidence)] for question in asked.questions]
    return [plain(asked.about), _table(["question", "answer", "evidence"], rows)]


def _watched(card: ModelCard) -> str:
    rows = [[item.what, item.now, item.stop] for item in card.monitoring]
    return _table(["what", "in the test", "the work stops if"], rows)


def _stops(card: ModelCard) -> str:
    rows = [[item.when, given(item.who), given(item.by_when)] for item in card.stop_conditions]
    return _table(["when", "who acts", "by when"], rows)
