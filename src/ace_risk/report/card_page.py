"""The model card as a page."""

from __future__ import annotations

from ace_risk.cards.questions import FOR_PEOPLE
from ace_risk.cards.sections import ModelCard, given, search_sentences
from ace_risk.cards.standing import WATCHING
from ace_risk.report.evaluation_page import headline, listed_dots, reached_dots
from ace_risk.report.page import Header, render
from ace_risk.report.pictures import Picture
from ace_risk.report.plots_search import trade_off
from ace_risk.report.words import fairness_answer


def render_card(card: ModelCard, header: Header) -> str:
    """The page of a model card; whatever hasn't been given is shown as a gap.

    Parameters
    ----------
    card
        From :func:`ace_risk.cards.card.build_card`.
    header
        Top and foot of the page; its answer, if given, replaces the verdict's wording.
    """
    performance = card.performance.model_dump()
    return render(
        "card.html.j2",
        header,
        card=card,
        given=given,
        fairness_answer=fairness_answer(card.fairness.answer),
        headline=header.answer or headline(card.performance.verdict),
        evaluation={"points_card": _points_card(card)},
        listed=listed_dots(performance),
        reached=reached_dots(performance),
        choice=search_sentences(card.search),
        trials=_trials(card),
        for_people=FOR_PEOPLE,
        watching=WATCHING,
    )


def _trials(card: ModelCard) -> Picture | None:
    """The trade-off between size, recall and the gap between groups; None if nothing was searched."""
    if card.search is None:
        return None
    measured = [trial.model_dump() for trial in card.search.trials if trial.recall is not None]
    return trade_off(measured, card.search.best_recall) if measured else None


def _points_card(card: ModelCard) -> dict[str, object]:
    return {
        "features": [feature.model_dump() for feature in card.points],
        "intercept": card.intercept,
        "totals": list(card.totals),
    }
