"""How often each kind of thing happens, to whom, when in the day, who records it, and how much it weighs.

All of these are assumptions of the project, chosen so that the generated figures meet the published ones;
`calibration.csv` shows how near they come.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ace_risk.world.streams import Floats

SOURCES = ("police", "school", "health", "social_care", "care_home", "youth_service")

# Hours from event to record: median and spread (log standard deviation).
DELAY_HOURS: dict[str, tuple[float, float]] = {
    "police": (4.0, 1.3),
    "school": (80.0, 1.2),
    "health": (200.0, 1.3),
    "social_care": (160.0, 1.2),
    "care_home": (5.0, 1.0),
    "youth_service": (150.0, 1.1),
}


@dataclass(frozen=True)
class Rate:
    """One kind of event.

    Attributes
    ----------
    yearly
        Events per year of a child with need 0 where the age factor is 1 (kinds of a child).
    by_severity
        Events per year of a family with each severity of `driver`: none, moderate, severe (household kinds).
    slope
        How the log of the rate rises with a child's need.
    driver
        Which of the trio drives a household kind: 0, 1, 2, or -1 for the sum of the three.
    ages
        Points (age, factor) joined by straight lines; a factor of 0 means never.
    boys
        Rate of boys over rate of girls.
    offspring, offspring_days
        How many more of its kind each event brings on, on average, below 1, and after how many days on average.
        The rates above count these too.
    detected
        Share that anybody records.
    sources
        Who records, and their shares.
    rhythm
        `evening`, `school`, `office` or `any`.
    grades
        Shares of the kind's grades at low and at high need or severity.
    weight
        What a record of it weighs when an agency decides: one number, or one per grade.
    ppn
        Share of police records that a safeguarding notice goes with.
    trend
        Change of the rate per year.
    """

    yearly: float = 0.0
    slope: float = 0.0
    by_severity: tuple[float, float, float] = (0.0, 0.0, 0.0)
    driver: int | None = None
    ages: tuple[tuple[float, float], ...] = ((0, 1), (18, 1))
    boys: float = 1.0
    offspring: float = 0.0
    offspring_days: float = 0.0
    detected: float = 0.5
    sources: dict[str, float] = field(default_factory=lambda: {"police": 1.0})
    rhythm: str = "any"
    grades: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    weight: tuple[float, ...] = (1.0,)
    ppn: float = 0.0
    trend: float = 0.0

    def by_age(self) -> Floats:
        """The factor at each quarter-year of age from 0 to 18."""
        return np.interp(np.arange(73) / 4, [age for age, _ in self.ages], [factor for _, factor in self.ages])


TEEN = ((9.99, 0), (10, 0.1), (12, 0.45), (14, 1), (16, 1), (18, 0.8))
PUPIL = ((4.99, 0), (5, 0.25), (11, 0.45), (13, 0.9), (15, 1), (15.99, 1), (16, 0), (18, 0))
POLICE_HEALTH = {"police": 0.45, "health": 0.35, "social_care": 0.20}

RATES: dict[str, Rate] = {
    "domestic_abuse": Rate(
        by_severity=(0.004, 0.36, 1.6), driver=0, offspring=0.5, offspring_days=21.0, detected=0.20,
        sources={"police": 0.84, "health": 0.08, "social_care": 0.08},
        rhythm="evening", grades=((0.80, 0.17, 0.03), (0.57, 0.30, 0.13)), weight=(1.0, 2.0, 4.0), ppn=0.9, trend=0.01,
    ),
    "parental_substance_use": Rate(
        by_severity=(0.001, 0.25, 0.9), driver=1, detected=0.35, sources=POLICE_HEALTH,
        rhythm="any", grades=((0.85, 0.15), (0.35, 0.65)), weight=(1.2, 2.6), ppn=0.6,
    ),
    "parental_mental_health": Rate(
        by_severity=(0.002, 0.12, 0.6), driver=2, detected=0.35,
        sources={"police": 0.3, "health": 0.5, "social_care": 0.2},
        rhythm="any", grades=((0.85, 0.15), (0.4, 0.6)), weight=(1.0, 2.2), ppn=0.6,
    ),
    "parent_in_custody": Rate(
        by_severity=(0.0012, 0.008, 0.030), driver=-1, detected=0.5, sources={"police": 0.6, "social_care": 0.4},
        rhythm="office", weight=(1.5,),
    ),
    "bereavement": Rate(
        by_severity=(0.008, 0.010, 0.012), driver=-1, detected=0.25,
        sources={"school": 0.6, "health": 0.3, "police": 0.1},
        weight=(0.3,),
    ),
    "neglect": Rate(
        by_severity=(0.0008, 0.03, 0.16), driver=-1, detected=0.35,
        sources={"health": 0.35, "school": 0.3, "social_care": 0.2, "police": 0.15}, rhythm="office", weight=(3.5,),
        ppn=0.9,
    ),
    "physical_harm": Rate(
        0.030, 0.75, detected=0.16, ages=((0, 1.1), (5, 0.8), (12, 1), (18, 0.9)), boys=1.1,
        sources={"school": 0.35, "police": 0.3, "health": 0.25, "social_care": 0.1}, weight=(3.5,), ppn=0.9,
    ),
    "emotional_harm": Rate(
        0.030, 0.8, detected=0.12, sources={"school": 0.45, "health": 0.25, "social_care": 0.3}, rhythm="office",
        weight=(2.5,), ppn=0.5,
    ),
    "sexual_harm": Rate(
        0.0075, 0.6, detected=0.25, ages=((0, 0.2), (8, 0.6), (13, 1.6), (18, 1.6)), boys=0.35,
        sources={"police": 0.6, "school": 0.2, "health": 0.2}, weight=(4.0,), ppn=0.95,
    ),
    "crime_victim": Rate(
        0.055, 0.4, detected=0.4, ages=((0, 0.05), (8, 0.2), (11, 0.8), (15, 1), (18, 1)), boys=1.2, rhythm="evening",
        weight=(0.6,), ppn=0.3,
    ),
    "self_harm": Rate(
        0.025, 0.65, detected=0.35, ages=((8, 0), (10, 0.15), (13, 0.8), (15, 1), (18, 1)), boys=0.45,
        sources={"health": 0.45, "school": 0.35, "police": 0.2}, weight=(1.8,), ppn=0.9, trend=0.02,
    ),
    "child_substance_use": Rate(
        0.025, 0.75, detected=0.3, ages=((11, 0), (13, 0.4), (15, 1), (18, 1.2)), boys=1.2,
        sources={"school": 0.4, "police": 0.4, "youth_service": 0.2}, rhythm="evening", weight=(1.2,), ppn=0.5,
    ),
    "exploitation_concern": Rate(
        0.0055, 1.0, detected=0.6, ages=((9.99, 0), (10, 0.1), (13, 0.8), (15, 1), (18, 1)),
        sources={"police": 0.5, "school": 0.15, "social_care": 0.25, "youth_service": 0.1},
        grades=((0.65, 0.28, 0.07), (0.4, 0.38, 0.22)), weight=(1.8, 3.0, 4.5), ppn=0.9, trend=0.02,
    ),
    "asb_personal": Rate(0.020, 0.65, ages=TEEN, boys=1.7, detected=0.5, rhythm="evening", weight=(0.5,)),
    "asb_nuisance": Rate(0.075, 0.60, ages=TEEN, boys=1.9, detected=0.5, rhythm="evening", weight=(0.35,)),
    "asb_environmental": Rate(0.015, 0.55, ages=TEEN, boys=1.9, detected=0.4, rhythm="evening", weight=(0.35,)),
    "school_exclusion": Rate(
        0.045, 0.85, ages=PUPIL, boys=1.9, detected=0.85, sources={"school": 1.0}, rhythm="school", weight=(0.7,),
    ),
    "school_absence": Rate(
        0.050, 0.6, ages=PUPIL, detected=0.7, sources={"school": 1.0}, rhythm="school", weight=(0.6,),
    ),
    "crime": Rate(0.021, 0.9, ages=TEEN, boys=2.6, detected=1.0, rhythm="evening", weight=(0.4,)),
    "weapons": Rate(0.0012, 0.9, ages=TEEN, boys=4.0, detected=1.0, rhythm="evening", weight=(0.8,), ppn=0.5),
    "stop_search": Rate(0.0145, 0.7, ages=TEEN, boys=5.0, detected=1.0, rhythm="evening", weight=(0.0,)),
    "missing": Rate(
        0.0150, 1.0, ages=((5, 0), (9, 0.04), (11, 0.25), (13, 0.8), (15, 1.2), (18, 1.1)), boys=1.0, detected=0.29,
        rhythm="evening", grades=((0.14, 0.20, 0.56, 0.10), (0.06, 0.12, 0.62, 0.20)), weight=(0.5, 0.8, 1.6, 2.6),
        ppn=0.35,
    ),
}  # fmt: skip

# Kinds that only ever go with another record; they have no rate of their own.
COMPANIONS = (
    "parental_separation", "ppn", "trusted_adult", "school_engaged", "arrest", "custody", "charge",
)  # fmt: skip
PPN_WEIGHT = (0.4, 1.2, 3.0)
PPN_SHARES = ((0.72, 0.24, 0.04), (0.38, 0.44, 0.18))
"""Green, amber and red notices, at low and at high severity."""
PPN_GRAVE = (0.0, 0.45, 0.55)
"""The same where the record has the highest of three or more grades: nobody writes green about that."""
SEPARATION_WEIGHT = 0.5
SEPARATION_SOURCES = {"school": 0.5, "social_care": 0.3, "police": 0.2}
NAMES: tuple[str, ...] = (*RATES, *COMPANIONS)
CODE: dict[str, int] = {name: position for position, name in enumerate(NAMES)}
HOUSEHOLD_KINDS = (
    "domestic_abuse", "parental_substance_use", "parental_mental_health", "parent_in_custody", "bereavement",
    "neglect", "parental_separation",
)  # fmt: skip
FIRST_AGE = {
    "asb_personal": 10, "asb_nuisance": 10, "asb_environmental": 10, "crime": 10, "weapons": 10, "stop_search": 10,
    "arrest": 10, "custody": 10, "charge": 10, "school_exclusion": 5, "school_absence": 5, "school_engaged": 5,
    "exploitation_concern": 10, "self_harm": 8, "child_substance_use": 11, "missing": 5, "trusted_adult": 4,
}  # fmt: skip
"""The age in whole years below which a kind can't be recorded."""
SCHOOL_LEAVING_AGE = 17

# How many more episodes an episode brings on, and after how many days on average.
MISSING_OFFSPRING = 0.45
MISSING_OFFSPRING_IN_CARE = 1.1
MISSING_OFFSPRING_DAYS = 24.0
MISSING_IN_CARE_YEARLY = 0.135
MISSING_IN_CARE_DETECTED = 0.92
MISSING_AGES_IN_CARE = ((9.5, 0), (10, 0.03), (12, 0.25), (14, 0.35), (16, 1.5), (18, 3.2))
ASB_NAMES_CHILD = 0.23
