"""What is said in place of a parent's condition where the approval of the data doesn't permit naming it.

A parent's drug or alcohol use, mental ill-health, treatment or prison are kinds of record that `kinds.yaml` marks.
Unnamed, they become "concerns at home": all of them together, so that no count points to one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ace_risk.explanation.evidence import Evidence
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.kinds import Kinds

CONCERNS = "Concerns at home were recorded {times} {window}, {when}."
CONCERNS_AMONG_OTHERS = "Concerns at home were recorded {window} ({kinds}), {when}."
OTHER_CONCERNS = "other concerns at home"
FAMILY_SUPPORT = "The family took up support {when}."
FAMILY_OFFER = "Ask the family what would help at home; offer early help and a family worker"


@dataclass(frozen=True)
class Unnamed:
    """The kinds of record that may not be named, and the words that stand in their place.

    Attributes
    ----------
    kinds
        Kinds that may not be named; empty where all may be.
    concerns
        Those of them that are told together as concerns at home.
    offers
        Names of the support options that would give one away.
    """

    kinds: frozenset[str] = frozenset()
    concerns: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kinds: Kinds, catalogue: Catalogue) -> Unnamed:
        """Every parental condition, and the offers that only a parental condition leads to."""
        unnamed = kinds.parental_conditions
        telling = {name for kind in unnamed for name in catalogue.kind_support.get(kind, ())}
        telling |= {name for spec in catalogue if set(spec.kinds) <= unnamed for name in spec.support}
        open_kinds = set(catalogue.kind_support) - unnamed
        open_offers = {name for kind in open_kinds for name in catalogue.kind_support[kind]}
        open_offers |= {name for spec in catalogue if not set(spec.kinds) <= unnamed for name in spec.support}
        return cls(unnamed, unnamed & set(kinds.incidents), frozenset(telling - open_offers))

    @classmethod
    def unless(cls, named: bool, kinds: Kinds, catalogue: Catalogue) -> Unnamed:
        """Nothing where everything may be named, else what :meth:`of` gives."""
        return cls() if named else cls.of(kinds, catalogue)

    def hides(self, found: Evidence) -> bool:
        """Whether any record of this evidence may not be named."""
        return any(kind in self.kinds for kind, _ in found.by_kind)

    def together(self, spec: FeatureSpec) -> FeatureSpec:
        """A count of every unnamed concern in the feature's window, whatever its grade, beside its own kinds."""
        kinds = tuple(dict.fromkeys([*spec.kinds, *sorted(self.concerns)]))
        return FeatureSpec(
            spec.label, kinds, "count", spec.window_days, domain=spec.domain, expires_days=spec.expires_days
        )

    def neutral(self, spec: FeatureSpec, merged: Evidence, strength: bool) -> FeatureSpec:
        """The feature with a sentence that names no parental condition; a strength says that support was taken up."""
        if strength:
            return replace(spec, reason=FAMILY_SUPPORT)
        alone = len(merged.by_kind) == 1
        return replace(self.together(spec), reason=CONCERNS if alone else CONCERNS_AMONG_OTHERS)

    def merged(self, found: Evidence) -> Evidence:
        """The evidence with all unnamed kinds as one, which stands last."""
        named = tuple((kind, number) for kind, number in found.by_kind if kind not in self.kinds)
        unnamed = sum(number for kind, number in found.by_kind if kind in self.kinds)
        return replace(found, by_kind=(*named, (OTHER_CONCERNS, unnamed)))
