"""A table of points as text: canonical JSON with a hash over its content. No model is a pickle or read from one."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

from ace_risk.errors import PackError, StudyError
from ace_risk.models.probability import LogisticMap, ProbabilityMap
from ace_risk.models.terms import FeatureTerm, PairTerm, Term

FORMAT = "ace-risk additive model"
VERSION = 1
KEYS = {"format", "version", "intercept", "terms", "probability", "directions"}


def write_document(content: dict[str, Any]) -> str:
    """Canonical JSON of `content` with a `sha256` key: sorted keys, shortest exact floats, one line.

    Examples
    --------
    >>> write_document({"version": 1})[:40]
    '{"sha256":"2430f1a2ad2982d0067885488a4c8'
    """
    return canonical({**content, "sha256": content_hash(content)})


def content_hash(content: dict[str, Any]) -> str:
    """The SHA-256 of the canonical JSON of `content`."""
    return hashlib.sha256(canonical(content).encode("ascii")).hexdigest()


def canonical(content: dict[str, Any]) -> str:
    """One spelling for one content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def read_document(text: str) -> dict[str, Any]:
    """The content of a text that `write_document` made, without the hash.

    Raises
    ------
    PackError
        The text isn't JSON, was changed, has another format or version, or lacks or adds a key.
    """
    try:
        document = json.loads(text, object_pairs_hook=without_repeats, parse_constant=refuse_constant)
    except (ValueError, RecursionError, TypeError) as error:
        raise PackError(f"table: can't be read as JSON ({error}). Write it again with to_json().") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PackError(f"table: the format must be {FORMAT!r}. This text holds something else.")
    if type(document.get("version")) is not int or document["version"] != VERSION:
        found = document.get("version")
        raise PackError(f"table: version {found!r} can't be read; this release reads version {VERSION}.")
    found_hash = document.pop("sha256", None)
    try:
        unchanged = found_hash == content_hash(document)
    except (ValueError, RecursionError):
        unchanged = False
    if not unchanged:
        raise PackError("table: the content doesn't match its sha256, so it was changed or damaged. Train it again.")
    if set(document) != KEYS:
        odd = ", ".join(sorted(map(repr, set(document) ^ KEYS)))
        raise PackError(f"table: the keys must be {', '.join(sorted(KEYS))}; absent or unknown: {odd}.")
    return document


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping from its pairs; a key that stands twice is refused."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key stands twice")
    return mapping


def refuse_constant(name: str) -> NoReturn:
    """NaN and infinities aren't JSON."""
    raise ValueError(f"{name} is not allowed")


def read_terms(items: Any) -> tuple[Term, ...]:
    """The terms from plain lists and numbers, or a StudyError naming every problem."""
    if not isinstance(items, list):
        raise StudyError("terms: must be a list")
    terms: list[Term] = []
    problems: list[str] = []
    for place, item in enumerate(items, start=1):
        shape = PairTerm if isinstance(item, dict) and "features" in item else FeatureTerm
        try:
            terms.append(shape(**item))
        except (TypeError, StudyError) as error:
            what = error if isinstance(error, StudyError) else "lacks a key, or has one that isn't known"
            problems.append(f"term {place}: {what}")
    if problems:
        raise StudyError.from_problems("terms", problems)
    return tuple(terms)


def read_probability(item: Any) -> ProbabilityMap:
    """The map to probability from its kind and numbers."""
    if not isinstance(item, dict) or item.get("kind") != LogisticMap.kind:
        raise StudyError(f"probability: the kind must be {LogisticMap.kind!r}")
    if set(item) != {"kind", "slope", "intercept"}:
        raise StudyError("probability: a logistic map has slope and intercept, and nothing else")
    return LogisticMap(item["slope"], item["intercept"])
