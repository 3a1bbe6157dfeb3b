"""Documents in one spelling."""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_risk.tracking.documents import canonical_json, variables_csv

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(content=PLAIN)
def test_plain_content_comes_back_as_it_was(content: object) -> None:
    text = canonical_json(content)
    assert json.loads(text) == content
    assert text.endswith("\n")
    assert canonical_json(json.loads(text)) == text


def test_the_order_of_keys_does_not_show() -> None:
    assert canonical_json({"b": 1, "a": {"d": 2, "c": 3}}) == canonical_json({"a": {"c": 3, "d": 2}, "b": 1})


@pytest.mark.parametrize("value", [float("nan"), np.nan, float("inf"), -np.inf, pd.NA, pd.NaT, np.float32("nan")])
def test_what_json_has_no_word_for_is_null(value: object) -> None:
    assert json.loads(canonical_json([value])) == [None]


def test_numbers_and_dates_of_numpy_and_pandas() -> None:
    content = {1: np.int8(3), "b": np.array([[0.5, np.nan]]), "c": pd.Timestamp("2026-01-01"), "d": np.True_}
    assert json.loads(canonical_json(content)) == {"1": 3, "b": [[0.5, None]], "c": "2026-01-01T00:00:00", "d": True}


@pytest.mark.parametrize("value", [{1, 2}, b"x", object(), pd.DataFrame({"child_id": ["a"]}), pd.Series([1])])
def test_other_things_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="plain values only"):
        canonical_json({"x": value})


def test_variables_name_every_feature_and_which_are_used(made: SimpleNamespace) -> None:
    rows = list(csv.DictReader(io.StringIO(variables_csv(made.model, made.catalogue))))
    assert [row["name"] for row in rows] == made.catalogue.names
    assert {row["name"] for row in rows if row["used"] == "yes"} == set(made.model.feature_names_in_)
    missing = next(row for row in rows if row["name"] == "missing_count_90d")
    assert (missing["direction"], missing["domain"], missing["used"]) == ("more_need", "missing", "no")
    assert missing["title"] == made.catalogue["missing_count_90d"].title
