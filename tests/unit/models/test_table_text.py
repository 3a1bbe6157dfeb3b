"""The table as JSON and as SQL: the same scores, and no damage unseen."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_risk.errors import PackError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.table_text import content_hash
from ace_risk.models.terms import FeatureTerm, PairTerm, Term

ROWS = 100
NUMBERS = st.floats(-1e6, 1e6) | st.integers(-5, 5)
# SQLite reads literals below about 1e-290 inexactly, so cut points here have at most nine decimals.
CUTS = st.lists(st.floats(-1e3, 1e3).map(lambda cut: round(cut, 9)) | st.integers(-9, 9), max_size=4).map(
    lambda cuts: sorted(set(map(float, cuts)))
)
NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=8)


@st.composite
def models(draw: st.DrawFn) -> AdditiveModel:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=str.lower))
    terms: list[Term] = []
    for name in names:
        edges = draw(CUTS)
        scores = draw(st.lists(NUMBERS, min_size=len(edges) + 1, max_size=len(edges) + 1))
        terms.append(FeatureTerm(name, edges, scores, draw(NUMBERS), [ROWS] + [0] * len(edges), 0))  # type: ignore[arg-type]
    if len(names) > 1 and draw(st.booleans()):
        sides = (draw(CUTS), draw(CUTS))
        shape = (len(sides[0]) + 2, len(sides[1]) + 2)
        scores = draw(st.lists(NUMBERS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
        counts = np.zeros(shape, dtype=int)
        counts[0, 0] = ROWS
        terms.append(PairTerm((names[1], names[0]), sides, np.reshape(scores, shape), counts))  # type: ignore[arg-type]
    slope = draw(st.floats(1e-3, 10))
    return AdditiveModel(tuple(terms), LogisticMap(slope, draw(NUMBERS)), draw(NUMBERS))


def rows_for(model: AdditiveModel, seed: int) -> pd.DataFrame:
    """Rows on, beside and between the edges, some missing."""
    rng = np.random.default_rng(seed)
    edges = sorted({edge for term in model.terms for side in sides_of(term) for edge in side} | {0.0})
    pool = np.array([*edges, *np.nextafter(edges, -np.inf), *np.nextafter(edges, np.inf), 1e9, -1e9, np.nan])
    return pd.DataFrame({name: rng.choice(pool, 30) for name in model.feature_names_in_})


def sides_of(term: Term) -> tuple[tuple[float, ...], ...]:
    return (term.edges,) if isinstance(term, FeatureTerm) else term.edges


@given(models(), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_the_round_trip_keeps_every_bit(model: AdditiveModel, seed: int) -> None:
    back = AdditiveModel.from_json(model.to_json())
    X = rows_for(model, seed)
    assert back == model
    assert back.to_json() == model.to_json()
    assert back.decision_function(X).tobytes() == model.decision_function(X).tobytes()
    assert back.predict_proba(X).tobytes() == model.predict_proba(X).tobytes()


@given(models(), st.integers(0, 99), NAMES)
@settings(max_examples=80, deadline=None)
def test_sql_gives_the_same_scores_whatever_the_names(model: AdditiveModel, seed: int, table: str) -> None:
    table = "t" + table
    X = rows_for(model, seed)
    connection = sqlite3.connect(":memory:")
    quote = lambda name: '"' + name.replace('"', '""') + '"'  # noqa: E731
    columns = ", ".join(f"{quote(name)} REAL" for name in X)
    connection.execute(f"CREATE TABLE {quote(table)} ({columns})")
    marks = ", ".join("?" * X.shape[1])
    values = [[None if np.isnan(v) else v for v in row] for row in X.to_numpy().tolist()]
    connection.executemany(f"INSERT INTO {quote(table)} VALUES ({marks})", values)
    try:
        query = model.to_sql(table)
    except StudyError:
        assert {"total_score", "probability"} & {name.lower() for name in X}
        return
    found = pd.DataFrame([row[-2:] for row in connection.execute(query)], columns=["total", "p"])
    scale = max(1.0, np.abs(model.scores_by_term(X).to_numpy()).max())
    np.testing.assert_allclose(found["total"], model.decision_function(X), rtol=0, atol=1e-12 * scale)
    np.testing.assert_allclose(found["p"], model.predict_proba(X)[:, 1], rtol=1e-6, atol=1e-9)
    connection.close()


SMALL = AdditiveModel((FeatureTerm("a", (1,), (0, 2), 1, (60, 30), 10),), LogisticMap(0.5, -1.0), 0.125)


def test_sql_of_whole_points_is_equal_to_the_last_bit_and_keeps_the_columns() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE features (id TEXT, a REAL)")
    connection.executemany("INSERT INTO features VALUES (?, ?)", [("x", 0.5), ("y", 1.0), ("z", None)])
    rows = connection.execute(SMALL.to_sql("features")).fetchall()
    assert [row[:3] for row in rows] == [("x", 0.5, 0.125), ("y", 1.0, 2.125), ("z", None, 1.125)]
    connection.close()


def test_sql_gives_no_score_for_an_infinite_value_and_no_silent_text_for_an_absent_column() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE features (a REAL)")
    connection.executemany("INSERT INTO features VALUES (?)", [(np.inf,), (-np.inf,)])
    assert [row[-2:] for row in connection.execute(SMALL.to_sql("features"))] == [(None, None)] * 2
    connection.execute("CREATE TABLE other (b REAL)")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        connection.execute(SMALL.to_sql("other"))
    connection.close()


@pytest.mark.parametrize("table", ["", "a\x00b", None])
def test_sql_needs_the_name_of_a_table(table: str) -> None:
    with pytest.raises(StudyError, match="name of the table"):
        SMALL.to_sql(table)


def test_the_text_is_canonical_and_carries_its_hash() -> None:
    document = json.loads(SMALL.to_json())
    assert list(document) == sorted(document)
    found = document.pop("sha256")
    assert found == content_hash(document)
    assert SMALL.to_json() == json.dumps({**document, "sha256": found}, sort_keys=True, separators=(",", ":"))


def edited(rehash: bool = True, **changes: object) -> str:
    document = json.loads(SMALL.to_json())
    document.update(changes)
    if rehash:
        document.pop("sha256")
        document["sha256"] = content_hash(document)
    return json.dumps(document)


TERM = SMALL.terms[0].to_dict()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "JSON"),
        ("[]", "format"),
        ("[" * 100_000, "JSON"),
        (SMALL.to_json()[:-1], "JSON"),
        (SMALL.to_json().replace("0.125", "0.126"), "sha256"),
        (SMALL.to_json().replace('"intercept":0.125', '"intercept":0.125,"intercept":9'), "twice"),
        (SMALL.to_json().replace("0.125", "NaN"), "NaN is not allowed"),
        (edited(rehash=False, intercept=7), "sha256"),
        (edited(rehash=False, sha256=None), "sha256"),
        (edited(format="other"), "format"),
        (edited(version=2), "version 2"),
        (edited(version=True), "version True"),
        (edited(extra=1), "unknown: 'extra'"),
        (edited(intercept="0"), "intercept"),
        (edited(terms={}), "terms: must be a list"),
        (edited(terms=[3]), "term 1"),
        (edited(terms=[{**TERM, "color": 1}]), "term 1"),
        (edited(terms=[{**TERM, "edges": [2, 1], "scores": [0, 1, 2], "counts": [1, 1, 1]}]), "increase strictly"),
        (edited(terms=[{**TERM, "scores": [0, 1e999]}], rehash=False), "Infinity is not"),
        (edited(terms=[{**TERM, "scores": [0, 1, 2]}]), "2 bins, got 3 scores"),
        (edited(terms=[{**TERM, "scores": [0, True]}]), "finite number"),
        (edited(probability={"kind": "isotonic"}), "kind"),
        (edited(probability={"kind": "logistic", "slope": -1, "intercept": 0}), "slope"),
        (edited(probability={"kind": "logistic", "slope": 1}), "slope and intercept"),
        (edited(directions={"a": "sideways"}), "sideways"),
        (edited(directions=[]), "directions"),
    ],
)
def test_damage_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(PackError, match=message):
        AdditiveModel.from_json(text)
