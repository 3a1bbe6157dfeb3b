"""Sign-offs: for one pack, from one day to another, in a file beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ace_risk.data.load import load_tables
from ace_risk.errors import PackError, RefusedError, StudyError
from ace_risk.plans import World
from ace_risk.tracking.manifest import MANIFEST, write_manifest
from ace_risk.tracking.pack import load_pack
from ace_risk.tracking.promotions import PROMOTIONS, note_promotion
from ace_risk.tracking.sign_off import (
    SIGN_OFFS,
    add_sign_off,
    permit_list,
    read_sign_offs,
    sign_off_statement,
    sign_offs_file,
)
from ace_risk.world.simulate import simulate

TODAY, UNTIL = date(2026, 5, 12), date(2026, 8, 1)


@pytest.fixture
def promoted(pack_folder: Path) -> Path:
    """A pack that the gate let through."""
    note_promotion(load_pack(pack_folder).id, pack_folder.parent, today=TODAY)
    return pack_folder


def test_what_the_gate_did_not_let_through_is_signed_only_with_a_reason_that_every_list_repeats(
    pack_folder: Path,
) -> None:
    note_promotion("0" * 64, pack_folder.parent)
    pack = load_pack(pack_folder)
    for reason in ("", "  "):
        with pytest.raises(RefusedError, match=r"not signed off\. The gate has not let this pack through"):
            add_sign_off(pack, "Ada", "Head", UNTIL, today=TODAY, without_gate=reason)
    assert not (pack_folder.parent / SIGN_OFFS).exists()
    add_sign_off(pack, "Ada", "Head", UNTIL, "Carlisle only.", today=TODAY, without_gate="A pilot.")
    assert sign_off_statement(pack, False, TODAY) == (
        "Signed off by Ada, Head, until 1 August 2026. Carlisle only. The gate has not let this model through; it is "
        "used because: A pilot."
    )
    note_promotion(pack.id, pack_folder.parent, today=TODAY)
    note_promotion(pack.id, pack_folder.parent, today=TODAY)
    assert [item["pack"] for item in yaml.safe_load((pack_folder.parent / PROMOTIONS).read_text())] == [
        "0" * 64,
        pack.id,
    ]
    add_sign_off(pack, "Bo", "Head", date(2026, 9, 1), today=TODAY, without_gate="Not needed.")
    assert sign_off_statement(pack, False, TODAY) == "Signed off by Bo, Head, until 1 September 2026."


def test_a_sign_off_lies_beside_the_pack_and_holds_until_its_day(promoted: Path) -> None:
    pack = load_pack(promoted)
    path = add_sign_off(pack, "Ada Holme", "Head of early help", UNTIL, "Carlisle only.", today=TODAY)
    assert path == promoted.parent / "sign-off.yaml"
    assert load_pack(promoted).id == pack.id
    told = "Signed off by Ada Holme, Head of early help, until 1 August 2026. Carlisle only."
    assert sign_off_statement(pack, False, TODAY) == told
    assert sign_off_statement(pack, True, date(2026, 7, 31)) == told
    for day in (date(2026, 5, 11), UNTIL):
        with pytest.raises(RefusedError, match="nobody has signed this pack off") as caught:
            sign_off_statement(pack, False, day)
        assert caught.value.exit_code == 4


def test_synthetic_data_need_none_and_the_list_says_so(promoted: Path) -> None:
    assert "Nobody has signed" in sign_off_statement(load_pack(promoted), True, TODAY)


def test_one_rule_for_the_command_and_for_python(promoted: Path, tmp_path: Path, approve) -> None:
    """Tables in memory are real unless proven otherwise, whatever they were told to say."""
    data = tmp_path / "data"
    simulate(World(children=50, seed=11), data)
    made = load_tables(data)
    pack = load_pack(promoted)
    assert "Nobody has signed" in permit_list(pack, made).statement
    (data / "datapackage.json").unlink()
    real = load_tables(data)
    as_of = pd.Timestamp("2025-06-01")
    for tables in (real, replace(real, synthetic=True)):
        with pytest.raises(RefusedError, match="approval"):
            pack.refer(tables, as_of, 5)
    approve(data)
    for tables in (real, replace(real, synthetic=True)):
        with pytest.raises(RefusedError, match="nobody has signed this pack off"):
            pack.refer(tables, as_of, 5)
    add_sign_off(pack, "Ada", "Head", date.today() + timedelta(30))
    for tables in (real, replace(real, synthetic=True)):
        assert not pack.refer(tables, as_of, 5).names_parental_conditions
    told = permit_list(pack, real).statement
    assert told.index("Approved by") < told.index("For use by Ada Holme") < told.index("Signed off by Ada, Head")
    approve(data, names_parental_conditions=True)
    assert pack.refer(real, as_of, 5).names_parental_conditions
    for change, words in (
        ({"permitted_outcomes": ["another"]}, "not among another"), ({"retention_days": 27}, "may be kept for 27"),
        ({"expires_on": date.today()}, "ended on"),
    ):  # fmt: skip
        approve(data, **change)
        with pytest.raises(RefusedError, match=words):
            pack.refer(real, as_of, 5)


def test_another_pack_is_not_signed_off(promoted: Path) -> None:
    add_sign_off(load_pack(promoted), "Ada", "Head", UNTIL, today=TODAY)
    (promoted / MANIFEST).unlink()
    (promoted / "versions.json").write_text('{"python": "3.99"}')
    write_manifest(promoted)
    with pytest.raises(RefusedError, match="nobody has signed"):
        sign_off_statement(load_pack(promoted), False, TODAY)


def test_earlier_sign_offs_are_kept(promoted: Path) -> None:
    pack = load_pack(promoted)
    add_sign_off(pack, "Ada", "Head", UNTIL, today=TODAY)
    add_sign_off(pack, "Bo: - {x}", "Board 'chair'", date(2026, 9, 1), today=TODAY)
    assert [item.name for item in read_sign_offs(sign_offs_file(pack))] == ["Ada", "Bo: - {x}"]
    assert sign_off_statement(pack, False, TODAY).startswith("Signed off by Bo")


def test_what_is_wrong_is_told_at_once_and_nothing_is_written(promoted: Path) -> None:
    with pytest.raises(StudyError, match="3 problems"):
        add_sign_off(load_pack(promoted), " ", "", TODAY, today=TODAY)
    assert not (promoted.parent / "sign-off.yaml").exists()


def test_a_file_in_the_pack_itself_is_refused(promoted: Path) -> None:
    (promoted / "sign-off.yaml").write_text("[]")
    with pytest.raises(PackError, match=r"sign-off\.yaml: is not in manifest"):
        load_pack(promoted)


@pytest.mark.parametrize(
    "text", ["- name: Ada\n", "- !!python/object/apply:os.system [true]\n", "name: Ada\n", "- {a: [\n"]
)
def test_a_file_that_is_none_is_explained(promoted: Path, text: str) -> None:
    (promoted.parent / "sign-off.yaml").write_text(text)
    with pytest.raises(StudyError, match=r"sign-off\.yaml"):
        sign_off_statement(load_pack(promoted), False, TODAY)
