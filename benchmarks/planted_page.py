"""The page and the picture of the planted-bias study, from its tables."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass

import pandas as pd
from recordings import LISTED, VIEWS

from ace_risk.report.pictures import BLUE, INK, SOFT, WASH, new_figure
from ace_risk.study import Study

STRENGTHS = (0.5, 1.0)
KNOBS = {
    "over_contact": ("ethnicity", "Black"),
    "adultification": ("ethnicity", "Black"),
    "care_home_calls": ("care_status", "ever looked after"),
    "missing_ethnicity": ("ethnicity", "Not recorded"),
    "threshold_gap": ("ethnicity", "Asian"),
}
"""Each knob with the group that it is about."""
LADDER_ON = ("sex", "Girls")
LADDER = (0.0, 0.05, 0.10, 0.15, 0.20)
POSITIVES = (100, 400, 1_600)
TARGET_FALSE, TARGET_POWER = 0.05, 0.80


@dataclass(frozen=True)
class Size:
    """How often the world without bias and each knob are recorded, their replicates, and the draws of each audit."""

    null_recordings: int
    recordings: int
    null: int
    each: int
    n_boot: int


@dataclass(frozen=True)
class Found:
    """What the study found.

    Attributes
    ----------
    knobs
        One row per knob, strength, view and primary comparison: gap, spread, positives, outside.
    alarms
        One row per knob, strength and view: `alarm`, the share of audits with a false alarm; and for records
        `as_recorded`, the same of recordings audited as they stand.
    ladder
        One row per planted gap and number of positives.
    """

    knobs: pd.DataFrame
    alarms: pd.DataFrame
    ladder: pd.DataFrame


def share(value: float) -> str:
    """A share in percent."""
    return f"{100 * value:.0f} %"


def points(gap: float) -> str:
    """A gap in points of 100, with its sign."""
    return f"{100 * gap:+.1f}".replace("-", "−")


def knob_table(knobs: pd.DataFrame) -> str:
    """A row per knob and strength: its group, and in each view the population gap and the audits that say outside."""
    lines = [
        "| bias | strength | group | positives | by records: gap | from recording to recording | outside "
        "| by true need: gap | outside | services by true need: gap | outside |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for knob, target in KNOBS.items():
        for strength in (0.0, *STRENGTHS):
            part = knobs[knobs["knob"].eq("none" if strength == 0 else knob) & knobs["strength"].eq(strength)]
            part = part[part["attribute"].eq(target[0]) & part["group"].eq(target[1])].set_index("view")
            cells = [f"{knob} | {strength:g} | {target[1]}"]
            cells.append(f"{part.loc['records', 'positives']:.0f}" if "records" in part.index else "–")
            for view in VIEWS:
                seen = view in part.index
                cells.append(points(part.loc[view, "gap"]) if seen else "–")
                if view == "records":
                    cells.append(f"± {100 * part.loc[view, 'spread']:.1f}" if seen else "–")
                cells.append(share(part.loc[view, "outside"]) if seen else "–")
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ladder_table(ladder: pd.DataFrame) -> str:
    """A row per planted gap, a column per number of positives."""
    lines = ["| planted gap | " + " | ".join(f"{size:,} positives" for size in POSITIVES) + " |"]
    lines.append("|--:|" + "--:|" * len(POSITIVES))
    for gap, part in ladder.groupby("planted"):
        lines.append(f"| {100 * gap:.0f} points | " + " | ".join(share(value) for value in part["outside"]) + " |")
    return "\n".join(lines)


def picture(ladder: pd.DataFrame, margin: float) -> str:
    """Planted gap against the share of audits that say outside, a line per size, with the false-alarm line."""
    figure = new_figure(7.0, 3.6)
    axes = figure.subplots()
    axes.axvspan(0, 100 * margin, color=WASH, linewidth=0)
    axes.axhline(100 * TARGET_FALSE, color=SOFT, linewidth=1, linestyle="--")
    axes.text(20.2, 100 * TARGET_FALSE, "5 in 100", va="center", fontsize=9, color=SOFT)
    for size, line, mark in zip(POSITIVES, (":", "--", "-"), ("^", "s", "o"), strict=True):
        part = ladder[ladder["wanted"] == size]
        axes.plot(
            100 * part["planted"],
            100 * part["outside"],
            line,
            color=BLUE,
            marker=mark,
            clip_on=False,
            label=f"{size:,}",
        )
    axes.text(100 * margin / 2, 101, "within the\nmargin", ha="center", va="top", fontsize=9, color=SOFT)
    axes.set(xlim=(0, 20), ylim=(0, 102), xlabel="planted gap, points of 100", ylabel="audits that say outside, of 100")
    axes.legend(
        title="times that\nsupport followed\nin the group", loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False,
        reverse=True, fontsize=9, title_fontsize=9, labelcolor=INK, alignment="left", handlelength=3,
    )  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("Would the audit notice?", fontsize=10, loc="left")
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def verdicts(found: Found, margin: float) -> str:
    """The two promises, what was found, and whether they were kept."""
    knobs, alarms, ladder = found.knobs, found.alarms, found.ladder
    nulls = knobs[knobs["knob"].eq("none") & knobs["view"].ne("services") & (knobs["gap"].abs() <= margin)]
    none = alarms[alarms["knob"].eq("none") & alarms["view"].eq("records")].iloc[0]
    worst = nulls.sort_values("outside").iloc[-1]
    edge = ladder[ladder["planted"] <= margin]
    power = ladder[ladder["planted"].eq(LADDER[-1]) & ladder["wanted"].eq(POSITIVES[-1])].iloc[0]
    highest = max(none["alarm"], none["as_recorded"], worst["outside"], edge["outside"].max())
    held = "kept" if highest <= TARGET_FALSE else "not kept"
    reached = "kept" if power["outside"] >= TARGET_POWER else "not kept"
    single = f"{share(worst['outside'])} of a single one ({worst['attribute']}, {worst['group']})"
    return f"""| promise | found | |
