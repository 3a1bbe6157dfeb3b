"""The evaluation page: the verdict against the bar first, then pictures, tables, the points card, and method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.report.csv_text import csv_link
from ace_risk.report.evaluation_sections import optional_sections, section_names
from ace_risk.report.natural import of_100
from ace_risk.report.page import Header, render
from ace_risk.report.plots import Picture, dots_of_100, recall_curve, reliability
from ace_risk.report.plots_model import feature_shape, folds_picture
from ace_risk.report.plots_overall import overall_bars, overall_swarm

MODEL_COLUMNS = (
    "name", "title", "kind", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high",
    "lift", "auc", "average_precision", "brier", "calibration_slope", "calibration_slope_low",
    "calibration_slope_high", "calibration_intercept", "missed_per_100_places",
)  # fmt: skip


CENSORED = {
    "data_end": "The data end before the outcome window does",
    "comes_of_age": "The child comes of age within the outcome window",
    "dies": "The child dies within the outcome window",
    "leaves_area": "The child leaves the area within the outcome window",
    "leaves_area_or_dies": "The child leaves the area or dies within the outcome window",
    "no_earlier_record": "The child has no earlier record of the kind that the outcome follows",
}
"""Why a row can't be followed to its end; another reason is shown by its own name."""


def render_evaluation(evaluation: Mapping[str, Any], header: Header) -> str:
    """The page of `evaluation.json`.

    Parameters
    ----------
    evaluation
        `ace-risk/evaluation/1` or `/2`: study, outcome, data, folds, places, lists, models (ours first), curve,
        reliability, points_card, bar, verdict and sentences. A model may carry a `note`, the data `notes`. What only
        `/2` holds gives sections of their own, each shown only if its key is there and not empty.
    header
        Top and foot of the page; its answer, if given, replaces the wording of the verdict band.
    """
    models = evaluation["models"]
    parts = optional_sections(evaluation)
    return render(
        "evaluation.html.j2",
        header,
        **parts,
        sections=section_names(parts),
        evaluation=evaluation,
        ours=models[0],
        notes=[named_note(model) for model in models if model.get("note")],
        data_notes=evaluation["data"].get("notes", []),
        censored={CENSORED.get(reason, reason): n for reason, n in evaluation["data"]["censored"].items()},
        headline=header.answer or headline(evaluation["verdict"]),
        listed=listed_dots(models[0]),
        reached=reached_dots(models[0]),
        curve=recall_curve(pd.DataFrame(evaluation["curve"]), evaluation["places"]) if evaluation["curve"] else None,
        believed=reliability(evaluation["reliability"]) if evaluation["reliability"] else None,
        folds=folds_picture(pd.DataFrame(evaluation["folds"])) if evaluation["folds"] else None,
        shapes=shapes(evaluation["points_card"]["features"]),
        overall=overall(evaluation["points_card"]["features"]),
        models_csv=csv_link(
            "models.csv", MODEL_COLUMNS, ([model.get(column) for column in MODEL_COLUMNS] for model in models)
        ),
    )


def named_note(model: Mapping[str, Any]) -> str:
    """A model's note, with its title in front if the note doesn't open with it.

    Examples
    --------
    >>> named_note({"title": "Three notices", "note": "The rule says yes for 12 rows."})
    'Three notices: The rule says yes for 12 rows.'
    """
    title, note = str(model["title"]), str(model["note"])
    return note if note.startswith(title) else f"{title}: {note}"


def shapes(features: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """A picture per feature of the card, all on one scale of points."""
    points = [float(part["points"]) for feature in features for part in feature["bins"]]
    lowest, highest = min([0.0, *points]), max([0.0, *points])
    return [feature_shape(feature, lowest=lowest, highest=highest) for feature in features]


def overall(features: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """What moves totals over all children, as bars and as dots; nothing where shares of rows aren't known."""
    known = features and all(part["share"] is not None for feature in features for part in feature["bins"])
    return [overall_bars(features), overall_swarm(features)] if known else []


def headline(verdict: str) -> str:
    """The verdict as a sentence.

    Examples
    --------
    >>> headline("does not meet")
    'The points card does not meet the bar that was declared before training.'
    """
    if verdict == "not enough evidence":
        return "There is not enough evidence to say that the points card meets the bar declared before training."
    return f"The points card {verdict} the bar that was declared before training."


def listed_dots(model: Mapping[str, Any]) -> Picture | None:
    """Of 100 places, how many went to a child for whom the outcome followed; None if that isn't defined."""
    if model["precision"] is None:
        return None
    return dots_of_100(
        round(100 * model["precision"]),
        f"{of_100(model['precision'])} places went to a child for whom the outcome then followed.",
    )


def reached_dots(model: Mapping[str, Any]) -> Picture | None:
    """Of 100 times that the outcome followed, how often the child had been listed; None if that isn't defined."""
    if model["recall"] is None:
        return None
    return dots_of_100(
        round(100 * model["recall"]),
        f"{of_100(model['recall'])} times that the outcome followed, of children already known to services, the "
        "child had been listed. The empty dots are the times that the list missed.",
    )
