"""Sections of the evaluation page that are shown only where the document holds what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.report.csv_text import csv_link
from ace_risk.report.fairness_sections import title_of
from ace_risk.report.natural import count, is_missing
from ace_risk.report.plots import Picture
from ace_risk.report.plots_fairness import interval_rows, scale_end
from ace_risk.report.plots_search import trade_off
from ace_risk.report.plots_time import churn_bars, lead_time_bars, learning_curve
from ace_risk.report.plots_truth import truth_rows

KINDS = {
    "deployed": "",
    "table": "another table that could be used instead",
    "ceiling": "never deployable: only says what simplicity costs",
    "rule": "",
}
"""What each kind of model is; another kind is shown without words."""

TOO_FEW = "too few to show"

GROUP_COLUMNS = (
    "group", "rows", "positives", "tp", "listed", "recall", "recall_low", "recall_high", "precision", "precision_low",
    "precision_high", "hidden",
)  # fmt: skip
TRIAL_COLUMNS = (
    "number", "max_features", "max_points", "max_cuts", "features", "recall", "difference_error", "precision",
    "gap", "gap_where", "within", "chosen",
)  # fmt: skip


def optional_sections(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """What each optional section shows, by its name; None where the document doesn't hold it.

    Parameters
    ----------
    evaluation
        `ace-risk/evaluation/2`, or `/1`, which holds none of it.
    """
    ours = evaluation["models"][0]["name"]
    folds = [fold for fold in evaluation["folds"] if fold.get("recall") is not None]
    openings = evaluation.get("test_openings") or None
    return {
        "price": simplicity_part(evaluation),
        "groups": [group_part(name, rows) for name, rows in (evaluation.get("by_group") or {}).items() if rows],
        "lead": lead_part(evaluation.get("lead_time") or [], ours),
        "churn": churn_part(evaluation.get("churn") or [], ours),
        "measured_folds": folds,
        "pooled": evaluation.get("pooled") or None,
        "learning": learning_part(evaluation.get("learning") or []),
        "unseen": evaluation.get("unseen_families") or None,
        "truth": truth_part(evaluation.get("truth")),
        "search": search_part(evaluation.get("search")),
        "openings": openings,
        "kinds": KINDS,
        "too_few": TOO_FEW,
    }


def section_names(parts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Id and title of each section on the page, in order."""
    early, holds = parts["lead"] or parts["churn"], parts["measured_folds"] or parts["learning"] or parts["unseen"]
    names = [
        (True, "bar", "The bar, item by item"),
        (True, "pictures", "What the lists reach"),
        (parts["price"], "price", "The price of simplicity"),
        (True, "tables", "Beside simple rules"),
        (parts["groups"], "groups", "By hub and age"),
        (early, "early", "How early, and how steady"),
        (holds, "holds", "Does it hold?"),
        (True, "card", "The points card"),
        (parts["search"], "search", "How the card was chosen"),
        (parts["truth"], "truth", "Against true need"),
        (True, "data", "Data"),
        (True, "method", "Method and limits"),
    ]
    return [(name, title) for shown, name, title in names if shown]


