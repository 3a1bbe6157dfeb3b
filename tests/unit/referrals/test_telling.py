"""Every sentence of a list, written again from the raw tables by plain pandas."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.kinds import load_kinds
from ace_risk.referrals.listing import ReferralList, make_list
from ace_risk.tracking.pack import Pack

DAY = pd.Timestamp("2022-07-01")
WINDOWS = {30: "last month", 90: "last 3 months", 91: "last 3 months", 180: "last 6 months", 365: "last 12 months",
           730: "last 2 years", 731: "last 2 years", 1096: "last 3 years", 1827: "last 5 years",
           2192: "last 6 years", 3653: "last 10 years"}  # fmt: skip
OTHER = "other concerns at home"


def date_words(time: pd.Timestamp) -> str:
    return f"{time.day} {time:%B} {time.year}"


def number_words(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def window_days(spec: FeatureSpec) -> int | None:
    days = [days for days in (spec.window_days, spec.expires_days) if days]
    return min(days) if days else None


def rows_of(spec: FeatureSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """The known records of one child that a feature is about."""
    rows = rows[rows["kind"].isin(spec.kinds)]
    for column, allowed in (("role", spec.roles), ("grade", spec.grades)):
        rows = rows[rows[column].isin(allowed)] if allowed else rows
    days = None if spec.measure in ("open", "days_in_spell") else window_days(spec)
    return rows if days is None else rows[rows["occurred_at"] >= DAY - pd.Timedelta(days=days)]


def facts(spec: FeatureSpec, rows: pd.DataFrame, since: pd.Timestamp, names: dict[str, str]) -> dict[str, str]:
    """What the slots of a sentence must hold; without `count`."""
    first, last = date_words(rows["occurred_at"].min()), date_words(rows["occurred_at"].max())
    days = window_days(spec)
    whole = days is None or DAY - pd.Timedelta(days=days) <= since
    numbers = rows["kind"].map(names).value_counts()
    numbers = numbers.sort_index(key=lambda words: words == OTHER)
    told = [f"{words} {number_words(number)}" for words, number in numbers.items()]
    return {
        "times": number_words(len(rows)),
        "when": f"on {last}" if first == last else f"first on {first}, most recently on {last}",
        "window": "so far" if whole else f"in the {WINDOWS[days or 0]}",
        "kinds": " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told),
        "first": first,
        "last": last,
        "days": f"{(DAY - rows['occurred_at'].max()).days:,}",
    }


def count_of(spec: FeatureSpec, rows: pd.DataFrame) -> int | None:
    """The value in `{count}`, where plain pandas can say it in a line."""
    if spec.measure == "distinct_kinds":
        return rows["kind"].nunique()
    if spec.measure == "distinct_days":
        return rows["occurred_at"].dt.normalize().nunique()
    if spec.measure == "sum":
        ended = (rows["occurred_at"] + pd.to_timedelta(rows["hours"], unit="h") <= DAY) & (rows["ended_known"] < DAY)
        return round(rows["hours"][ended].sum())
    return len(rows) if spec.measure in ("count", "ever") else None


def sentences_of(catalogue: Catalogue, rows: pd.DataFrame, since: pd.Timestamp) -> set[str]:
    """Every sentence that is true of a child; equal numbers of two kinds may stand in either order."""
    names = {name: kind.title for name, kind in load_kinds().all.items()}
    found = set()
    for spec in catalogue:
        own = rows_of(spec, rows)
        if own.empty or not spec.reason:
            continue
        slots, count = facts(spec, own, since, names), count_of(spec, own)
        if count is None and "{count}" in spec.reason:
            continue
        plural = "" if count == 1 else "s"
        found.add(
            canonical(spec.reason.format(**slots, count=f"{count:,}" if count is not None else "", plural=plural))
        )
    return found


def canonical(sentence: str) -> str:
    """A sentence with the kinds in brackets in the order of the alphabet."""
    before, bracket, rest = sentence.partition("(")
    inside, end, after = rest.partition(")")
    parts = sorted(part for piece in inside.split(", ") for part in piece.split(" and "))
    return before + bracket + "|".join(parts) + end + after


def since_of(world: Tables, child: str) -> pd.Timestamp:
    start = world.incidents["occurred_at"].min().floor("D")
    return max(start, world.children.set_index("child_id")["birth_date"][child])


def told(listing: ReferralList) -> list[tuple[str, str]]:
    """Each child with each reason."""
    frame = pd.concat([listing.frame, listing.next_in_line])
    return [(row["child_id"], row[f"reason_{place}"]) for row in frame.to_dict("records") for place in range(1, 5)
            if row[f"reason_{place}"]]  # fmt: skip


def explained(reason: str, true: set[str]) -> bool:
    """Whether a reason is a true sentence, or two of them."""
    cuts = [place + 1 for place in range(len(reason)) if reason.startswith(". ", place)]
    pairs = [(reason[:cut], reason[cut + 1 :]) for cut in cuts]
    return canonical(reason) in true or any({canonical(one), canonical(two)} <= true for one, two in pairs)


def test_every_reason_is_true_of_the_raw_tables(
    pack: Pack, world: Tables, made_list: ReferralList, known: dict[str, pd.DataFrame]
) -> None:
    reasons = told(made_list)
    assert len(reasons) > 200
    assert len({child for child, _ in reasons}) > 100
    for child, reason in reasons:
        assert explained(reason, sentences_of(pack.catalogue, known[child], since_of(world, child))), reason


def test_unnamed_concerns_are_counted_together_and_truly(
    pack: Pack, world: Tables, unnamed_list: ReferralList, made_list: ReferralList, known: dict[str, pd.DataFrame]
) -> None:
    kinds = load_kinds()
    hidden = sorted(kinds.parental_conditions & set(kinds.incidents))
    names = {name: OTHER if name in hidden else kind.title for name, kind in kinds.all.items()}
    neutral = 0
    for child, reason in told(unnamed_list):
        true = sentences_of(pack.catalogue, known[child], since_of(world, child))
        for spec in pack.catalogue:
            if not set(spec.kinds) & set(hidden):
                continue
            wider = FeatureSpec(spec.label, {*spec.kinds, *hidden}, "count", spec.window_days,
                                expires_days=spec.expires_days)  # fmt: skip
            own = rows_of(wider, known[child])
            if own["kind"].isin(hidden).any():
                slots = facts(wider, own, since_of(world, child), names)
                alone = own["kind"].isin(hidden).all()
                words = "{times} {window}, {when}." if alone else "{window} ({kinds}), {when}."
                true.add(canonical(f"Concerns at home were recorded {words}".format(**slots)))
        assert explained(reason, true), reason
        neutral += OTHER in reason or "Concerns at home were recorded" in reason
    assert neutral > 50
    assert list(unnamed_list.frame["child_id"]) == list(made_list.frame["child_id"])


def test_a_parent_s_condition_is_named_only_where_permitted(
    pack: Pack, made_list: ReferralList, unnamed_list: ReferralList
) -> None:
    kinds = load_kinds()
    words = [kinds.incidents[name].title for name in kinds.parental_conditions & set(kinds.incidents)]
    words += ["A parent", "mental ill-health", "drug and alcohol service", "adult mental health", "young carer"]
    columns = [*(f"reason_{place}" for place in range(1, 5)), "strengths", "support_options", "data_gaps"]
    texts = {name: " ".join(pd.concat([made.frame, made.next_in_line])[columns].to_numpy().ravel())
             for name, made in (("named", made_list), ("unnamed", unnamed_list))}  # fmt: skip
    for word in words:
        assert word in texts["named"], "else this test could not fail"
        assert word not in texts["unnamed"], word
    assert made_list.names_parental_conditions
    assert not unnamed_list.names_parental_conditions
    assert "offer early help and a family worker" in texts["unnamed"]
    assert "The family took up support" in texts["unnamed"]


def test_an_approval_that_permits_names_again(pack: Pack, world: Tables, made_list: ReferralList) -> None:
    permitted = make_list(pack, replace(world, synthetic=False), as_of=DAY, places=120, names_parental_conditions=True)
    assert told(permitted) == told(made_list)


def test_safe_contact_stands_before_every_offer_where_domestic_abuse_is_known(
    made_list: ReferralList, known: dict[str, pd.DataFrame]
) -> None:
    abuse = [bool((known[child]["kind"] == "domestic_abuse").any()) for child in made_list.frame["child_id"]]
    assert 0 < sum(abuse) < len(abuse)
    assert list(made_list.frame["safe_contact"]) == abuse
    assert list(made_list.frame["support_options"].str.startswith("Check safe contact first; ")) == abuse


def test_strengths_are_true_of_the_raw_tables(
    pack: Pack, world: Tables, made_list: ReferralList, known: dict[str, pd.DataFrame]
) -> None:
    seen = 0
    for row in made_list.frame.itertuples():
        own = known[row.child_id]
        true = sentences_of(pack.catalogue, own, since_of(world, row.child_id))
        trusted = own[(own["kind"] == "trusted_adult") & (own["occurred_at"] >= DAY - pd.Timedelta(days=730))]
        assert ("named an adult they trust" in row.strengths) == (not trusted.empty)
        if not trusted.empty:
            seen += 1
            assert any(sentence in row.strengths for sentence in true if "named an adult" in sentence)
    assert seen > 2
