"""The public names are few, and are what they say whatever was imported before."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import ace_risk


def test_at_most_eighteen_names():
    assert len(ace_risk.__all__) == len(set(ace_risk.__all__)) <= 18


def test_no_name_is_hidden_by_a_module():
    for module in pkgutil.walk_packages(ace_risk.__path__, "ace_risk."):
        importlib.import_module(module.name)
    for name in ace_risk.__all__:
        public = getattr(ace_risk, name)
        assert inspect.isfunction(public) or inspect.isclass(public), name
        assert public.__name__ == name
        assert inspect.getdoc(public), name


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(ace_risk, "risk_score")
