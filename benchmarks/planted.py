"""Would the audit notice? Biases planted in a synthetic world, and how often the audit says so (`make planted`).

One world of true need is recorded without bias and again with each knob turned; the truth and the model (trained on
the world without bias) stay as they are. Each recording is a population whose gaps are known exactly. Households are
drawn from it with replacement, and each draw is audited as a study would be. What is drawn is households, with their
records, outcomes and lists; the recording itself is made once per knob and strength. The ladder plants a gap of known
size in the lists of the world without bias. Writes `docs/planted-bias.md` and `docs/planted-bias.svg`.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ace_risk import load_study
from ace_risk.evaluate.judged import JudgedRows
from ace_risk.fairness.planted import Population, plant_gap, verdict_shares
from ace_risk.kinds import configs_folder
from ace_risk.models.prepared import Prepared
from ace_risk.models.train import rows_with_both, train_table
from ace_risk.pipeline import prepare
from ace_risk.plans import Biases, FairnessPlan
from ace_risk.report.pictures import BLUE, INK, SOFT, WASH, new_figure
from ace_risk.study import Study
from ace_risk.world.answers import read_answers
from ace_risk.world.simulate import simulate_with_truth
from ace_risk.world.truth import write_truth

DOCS = Path(__file__).parents[1] / "docs"
STRENGTHS = (0.5, 1.0)
KNOBS = {
    "over_contact": ("ethnicity", "Black"),
    "adultification": ("ethnicity", "Black"),
    "care_home_calls": ("care_status", "ever looked after"),
    "missing_ethnicity": ("ethnicity", "Not recorded"),
    "threshold_gap": ("ethnicity", "Asian"),
}
"""Each knob with the group that it is about."""
LISTED = 0.3
"""Share of the rows of each list date that are listed: so many that a gap of 20 points is possible."""
LADDER_ON = ("sex", "Girls")
LADDER = (0.0, 0.05, 0.10, 0.15, 0.20)
POSITIVES = (100, 400, 1_600)
TARGET_FALSE, TARGET_POWER = 0.05, 0.80


def recordings(study: Study) -> Iterator[tuple[str, float, Prepared, np.ndarray, pd.DataFrame]]:
    """The same truth recorded without bias, then with each knob: name, strength, frames, judged rows, answers."""
    settings = [("none", 0.0)] + [(knob, strength) for knob in KNOBS for strength in STRENGTHS]
    for knob, strength in settings:
        biases = Biases() if knob == "none" else Biases.model_validate({knob: strength})
        world = study.world.model_copy(update={"biases": biases})
        tables, truth = simulate_with_truth(world)
        prepared = prepare(study, tables, lambda share, step: None)
        _, test = prepared.folds.rows(prepared.folds.test)
        judged = rows_with_both(prepared.labels, test, "test period")
        with tempfile.TemporaryDirectory() as folder:
            write_truth(truth, Path(folder) / "truth")
            answers = read_answers(Path(folder), prepared.cohort.iloc[judged])
        assert answers is not None
        yield knob, strength, prepared, judged, answers


def population(prepared: Prepared, judged: np.ndarray, score: np.ndarray, plan: FairnessPlan) -> Population:
    """The judged rows with their lists: the top share of each list date."""
    rows = JudgedRows.of(prepared, judged)
    places = int(LISTED * pd.Series(rows.lists).value_counts().min())
    _, homes = np.unique(rows.households.astype(str), return_inverse=True)
    groups = prepared.groups.iloc[judged][list(plan.primary_attributes)].reset_index(drop=True)
    return Population(rows.label == 1, rows.top(score, places), groups, homes)


def by_need(records: Population, answers: pd.DataFrame) -> Population:
    """The same lists judged by true need, where it is known."""
    known = answers["in_need"].notna().to_numpy()
    _, homes = np.unique(records.households[known], return_inverse=True)
    need = answers["in_need"].to_numpy(dtype=float)[known] == 1
    return Population(need, records.listed[known], records.groups[known].reset_index(drop=True), homes)


def by_services(records: Population, answers: pd.DataFrame) -> Population:
    """What services did, judged by true need: who of those in need got support."""
    known = answers["in_need"].notna().to_numpy()
    return replace(by_need(records, answers), listed=records.label[known])


VIEWS = ("records", "need", "services")


def study_knobs(study: Study, null: int, each: int, n_boot: int) -> tuple[pd.DataFrame, pd.DataFrame, Population]:
    """Every knob's own comparison in three views, the null world's false alarms, and the null world itself."""
    plan, model, rows, alarms, plain = study.fairness, None, [], [], None
    for knob, strength, prepared, judged, answers in recordings(study):
        if model is None:
            train, _ = prepared.folds.rows(prepared.folds.test)
            model = train_table(
                study.model.kind, prepared.features, prepared.labels, train, study.model, prepared.catalogue, study.seed
            )
        records = population(prepared, judged, model.decision_function(prepared.features.iloc[judged]), plan)
        plain = plain or records
        views = {"records": records, "need": by_need(records, answers), "services": by_services(records, answers)}
        for view, people in views.items():
            table, alarm = verdict_shares(
                people, plan.primary, margin=plan.margin, replicates=null if knob == "none" else each, n_boot=n_boot,
                seed=study.seed,
            )  # fmt: skip
            table = table.assign(knob=knob, strength=strength, view=view)
            rows.append(table)
            alarms.append({"knob": knob, "strength": strength, "view": view, "alarm": alarm})
        print(f"{knob} {strength:g} done", flush=True)
    assert plain is not None
    return pd.concat(rows, ignore_index=True), pd.DataFrame(alarms), plain


def study_ladder(plain: Population, plan: FairnessPlan, each: int, n_boot: int, seed: int) -> pd.DataFrame:
    """How often the audit says `outside`, by the size of the planted gap and the group's positives."""
    attribute, group = LADDER_ON
    theirs = int((plain.label & (plain.groups[attribute] == group).to_numpy()).sum())
    rows = []
    for gap in LADDER:
        planted = plant_gap(plain, attribute, group, gap, seed)
        for positives in POSITIVES:
            table, alarm = verdict_shares(
                planted, plan.primary, margin=plan.margin, replicates=each, times=1.02 * positives / theirs,
                n_boot=n_boot, seed=seed,
            )  # fmt: skip
            mine = table[table["attribute"].eq(attribute) & table[["group", "reference"]].eq(group).any(axis=1)]
            found = mine.sort_values("audits").iloc[-1]
            rows.append({"planted": gap, "wanted": positives, "alarm": alarm} | found.to_dict())
        print(f"ladder {gap:g} done", flush=True)
    return pd.DataFrame(rows)


