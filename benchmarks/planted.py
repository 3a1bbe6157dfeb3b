"""Would the audit notice? Biases planted in a synthetic world, and how often the audit says so (`make planted`).

One world of true need is recorded many times without bias, and many times with each knob turned; the truth and the
model stay as they are. The recordings of one setting are a population whose gaps are known. Households are drawn from
it, each as one of its recordings has it, and each draw is audited as a study would be. The ladder plants a gap of known
size in the lists of the world without bias. Writes `docs/planted-bias.md` and `docs/planted-bias.svg`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from planted_page import KNOBS, LADDER, LADDER_ON, POSITIVES, STRENGTHS, Found, Size, page, picture
from recordings import VIEWS, Fixed, fix, load_study, record

from ace_risk.fairness.planted import KEYS, Population, plant_gap, pool, primary_comparisons, verdict_shares
from ace_risk.fairness.verdicts import OUTSIDE
from ace_risk.plans import Biases, FairnessPlan
from ace_risk.world.shards import processors

DOCS = Path(__file__).parents[1] / "docs"

Cell = tuple[pd.DataFrame, pd.DataFrame, Population | None]


def study_cell(fixed: Fixed, size: Size, setting: tuple[str, float]) -> Cell:
    """One knob and strength: its comparisons in three views, false alarms, and the population if nothing is planted."""
    knob, strength = setting
    plain = knob == "none"
    plan, seed = load_study(fixed.children).fairness, load_study(fixed.children).seed
    biases = Biases() if plain else Biases.model_validate({knob: strength})
    count = size.null_recordings if plain else size.recordings
    recorded = [record(fixed, biases, number) for number in range(1, count + 1)]
    tables, alarms, people = [], [], {}
    for view in VIEWS:
        people[view] = pool([views[view] for views in recorded])
        table, alarm = verdict_shares(
            people[view], plan.primary, margin=plan.margin, replicates=size.null if plain else size.each,
            times=1 / count, n_boot=size.n_boot, seed=seed,
        )  # fmt: skip
        tables.append(table.assign(knob=knob, strength=strength, view=view))
        alarms.append({"knob": knob, "strength": strength, "view": view, "alarm": alarm})
    stands = as_they_stand([views["records"] for views in recorded], tables[0], plan, size.n_boot)
    spread, alarms[0]["as_recorded"] = stands
    tables[0] = tables[0].merge(spread, on=KEYS, how="left")
    return pd.concat(tables, ignore_index=True), pd.DataFrame(alarms), people["records"] if plain else None


def as_they_stand(
    recorded: list[Population], table: pd.DataFrame, plan: FairnessPlan, n_boot: int
) -> tuple[pd.DataFrame, float]:
    """Each recording audited without a draw: how far gaps spread between them, and the share with a false alarm."""
    known = table.set_index(KEYS)["gap"]
    found = pd.concat(
        [
            primary_comparisons(one, plan.primary, plan.margin, n_boot, number).assign(recording=number)
            for number, one in enumerate(recorded)
        ]
    )
    truly = known.reindex(pd.MultiIndex.from_frame(found[KEYS])).abs().to_numpy()
    alarm = (found["verdict"].eq(OUTSIDE) & (truly <= plan.margin)).groupby(found["recording"]).any()
    return found.groupby(KEYS)["gap"].std().rename("spread").reset_index(), float(alarm.mean())


def study_step(plain: Population, fixed: Fixed, size: Size, gap: float) -> pd.DataFrame:
    """How often the audit says `outside` of one planted gap, by the group's positives."""
    study = load_study(fixed.children)
    plan, (attribute, group) = study.fairness, LADDER_ON
    theirs = int((plain.label & (plain.groups[attribute] == group).to_numpy()).sum())
    planted = plant_gap(plain, attribute, group, gap, study.seed)
    rows = []
    for positives in POSITIVES:
        table, alarm = verdict_shares(
            planted, plan.primary, margin=plan.margin, replicates=size.each, times=1.02 * positives / theirs,
            n_boot=size.n_boot, seed=study.seed,
        )  # fmt: skip
        mine = table[table["attribute"].eq(attribute) & table[["group", "reference"]].eq(group).any(axis=1)]
        found = mine.sort_values("audits").iloc[-1]
        rows.append({"planted": gap, "wanted": positives, "alarm": alarm} | found.to_dict())
    return pd.DataFrame(rows)


def run(fixed: Fixed, size: Size, workers: int) -> Found:
    """The whole study, its settings and steps shared between processes; the same tables whatever their number."""
    settings = [("none", 0.0), *((knob, strength) for knob in KNOBS for strength in STRENGTHS)]
    began = time.perf_counter()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
        waiting = [processes.submit(study_cell, fixed, size, setting) for setting in settings]
        cells: list[Cell] = []
        steps = []
        for setting, cell in zip(settings, waiting, strict=True):
            cells.append(cell.result())
            if not steps:
                plain = cells[0][2]
                assert plain is not None
                steps = [processes.submit(study_step, plain, fixed, size, gap) for gap in LADDER]
            print(f"[{time.perf_counter() - began:.0f} s] {setting[0]} {setting[1]:g} done", flush=True)
        ladder = pd.concat([step.result() for step in steps], ignore_index=True)
    knobs, alarms = (pd.concat([cell[place] for cell in cells], ignore_index=True) for place in (0, 1))
    return Found(knobs, alarms, ladder)


def main() -> None:
    """Run the study and write the page and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--null-recordings", type=int, default=100, help="recordings of the world without bias")
    parser.add_argument("--recordings", type=int, default=40, help="recordings of each knob and strength")
    parser.add_argument("--null", type=int, default=400, help="replicates of the world without bias")
    parser.add_argument("--each", type=int, default=100, help="replicates of each knob and strength")
    parser.add_argument("--n-boot", type=int, default=200, help="draws of households in each audit")
    parser.add_argument("--workers", type=int, default=processors(), help="processes")
    parser.add_argument("--note", default="", help="a sentence about this run, for the page")
    parser.add_argument("--out", type=Path, default=DOCS)
    args = parser.parse_args()
    size = Size(args.null_recordings, args.recordings, args.null, args.each, args.n_boot)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        fixed = fix(args.children, Path(folder))
        print(f"[{time.perf_counter() - began:.0f} s] truth and model fixed", flush=True)
        found = run(fixed, size, args.workers)
    seconds, study = time.perf_counter() - began, load_study(args.children)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "planted-bias.md").write_text(page(found, study, size, seconds, args.note), encoding="utf-8")
    (args.out / "planted-bias.svg").write_text(picture(found.ladder, study.fairness.margin), encoding="utf-8")
    print(f"{args.out / 'planted-bias.md'} in {timedelta(seconds=round(seconds))}")


if __name__ == "__main__":
    main()
