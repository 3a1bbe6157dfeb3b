"""Write the pages that are made from the code: features, data, study files, commands. `make reference` runs it."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import typer
import yaml
from pydantic.fields import FieldInfo

from ace_risk.cli import app
from ace_risk.data.dictionary import data_dictionary
from ace_risk.evaluate.printed_card import feature_title
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.plans import Biases, Part, World
from ace_risk.referrals.columns import REFERRAL_COLUMNS
from ace_risk.referrals.workbook import MEANINGS, SHEET_COLUMNS
from ace_risk.study import Study

ROOT = Path(__file__).resolve().parents[1]
_WORDS = {"more_need": "may only add need", "less_need": "may only take need away", "either": "may point either way"}


def load_spec_tests(name: str) -> ModuleType:
    """A module of spec tests, which holds pictures."""
    found = spec_from_file_location(name, ROOT / "tests" / "spec" / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def feature_lines(spec: FeatureSpec, catalogue: Catalogue) -> list[str]:
    """What the page says about one feature."""
    narrowed = [
        f"{name}: {', '.join(values)}" for name, values in (("roles", spec.roles), ("grades", spec.grades)) if values
    ]
    expiry = "never" if spec.expires_days is None else f"after {spec.expires_days:,} days"
    offers = "; ".join(catalogue.support_options[name].text for name in spec.support)
    facts = [
        f"records: {', '.join(spec.kinds)}" + (f" ({'; '.join(narrowed)})" if narrowed else ""),
        f"measure: {spec.measure}" + (f" of {spec.column}" if spec.column else ""),
        f"window: {'ever' if spec.window_days is None else f'{spec.window_days:,} days'}; expires {expiry}",
        f"direction: {_WORDS[spec.direction]}",
        f"sentence: “{spec.reason}”",
    ]
    return [f"### `{spec.name}`", "", f"{feature_title(spec)}.", "", *(f"- {fact}" for fact in facts)] + (
        [f"- could be offered: {offers}", ""] if offers else [""]
    )


def picture_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Pictures as a table: title, picture and what else there is. A window of None is ever, no number is nothing."""
    lines = [f"| | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    for title, picture, *others in rows:
        shown = ["ever" if other is None else "nothing" if other != other else str(other) for other in others]
        lines.append(f"| {title} | `{str(picture).replace('|', '¦')}` | {' | '.join(shown)} |")
    return lines


def rules_of_time() -> list[str]:
    """The pictures of the rules of time, of clock changes, of moves, and of the first and the last day of a life."""
    times, lives, homes = map(load_spec_tests, ("test_time_rules", "test_lives", "test_homes"))
    clocks = [
        (title, picture, first, f"{hours} hours", measure, window, expected)
        for title, first, hours, picture, measure, window, expected in times.CLOCK_CHANGES
    ]
    return [
        "## The rules of time in pictures",
        "",
        "One column a day, at midnight; the cutoff at `¦`. `x` an event, recorded at once; `L` an event that is",
        "recorded only after the cutoff; `*` an event at the very instant of the cutoff; `[` and `]` the start and the",
        "end of a spell; `}` an end that is recorded only after the cutoff. Each row is a test.",
        "",
        *picture_table(["picture", "measure", "window", "gives"], times.CASES),
        "",
        "### Clock changes",
        "",
        "Times are local time as it was written down, without a zone, and a day is 24 hours on the written clock. So",
        "the day on which clocks go forward counts 24 hours though 23 passed, and the day on which they go back counts",
        "24 though 25 passed. British clocks went forward on 31 March and back on 27 October 2024.",
        "",
        *picture_table(["picture", "first column", "one column", "measure", "window", "gives"], clocks),
        "",
        "### Moves between homes",
        "",
        "`a` and `b` an incident at home A or B, recorded at once; `A` the first day in home A (without it, since long",
        "ago); `B` the first day in home B, recorded at once; `h` the same, recorded only at `R`; `E` the child leaves",
        "home A for no other home; `!` the cutoff, on the day on which home B is recorded. Each row is a test.",
        "",
        *picture_table(["picture", "incidents that are the child's", "moves"], homes.HOMES),
        "",
        "### The day of birth",
        "",
        "`B` the day of birth, on which the first home begins; `x` an incident at home; `b` both on one day.",
        "",
        *picture_table(["picture", "incidents that are the child's"], lives.BIRTHS),
        "",
        "### Death",
        "",
        "`x` an incident at home; `D` the day of a death, recorded that day; `L` a death that is recorded only after",
        f"the cutoff; `*` a death on the day of the cutoff. The outcome window has {lives.HORIZON} days. Rows that",
        "have no label are counted in the evaluation. The same holds for every kind that has `ends_observation` in",
        "`configs/kinds.yaml`.",
        "",
        *picture_table(["picture", "the child is"], lives.DEATHS),
        "",
    ]


def feature_reference() -> str:
    """The page of the features."""
    catalogue = Catalogue.from_yaml(configs_folder() / "catalogue.yaml")
    lines = [
        "# Feature reference",
        "",
        f"The {len(catalogue)} features of `configs/catalogue.yaml`, and the rules of time that all of them obey.",
        "This page is written by `make reference`; a test holds it against the catalogue and the spec tests.",
        "",
        *rules_of_time(),
    ]
    for domain, title in catalogue.domains.items():
        lines += [f"## {title}", ""]
        for spec in catalogue:
            if spec.domain == domain:
                lines += feature_lines(spec, catalogue)
    return "\n".join(lines).rstrip() + "\n"


def data_reference() -> str:
    """The page of the six tables, and of the kinds and codes that are shipped."""
    note = "Written by `make reference` from the data contract, `configs/kinds.yaml` and `configs/codes.yaml`."
    title, rest = data_dictionary(load_kinds()).split("\n\n", 1)
    columns = [
        f"| `{name}` | {'' if name in REFERRAL_COLUMNS else 'sheet only'} | {MEANINGS[name]} |"
        for name in SHEET_COLUMNS
    ]
    lists = [
        "## The columns of a referral list",
        "",
        "The same in `referrals.csv` and `referrals.xlsx`, in this order; how to read it: [a list](read-a-list.md).",
        "",
        "| column | | meaning |",
        "| --- | --- | --- |",
        *columns,
    ]
    own = "How to bring your own: [your own approved data](your-own-data.md)."
    return f"{title}\n\n{note} {own}\n\n{rest.rstrip()}\n\n" + "\n".join(lists) + "\n"


def command_reference() -> str:
    """The page of the commands, as their help tells them."""
    group = typer.main.get_command(app)
    lines = [
        "# Commands",
        "",
        "What `ace-risk COMMAND --help` says, on one page; written by `make reference`. Exit codes: 0 done, 2 usage or",
        "study file, 3 data, 4 refused by a gate or an approval, 5 pack damaged, 1 a bug.",
    ]
    for name, command in group.commands.items():
        context = typer.Context(command, info_name=f"ace-risk {name}", max_content_width=100, terminal_width=100)
        lines += ["", f"## {name}", "", "```text", *command.get_help(context).splitlines(), "```"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def described(part: type[Part]) -> tuple[list[str], dict[str, str]]:
    """What a part's docstring says of it, and of each of its keys."""
    text, _, attributes = inspect.cleandoc(part.__doc__ or "").partition("\nAttributes\n----------\n")
    meanings: dict[str, str] = {}
    names: list[str] = []
    for line in attributes.splitlines():
        if line and not line.startswith(" "):
            names = line.split(", ")
        for name in names if line.startswith(" ") else ():
            meanings[name] = f"{meanings.get(name, '')} {line.strip()}".strip()
    return text.strip().splitlines(), meanings


def default_text(field: FieldInfo) -> str:
    """The default of a key, as a study file would write it."""
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Part):
        return "as below"
    return yaml.safe_dump(json.loads(json.dumps(value, default=str)), default_flow_style=True, width=1000).split("\n")[
        0
    ]


def study_reference() -> str:
    """The page of what a study file may say: each part, its keys and their defaults."""
    lines = [
        "# Study files",
        "",
        "A study is one YAML file that says everything a training decides; it is kept in the pack. Unknown keys are",
        "refused, and the problems of a file are named together. `configs/demo.yaml` is a whole one; `ace-risk init`",
        "writes one to fill. This page is written by `make reference`.",
        "",
        "At the top stand `name`, `title`, `purpose`, `owner`, `contact`, `seed`, and the files `catalogue`, `aces`,",
        "`kinds`, `codes` and `outcomes`, as paths from the study's own folder. Then the parts, each of which may be",
        "left out.",
    ]
    parts = {name: field.default for name, field in Study.model_fields.items() if isinstance(field.default, Part)}
    parts |= {"world": World(), "world.biases": Biases()}
    for name, part in parts.items():
        text, meanings = described(type(part))
        rows, told = [], ""
        for key, field in type(part).model_fields.items():
            meaning = meanings.get(key, "")
            rows.append(f"| `{key}` | `{default_text(field)}` | {'(as above)' if meaning == told != '' else meaning} |")
            told = meaning
        lines += ["", f"## `{name}`", "", *text, "", "| key | default | |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "feature-reference.md": feature_reference,
    "data-reference.md": data_reference,
    "study-file.md": study_reference,
    "commands.md": command_reference,
}
"""Each page that is made from the code, and what makes it."""


if __name__ == "__main__":
    for page, write in PAGES.items():
        (ROOT / "docs" / page).write_text(write(), encoding="utf-8")
        sys.stdout.write(f"Written: docs/{page}\n")