|---|---|---|
| false alarm at most 5 in 100 audits, where the population gap lies within the margin | {share(none["alarm"])} of \
audits of the world without bias say outside of any such comparison; at worst {single}; \
{share(edge["outside"].max())} at worst on the ladder; {share(none["as_recorded"])} of recordings audited as they \
stand | {held} |
| found in at least 80 of 100 audits: a gap of 20 points, margin 5, 1,600 positives in the group | \
{share(power["outside"])} ({power["positives"]:,.0f} positives) | {reached} |"""


def page(found: Found, study: Study, size: Size, seconds: float, note: str) -> str:
    """The page in Markdown."""
    plan, world = study.fairness, study.world
    return f"""# Would the audit notice a bias that is known to be there?

`make planted` wrote this page and its picture in {seconds / 60:.0f} minutes on {os.cpu_count()} processors. The world
without bias was recorded {size.null_recordings} times, with each knob and strength {size.recordings} times. From these
came {size.null} replicates of the world without bias, {size.each} of each knob and strength, and {size.each} of each
step of the ladder, each audited with {size.n_boot} draws of households. {note}

## What is fixed, and what is drawn

- **The truth is fixed**: one world of {world.children:,} children ({world.profile}, seed {world.seed}): its people,
  their homes, their need, and what would happen if nobody helped. Knobs never change it.
- **The model is fixed**: the points card learnt on the first recording without bias. It lists the top {share(LISTED)}
  of each of the last {study.folds.test_cutoffs} list dates, in each recording.
- **A recording** draws anew who notices an event, who writes it down, when and how it is graded, whose ethnicity is
  known, and what agencies decide; so records, lists and outcomes all vary, and need doesn't.
- **The population gap** of a comparison is its gap over all recordings together: what an audit would find if the same
  truth were recorded often. It is known, because these recordings are all there is.
- **A replicate draws families and recordings**: households with replacement, as many as one recording has, and for each
  one drawn one of its recordings, with all its rows. It is audited as a study would: {len(plan.primary)} primary
  comparisons with intervals that hold together, margin {100 * plan.margin:g} points.

Why both are drawn: the audit's interval resamples households, each as it happens to be recorded, so it speaks of which
families there are *and* of what was noticed of them. Recordings alone, of the same families, vary less than that: a
promise tested on them alone would be kept too easily. So it is told beside the promise, not in place of it
(*audited as they stand*). Families drawn alone, from one recording, would leave out that another recording of the same
truth has another gap: how much it varies stands below (*from recording to recording*, one standard deviation).

- **False alarm**: an audit of a replicate says "outside" of a comparison whose population gap lies within the margin.
- **Power**: an audit of a replicate says "outside" where the population gap is as large as was planted.
- Lists are made once in each recording and held fixed, as the audit's main interval does.

## What was promised, and what was found

{verdicts(found, plan.margin)}

## The ladder: audits that say "outside"

A gap of known size is planted in the lists of the world without bias ({LADDER_ON[1].lower()}): as many of them are
taken off the list, or put on it, as it takes.

{ladder_table(found.ladder)}

![Share of audits that say outside, by planted gap and by positives in the group](planted-bias.svg)

## The knobs: gaps to the largest group, in points of 100, and audits that say "outside"

*By records*: listed, of the times that support followed. *By true need*: listed, of the times that a child was in need.
*Services by true need*: support followed, of the times that a child was in need. Strength 0 is the world without bias.

{knob_table(found.knobs)}

A knob that moves no gap in a column isn't there for the audit to find; where the column by true need and the column by
records differ, an audit of records alone would be misled. A dash: the group has become the largest, with which the
others are compared.

`care_home_calls` moves no gap here because of whom a list holds: a child in a care home has an open plan and is on no
list, so the calls count only for those who come home, and only where the card has a line for records of their kinds.
"""
