"""The referral list: places, and how long it may be used."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ace_risk.plans.part import Days, Part

AgeBand = Literal["under 1", "1 to 4", "5 to 9", "10 to 12", "13 to 15", "16 to 17"]


class ListPlan(Part):
    """The referral list: places per list, and how long a list may be used.

    Attributes
    ----------
    places
        Places on the list of all hubs, and on a hub's own list unless `places_by_hub` names it.
    places_by_hub, places_by_age_band
        Places of the list that are kept for the first children of a hub, or of an age band; whoever is next in
        line takes the others. None are kept by default.
    """

    places: Annotated[int, Field(ge=1)] = 200
    expires_days: Days = 28
    next_in_line: Annotated[int, Field(ge=0, le=200)] = 20
    places_by_hub: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    places_by_age_band: dict[AgeBand, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _enough_places(self) -> ListPlan:
        kept = sum(self.places_by_hub.values()) + sum(self.places_by_age_band.values())
        if kept > self.places:
            raise ValueError(f"places: {kept} are kept for hubs and age bands, but there are only {self.places}")
        return self

    def places_of(self, hub: str | None) -> int:
        """Places on the list of a hub, or of all hubs."""
        return self.places_by_hub.get(hub, self.places) if hub is not None else self.places