def share(value: float) -> str:
    return f"{100 * value:.0f} %"


def points(gap: float) -> str:
    return f"{100 * gap:+.1f}".replace("-", "−")


def knob_table(knobs: pd.DataFrame) -> str:
    lines = [
        "| bias | strength | group | positives | by records: gap | outside | by true need: gap | outside "
        "| services by true need: gap | outside |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for knob, target in KNOBS.items():
        for strength in (0.0, *STRENGTHS):
            part = knobs[knobs["knob"].eq("none" if strength == 0 else knob) & knobs["strength"].eq(strength)]
            part = part[part["attribute"].eq(target[0]) & part["group"].eq(target[1])].set_index("view")
            cells = [
                f"{points(part.loc[view, 'gap'])} | {share(part.loc[view, 'outside'])}"
                if view in part.index
                else "– | –"
                for view in VIEWS
            ]
            positives = f"{part.loc['records', 'positives']:.0f}" if "records" in part.index else "–"
            lines.append(f"| {knob} | {strength:g} | {target[1]} | {positives} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ladder_table(ladder: pd.DataFrame) -> str:
    lines = ["| planted gap | " + " | ".join(f"{size:,} positives" for size in POSITIVES) + " |"]
    lines.append("|--:|" + "--:|" * len(POSITIVES))
    for gap, part in ladder.groupby("planted"):
        lines.append(f"| {100 * gap:.0f} points | " + " | ".join(share(value) for value in part["outside"]) + " |")
    return "\n".join(lines)


def picture(ladder: pd.DataFrame, margin: float) -> str:
    """Planted gap against the share of audits that say outside, a line per size, with the false-alarm line."""
    figure = new_figure(6.0, 3.6)
    axes = figure.subplots()
    axes.axvspan(0, 100 * margin, color=WASH, linewidth=0)
    axes.axhline(100 * TARGET_FALSE, color=SOFT, linewidth=1, linestyle="--")
    axes.text(20.2, 100 * TARGET_FALSE, "5 in 100", va="center", fontsize=9, color=SOFT)
    for size, line in zip(POSITIVES, (":", "--", "-"), strict=True):
        part = ladder[ladder["wanted"] == size]
        axes.plot(100 * part["planted"], 100 * part["outside"], line, color=BLUE, marker="o", clip_on=False)
        axes.annotate(
            f"{size:,}", (100 * part["planted"].iloc[-2], 100 * part["outside"].iloc[-2]), (-4, 6),
            textcoords="offset points", ha="right", fontsize=9, color=INK,
        )  # fmt: skip
    axes.text(100 * margin / 2, 101, "within the\nmargin", ha="center", va="top", fontsize=9, color=SOFT)
    axes.set(xlim=(0, 20), ylim=(0, 102), xlabel="planted gap, points of 100", ylabel="audits that say outside, of 100")
    axes.set_title("Would the audit notice? By times that support followed in the group", fontsize=10, loc="left")
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def document(
    knobs: pd.DataFrame,
    alarms: pd.DataFrame,
    ladder: pd.DataFrame,
    study: Study,
    args: argparse.Namespace,
    seconds: float,
) -> str:
    plan, people = study.fairness, study.world.children
    nulls = knobs[knobs["knob"].eq("none") & knobs["view"].ne("services") & (knobs["gap"].abs() <= plan.margin)]
    whole = alarms[alarms["knob"].eq("none") & alarms["view"].eq("records")]["alarm"].iloc[0]
    worst = nulls.sort_values("outside").iloc[-1]
    edge = ladder[ladder["planted"] <= plan.margin]
    power = ladder[ladder["planted"].eq(LADDER[-1]) & ladder["wanted"].eq(POSITIVES[-1])].iloc[0]
    held = "kept" if max(whole, worst["outside"], edge["outside"].max()) <= TARGET_FALSE else "not kept"
    reached = "kept" if power["outside"] >= TARGET_POWER else "not kept"
    return f"""# Would the audit notice a bias that is known to be there?

`make planted` wrote this page and its picture in {seconds / 60:.0f} minutes on {os.cpu_count()} cores, with
{args.null} replicates of the world without bias, {args.each} of each knob and strength, and {args.each} of each step of
the ladder, each audit with {args.n_boot} draws of households. {args.note}

## What is drawn

- **The truth is fixed**: one world of {people:,} children ({study.world.profile}, seed {study.world.seed}). Knobs
  change what is recorded and decided, never true need.
- **The model is fixed**: the points card learnt on the world without bias. It lists the top {share(LISTED)} of each of
  the last {study.folds.test_cutoffs} list dates.
- **Each knob and strength is recorded once**; the gaps of that recording are its population gaps, known exactly.
- **A replicate draws households** with replacement, as many as there are, with all their rows, and audits them as a
  study would: {len(plan.primary)} primary comparisons with intervals that hold together, margin
  {100 * plan.margin:g} points.
- So the figures say how often an audit of so many families is right about the population that they come from. They
  don't say how much another recording of the same truth would vary.

## What was promised, and what was found

| promise | found | |
|---|---|---|
| false alarm at most 5 in 100 audits, where the population gap lies within the margin | {share(whole)} of audits of \
the world without bias say outside of any such comparison; at worst {share(worst["outside"])} of a single one \
({worst["attribute"]}, {worst["group"]}); {share(edge["outside"].max())} at worst on the ladder | {held} |
| found in at least 80 of 100 audits: a gap of 20 points, margin 5, 1,600 positives in the group | \
{share(power["outside"])} ({power["positives"]:.0f} positives) | {reached} |

## The ladder: audits that say "outside"

A gap of known size is planted in the lists of the world without bias ({LADDER_ON[1].lower()}): as many of them are
taken off the list, or put on it, as it takes.

{ladder_table(ladder)}

![Share of audits that say outside, by planted gap and by positives in the group](planted-bias.svg)

## The knobs: gaps to the largest group, in points of 100, and audits that say "outside"

*By records*: listed, of the times that support followed. *By true need*: listed, of the times that a child was in need.
*Services by true need*: support followed, of the times that a child was in need. Strength 0 is the world without bias.

{knob_table(knobs)}

A knob that moves no gap in a column isn't there for the audit to find; where the column by true need and the column by
records differ, an audit of records alone would be misled.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--null", type=int, default=400, help="replicates of the world without bias")
    parser.add_argument("--each", type=int, default=100, help="replicates of each knob and strength")
    parser.add_argument("--n-boot", type=int, default=200, help="draws of households in each audit")
    parser.add_argument("--note", default="", help="a sentence about this run, for the page")
    parser.add_argument("--out", type=Path, default=DOCS)
    args = parser.parse_args()
    began = time.perf_counter()
    study = load_study(configs_folder() / "urban.yaml")
    study = study.model_copy(update={"world": study.world.model_copy(update={"children": args.children})})
    knobs, alarms, plain = study_knobs(study, args.null, args.each, args.n_boot)
    ladder = study_ladder(plain, study.fairness, args.each, args.n_boot, study.seed)
    seconds = time.perf_counter() - began
    args.out.mkdir(parents=True, exist_ok=True)
    page = document(knobs, alarms, ladder, study, args, seconds)
    (args.out / "planted-bias.md").write_text(page, encoding="utf-8")
    (args.out / "planted-bias.svg").write_text(picture(ladder, study.fairness.margin), encoding="utf-8")
    print(f"{args.out / 'planted-bias.md'} in {timedelta(seconds=round(seconds))}")


if __name__ == "__main__":
    main()