def simplicity_part(evaluation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Recall of every model and rule on one scale, and how much of the ceiling's each keeps."""
    simplicity = evaluation.get("simplicity")
    if not simplicity:
        return None
    models, ceiling = evaluation["models"], simplicity["ceiling_recall"]
    return {
        **simplicity,
        "picture": recall_rows(models, f"Recall at {count(evaluation['places'])} places"),
        "rows": [
            {**model, "kept": model["recall"] / ceiling if ceiling and model["recall"] is not None else None}
            for model in models
        ],
    }


def recall_rows(models: Sequence[Mapping[str, Any]], title: str) -> Picture:
    """A dot and its interval per model; the first is drawn as a diamond."""
    rows = pd.DataFrame(
        {
            "label": [
                f"{model['title']}{', never deployable' if model.get('kind') == 'ceiling' else ''}" for model in models
            ],
            **_shares(models, "recall"),
            "n": pd.Series([model["table"]["tp"] for model in models], dtype=object),
        }
    )
    return interval_rows(
        rows,
        reference=str(rows["label"].iloc[0]),
        xlabel="listed, of the times that\nthe outcome followed",
        title=title,
        n_title="listed",
        hidden="not defined",
    )


def group_part(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One attribute: its picture, its rows, and the same as CSV."""
    title = title_of(name)
    frame = pd.DataFrame(
        {
            "label": [str(row["group"]) for row in rows],
            **_shares(rows, "recall"),
            "n": pd.Series(["few" if row["hidden"] else row["positives"] for row in rows], dtype=object),
        }
    )
    picture = interval_rows(
        frame,
        xlabel="listed, of the times that\nthe outcome followed",
        title=f"{title}: listed, of times the outcome followed, by group",
        n_title="times",
        x_max=scale_end(frame),
        hidden=TOO_FEW,
    )
    cells = ([None if row["hidden"] and key not in ("group", "hidden") else row.get(key) for key in GROUP_COLUMNS]
             for row in rows)  # fmt: skip
    return {
        "name": name,
        "title": title,
        "rows": rows,
        "picture": picture,
        "csv": csv_link(f"by-{name}.csv", GROUP_COLUMNS, cells),
    }


def lead_part(records: Sequence[Mapping[str, Any]], ours: str) -> dict[str, Any] | None:
    """How long before the outcome children were first listed."""
    if not records:
        return None
    own = next((record for record in records if record["name"] == ours), records[0])
    sentence = f"No child on the lists of {own['title']} had the outcome recorded after it was first listed."
    if own["children"]:
        sentence = (
            f"{count(own['children'])} children were listed in the test period before the outcome was recorded. Half "
            f"of these children were listed at least {count(round(own['median_days']))} days before."
        )
    return {"sentence": sentence, "rows": records, "picture": lead_time_bars(own) if own["bins"] else None}


def churn_part(records: Sequence[Mapping[str, Any]], ours: str) -> dict[str, Any] | None:
    """How much the lists change from one date to the next."""
    measured = [record for record in records if record["changes"]]
    if not measured:
        return None
    own = next((record for record in measured if record["name"] == ours), measured[0])
    return {"rows": measured, "own": own, "picture": churn_bars(own)}


def learning_part(records: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What more training rows bring."""
    measured = [record for record in records if record["recall"] is not None]
    return {"rows": records, "picture": learning_curve(measured)} if measured else None


def truth_part(truth: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Order by what was recorded beside order by true need."""
    return {**truth, "picture": truth_rows(truth["models"])} if truth and truth["models"] else None


def search_part(search: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The trials, the fewest features first, with their picture."""
    if not search or not search["trials"]:
        return None
    trials = [
        {**trial, "where": where(str(trial["gap_where"] or ""))}
        for trial in sorted(search["trials"], key=lambda trial: (trial["features"], trial["number"]))
    ]
    measured = [trial for trial in trials if trial["recall"] is not None]
    return {
        **search,
        "trials": trials,
        "chosen": next((trial for trial in trials if trial["chosen"]), None),
        "picture": trade_off(measured, search["best_recall"]) if measured else None,
        "csv": csv_link("trials.csv", TRIAL_COLUMNS, ([trial[key] for key in TRIAL_COLUMNS] for trial in trials)),
    }


def where(gap: str) -> str:
    """Between which groups a gap is, with the attribute in words.

    Examples
    --------
    >>> where("age_band: under 1 and 5 to 9")
    'Age: under 1 and 5 to 9'
    """
    attribute, colon, groups = gap.partition(": ")
    return f"{title_of(attribute)}: {groups}" if colon else gap


def _shares(records: Sequence[Mapping[str, Any]], name: str) -> dict[str, list[float | None]]:
    """A share and its interval, as columns that a picture of rows reads; hidden records have none."""
    return {
        column: [None if record.get("hidden") or is_missing(record[key]) else float(record[key]) for record in records]
        for column, key in (("value", name), ("low", f"{name}_low"), ("high", f"{name}_high"))
    }
