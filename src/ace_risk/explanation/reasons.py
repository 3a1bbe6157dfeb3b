"""Reasons: why this child, in sentences made from contributions and the child's own records.

Contributions are gathered by the catalogue's domain; the strongest domains come first. Within a domain the
feature that adds most speaks; another joins it if it tells of other kinds of record. A feature without a
record behind it never speaks, so no sentence is about something that isn't there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ace_risk.explanation.evidence import Evidence, Records
from ace_risk.explanation.parental import FAMILY_OFFER, Unnamed
from ace_risk.explanation.sentences import fill_sentence
from ace_risk.features.catalogue import Catalogue, FeatureSpec

MOST_REASONS = 4
STRENGTHS = "strengths"
"""The domain whose sentences are strengths, told whether or not the model uses them."""


@dataclass(frozen=True)
class Reasons:
    """What is said about one child at one cutoff.

    Attributes
    ----------
    sentences
        Up to four reasons, strongest first.
    strengths
        Sentences about strengths; may be empty.
    support
        What could be offered, without repeats.
    safe_contact
        True if safe contact must be checked first.
    """

    sentences: tuple[str, ...]
    strengths: tuple[str, ...]
    support: tuple[str, ...]
    safe_contact: bool


def explain_child(
    records: Records,
    cutoff: pd.Timestamp,
    values: pd.Series,
    contributions: pd.Series,
    catalogue: Catalogue,
    since: pd.Timestamp,
    titles: Mapping[str, str],
    age_years: int,
    unnamed: Unnamed | None = None,
) -> Reasons:
    """The reasons, strengths and support options of one child.

    Parameters
    ----------
    records
        The child's records.
    cutoff
        The instant at which things are known.
    values, contributions
        The child's features and what each adds to the score, by name.
    catalogue
        Sentences, domains and support options.
    since
        When the data start.
    titles
        What people call each kind of record.
    age_years
        The child's age; it decides only which support could be offered.
    unnamed
        The kinds of record that may not be named; every kind may be by default.
    """
    unnamed = unnamed or Unnamed()
    telling = [spec for spec in catalogue if contributions.get(spec.name, 0.0) > 0 or spec.domain == STRENGTHS]
    evidence = {spec.name: found for spec in telling if (found := records.find(spec, cutoff)) is not None}
    speaking = _speakers(catalogue, values, contributions, evidence)[:MOST_REASONS]

    def tell(spec: FeatureSpec, strength: bool = False) -> str:
        found, value = evidence[spec.name], float(values[spec.name])
        if unnamed.hides(found):
            if not strength:
                found = records.find(unnamed.together(spec), cutoff) or found
            found = unnamed.merged(found)
            spec, value = unnamed.neutral(spec, found, strength), float(found.number)
        return fill_sentence(spec, found, value, cutoff, since, titles)

    contact = FeatureSpec("safe_contact", catalogue.safe_contact_kinds or ("-",), "count")
    return Reasons(
        sentences=tuple(dict.fromkeys(" ".join(dict.fromkeys(map(tell, specs))) for specs in speaking)),
        strengths=tuple(dict.fromkeys(tell(spec, True) for spec in _strengths(catalogue, values, evidence))),
        support=_offers(speaking, evidence, catalogue, age_years, unnamed),
        safe_contact=records.find(contact, cutoff) is not None,
    )


def _offers(
    speaking: Sequence[Sequence[FeatureSpec]],
    evidence: Mapping[str, Evidence],
    catalogue: Catalogue,
    age_years: int,
    unnamed: Unnamed,
) -> tuple[str, ...]:
    """What answers the reasons and suits the child's age, without repeats."""
    names: list[str] = []
    for spec in (spec for specs in speaking for spec in specs):
        for kind, _ in evidence[spec.name].by_kind:
            names += catalogue.kind_support.get(kind, ())
        names += spec.support
    texts = [
        FAMILY_OFFER if name in unnamed.offers else catalogue.support_options[name].text
        for name in names
        if catalogue.support_options[name].suits(age_years)
    ]
    return tuple(dict.fromkeys(texts))


def _speakers(
    catalogue: Catalogue, values: pd.Series, contributions: pd.Series, evidence: dict[str, Evidence]
) -> list[list[FeatureSpec]]:
    """For each domain that adds need, the features that speak for it; the strongest domain first.

    Days in a spell speak only where there were any: "0 days" is no reason.
    """
    adding = [
        spec
        for spec in catalogue
        if spec.domain != STRENGTHS
        and spec.reason
        and spec.name in evidence
        and not (spec.measure == "days_in_spell" and float(values[spec.name]) == 0)
    ]
    order = {name: position for position, name in enumerate(catalogue.names)}
    adding.sort(key=lambda spec: (-float(contributions[spec.name]), order[spec.name]))
    domains: dict[str, list[FeatureSpec]] = {}
    for spec in adding:
        domains.setdefault(spec.domain, []).append(spec)
    totals = {domain: sum(float(contributions[spec.name]) for spec in specs) for domain, specs in domains.items()}
    ranked = sorted(domains, key=lambda domain: (-totals[domain], list(domains).index(domain)))
    return [_without_repeats(domains[domain]) for domain in ranked]


def _without_repeats(specs: Sequence[FeatureSpec]) -> list[FeatureSpec]:
    """The first feature, and the next that tells of wholly other kinds of record."""
    chosen = [specs[0]]
    for spec in specs[1:]:
        if not set(spec.kinds) & set(chosen[0].kinds):
            return [*chosen, spec]
    return chosen


def _strengths(catalogue: Catalogue, values: pd.Series, evidence: dict[str, Evidence]) -> list[FeatureSpec]:
    """One feature for each strength that has a record and a value above 0."""
    strengths = [spec for spec in catalogue if spec.domain == STRENGTHS and spec.reason]
    present = [spec for spec in strengths if spec.name in evidence and float(values[spec.name]) > 0]
    return list({spec.label: spec for spec in reversed(present)}.values())[::-1]
