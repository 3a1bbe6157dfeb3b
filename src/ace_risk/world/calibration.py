"""Generated figures beside published ones, each with its source and a verdict."""

from __future__ import annotations

import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.plans import World
from ace_risk.world.exposure import make_exposure
from ace_risk.world.figures import FIGURES
from ace_risk.world.measured_lives import measure_care, measure_need, measure_population
from ace_risk.world.measured_police import measure_missing, measure_police
from ace_risk.world.truth import Truth

COLUMNS = ["key", "topic", "text", "unit", "source", "published", "generated", "tolerance", "verdict"]


def calibrate(tables: Tables, truth: Truth, world: World) -> pd.DataFrame:
    """Hold a synthetic world against published figures.

    Returns
    -------
    DataFrame
        One row per figure that applies to the world's profile and hubs: `key`, `topic`, `text`, `unit`,
        `source`, `published`, `generated`, `tolerance` (in the unit of the figure), and `verdict`: `within`
        if the generated figure is no further from the published one than the tolerance, else `outside`; a
        figure that can't be measured is `outside`, and its `generated` is missing. Worlds of fewer than
        some 20,000 children miss figures by chance.

    Examples
    --------
    >>> from ace_risk.world.simulate import simulate_with_truth
    >>> world = World(children=500)
    >>> figures = calibrate(*simulate_with_truth(world), world)
    >>> len(figures) >= 40
    True
    """
    seen = make_exposure(tables, world)
    measured = (
        measure_need(seen, truth)
        | measure_missing(seen, truth)
        | measure_police(seen, truth)
        | measure_care(seen)
        | measure_population(seen)
    )
    rows = []
    for figure in FIGURES:
        hub = figure.key.removeprefix("hub_")
        if world.profile not in figure.profiles or (hub != figure.key and hub not in world.hubs):
            continue
        generated = measured.get(figure.key, float("nan"))
        near = abs(generated - figure.published) <= figure.tolerance
        rows.append(
            {
                "key": figure.key,
                "topic": figure.topic,
                "text": figure.text,
                "unit": figure.unit,
                "source": figure.source,
                "published": figure.published,
                "generated": round(generated, 3),
                "tolerance": figure.tolerance,
                "verdict": "within" if near else "outside",
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)
