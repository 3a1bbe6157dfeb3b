"""Write docs/feature-reference.md from the shipped catalogue and the spec tests. `make reference` runs it."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from ace_risk.evaluate.printed_card import feature_title
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.kinds import configs_folder

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "feature-reference.md"
_WORDS = {"more_need": "may only add need", "less_need": "may only take need away", "either": "may point either way"}


def load_spec_tests() -> ModuleType:
    """The module that holds the pictures of the rules of time."""
    found = spec_from_file_location("spec_of_time", ROOT / "tests" / "spec" / "test_time_rules.py")
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


def spec_lines(module: ModuleType) -> list[str]:
    """The pictures of the rules of time, as a table."""
    lines = ["| | picture | measure | window | gives |", "|---|---|---|---|---|"]
    for title, picture, measure, window, expected in module.CASES:
        shown = "nothing" if expected != expected else expected
        lines.append(f"| {title} | `{picture.replace('|', '¦')}` | {measure} | {window or 'ever'} | {shown} |")
    return lines


def reference() -> str:
    """The whole page."""
    catalogue = Catalogue.from_yaml(configs_folder() / "catalogue.yaml")
    lines = [
        "# Feature reference",
        "",
        f"The {len(catalogue)} features of `configs/catalogue.yaml`, and the rules of time that all of them obey.",
        "This page is written by `make reference`; a test holds it against the catalogue and the spec tests.",
        "",
        "## The rules of time in pictures",
        "",
        "One column a day, at midnight; the cutoff at `¦`. `x` an event, recorded at once; `L` an event that is",
        "recorded only after the cutoff; `*` an event at the very instant of the cutoff; `[` and `]` the start and the",
        "end of a spell; `}` an end that is recorded only after the cutoff. Each row is a test.",
        "",
        *spec_lines(load_spec_tests()),
        "",
    ]
    for domain, title in catalogue.domains.items():
        lines += [f"## {title}", ""]
        for spec in catalogue:
            if spec.domain == domain:
                lines += feature_lines(spec, catalogue)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"Written: {PAGE.relative_to(ROOT)}\n")
