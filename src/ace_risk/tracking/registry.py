"""The MLflow registry: a version per pack, with the alias of what it is used as."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from ace_risk.tracking.pack import Pack
from ace_risk.tracking.store import opened, quiet_mlflow, save_model

Alias = Literal["champion", "challenger"]


def register_pack(
    pack: Pack,
    alias: Alias,
    home: Path,
    *,
    tags: Mapping[str, str],
    description: str,
    artifacts: Iterable[Path] = (),
    tracking_uri: str | None = None,
) -> str:
    """Register a pack as a version of its study's model, and give it an alias, which any earlier version loses.

    Parameters
    ----------
    alias
        `champion`: the one in use. `challenger`: a candidate. A challenger that becomes champion is no longer a
        challenger.
    home
        The folder of the SQLite store if no `tracking_uri` is given: `mlflow.db` and `mlruns/` in it.
    tags, description
        What stands beside the version: the verdicts, and the card.
    artifacts
        Files to keep beside the pack and the model.

    Returns
    -------
    str
        The version's number.

    Raises
    ------
    OutputError
        If the store can't be reached or refuses the version.
    """
    name = pack.study.name
    marks = {**tags, "pack": pack.id}
    with quiet_mlflow(), tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model"
        save_model(model, pack)
        with opened(home.resolve(), home.resolve(), tracking_uri) as store:
            client = store.client
            run = store.start(f"{name} registry", f"{alias} {pack.short_id}", marks)
            for path in (pack.path, model, *artifacts):
                store.log_file(run, path)
            client.set_terminated(run.info.run_id, "FINISHED")
            if not client.search_registered_models(f"name = '{name}'"):
                client.create_registered_model(name)
            source = f"{run.info.artifact_uri}/model"
            version = client.create_model_version(name, source, run.info.run_id, tags=marks, description=description)
            client.set_registered_model_alias(name, alias, version.version)
            aliases = client.get_registered_model(name).aliases
            if alias == "champion" and "challenger" in aliases:
                waiting = client.get_model_version(name, aliases["challenger"])
                if waiting.tags.get("pack") == pack.id:
                    client.delete_registered_model_alias(name, "challenger")
    return str(version.version)
