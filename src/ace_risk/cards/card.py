"""The model card: built as data from the study, the evaluation and the audit; rendered last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ace_risk.cards import standing
from ace_risk.cards.acceptances import Acceptance
from ace_risk.cards.accountability import accountability
from ace_risk.cards.markdown import card_markdown
from ace_risk.cards.sections import (
    CardData,
    CardFairness,
    CardFeature,
    CardOutcome,
    CardPerformance,
    CardSearch,
    CardTrial,
    Limit,
    ModelCard,
    StopCondition,
)
from ace_risk.fairness.summary import ATTRIBUTE_TITLES
from ace_risk.report.evaluation_sections import where
from ace_risk.study import Study

__all__ = ["ModelCard", "build_card", "card_markdown"]


def build_card(
    study: Study,
    evaluation: Mapping[str, Any],
    audit: Mapping[str, Any],
    pack_id: str,
    versions: Mapping[str, str],
    acceptances: Sequence[Acceptance] = (),
) -> ModelCard:
    """Put the card together from the study, the evaluation and the audit.

    Parameters
    ----------
    study
        Says what the model is for and who owns it; a value in brackets, such as `(name an owner)`, is a gap.
    evaluation, audit
        As in `evaluation.json` and `audit.json`; the first model of the evaluation is the one described.
    pack_id
        The pack that the card belongs to.
    versions
        Releases of ace-risk, Python and the libraries that made it.
    acceptances
        Who accepts what isn't known well enough, from `acceptances.yaml` beside the pack.
    """
    model = evaluation["models"][0]
    card = evaluation["points_card"]
    verdicts = [row["verdict"] for row in audit["verdicts"]]
    made = ModelCard(
        title=study.title,
        purpose=study.purpose,
        out_of_scope=standing.OUT_OF_SCOPE,
        owner=given_text(study.owner),
        contact=given_text(study.contact),
        outcome=CardOutcome.model_validate({key: evaluation["outcome"][key] for key in CardOutcome.model_fields}),
        data=CardData.model_validate({key: evaluation["data"][key] for key in CardData.model_fields}),
        performance=CardPerformance(
            places=evaluation["places"],
            lists=evaluation["lists"],
            sentences=tuple(evaluation["sentences"]),
            bar=tuple({key: str(value) for key, value in item.items()} for item in evaluation["bar"]),
            verdict=evaluation["verdict"],
            **{key: model[key] for key in _MEASURES},
        ),
        fairness=CardFairness(
            answer=audit["answer"],
            margin=audit["margin"],
            sentences=tuple(audit["sentences"]),
            attributes=tuple(dict.fromkeys(title_of(row["attribute"]) for row in audit["verdicts"])),
            within=verdicts.count("within"),
            outside=verdicts.count("outside"),
            not_enough_evidence=verdicts.count("not enough evidence"),
        ),
        points=tuple(CardFeature.model_validate(feature) for feature in card["features"]),
        intercept=card["intercept"],
        totals=tuple(card["totals"]),
        search=_search(evaluation.get("search")),
        test_openings=(evaluation.get("test_openings") or {}).get("note", ""),
        acceptances=tuple(acceptances),
        limits=tuple(Limit(text=text, source=source) for text, source in standing.LIMITS),
        human_decisions=standing.HUMAN_DECISIONS,
        stop_conditions=tuple(
            StopCondition(when=when, who=given_text(study.stop.who), by_when=given_text(study.stop.by_when))
            for when in standing.stop_conditions(study)
        ),
        alternatives=tuple(record["title"] for record in evaluation["models"][1:]),
        monitoring=standing.monitoring(study, model, audit["answer"]),
        lists_lapse_after_days=study.referrals.expires_days,
        versions=dict(versions),
        pack_id=pack_id,
    )
    return made.model_copy(update={"accountability": accountability(made)})


def title_of(attribute: str) -> str:
    """What people read for an attribute of the audit.

    Examples
    --------
    >>> title_of("care_status"), title_of("school")
    ('Care', 'school')
    """
    return ATTRIBUTE_TITLES.get(attribute, attribute)


_MEASURES = (
    "table", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high",
    "lift", "calibration_slope",
)  # fmt: skip


def _search(search: Mapping[str, Any] | None) -> CardSearch | None:
    """The search as the card tells it; None if nothing was searched."""
    if not search or not search["trials"]:
        return None
    trials = [{key: trial[key] for key in CardTrial.model_fields if key in trial} for trial in search["trials"]]
    known = [trial | {"gap_where": where(str(trial.get("gap_where") or ""))} for trial in trials]
    return CardSearch(
        rule=search["rule"],
        best_recall=search["best_recall"],
        trials=tuple(CardTrial.model_validate(trial) for trial in known),
    )


def given_text(text: str) -> str:
    """A text of the study; empty where it only holds the place of one, as `(name an owner)` does.

    Examples
    --------
    >>> given_text("(name an owner)"), given_text("Head of early help")
    ('', 'Head of early help')
    """
    return "" if text.startswith("(") and text.endswith(")") else text
