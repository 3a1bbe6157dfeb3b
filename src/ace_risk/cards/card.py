"""The model card: built as data from the study, the evaluation and the audit; rendered last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace_risk.cards import standing
from ace_risk.cards.markdown import card_markdown
from ace_risk.cards.sections import (
    CardData,
    CardFairness,
    CardFeature,
    CardOutcome,
    CardPerformance,
    Limit,
    ModelCard,
    StopCondition,
)
from ace_risk.study import Study

__all__ = ["ModelCard", "build_card", "card_markdown"]


def build_card(
    study: Study, evaluation: Mapping[str, Any], audit: Mapping[str, Any], pack_id: str, versions: Mapping[str, str]
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
    """
    model = evaluation["models"][0]
    card = evaluation["points_card"]
    verdicts = [row["verdict"] for row in audit["verdicts"]]
    return ModelCard(
        title=study.title,
        purpose=study.purpose,
        out_of_scope=standing.OUT_OF_SCOPE,
        owner=_without_placeholder(study.owner),
        contact=_without_placeholder(study.contact),
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
            within=verdicts.count("within"),
            outside=verdicts.count("outside"),
            not_enough_evidence=verdicts.count("not enough evidence"),
        ),
        points=tuple(CardFeature.model_validate(feature) for feature in card["features"]),
        intercept=card["intercept"],
        totals=tuple(card["totals"]),
        limits=tuple(Limit(text=text, source=source) for text, source in standing.LIMITS),
        human_decisions=standing.HUMAN_DECISIONS,
        stop_conditions=tuple(StopCondition(when=when) for when in standing.stop_conditions(study)),
        versions=dict(versions),
        pack_id=pack_id,
    )


_MEASURES = (
    "table", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high",
    "lift", "calibration_slope",
)  # fmt: skip


def _without_placeholder(text: str) -> str:
    return "" if text.startswith("(") and text.endswith(")") else text
