"""Published figures that the synthetic world is held against, each with its source.

Source tags are those of the domain reference: `[Sn]` read in source n, `[D]` arithmetic on such figures,
`[M]` quoted from memory of a publication, `[A]` an assumption of this project, not evidence. Adults' recall
of their childhood is another quantity than what goes on in homes now, and is not used here.
"""

from __future__ import annotations

from dataclasses import dataclass

ALL = ("cumbria", "urban")


@dataclass(frozen=True)
class Figure:
    """One published figure: `within` if the generated one is no further away than the tolerance."""

    key: str
    topic: str
    text: str
    unit: str
    source: str
    published: float
    tolerance: float
    profiles: tuple[str, ...] = ALL


def _figures(topic: str, rows: str, profiles: tuple[str, ...] = ALL) -> tuple[Figure, ...]:
    """Figures from lines of `key | published | tolerance | unit | source | text`."""
    figures = []
    for row in rows.strip().splitlines():
        key, published, tolerance, unit, source, text = (cell.strip() for cell in row.split("|"))
        figures.append(Figure(key, topic, text, unit, source, float(published), float(tolerance), profiles))
    return tuple(figures)


NEED = _figures(
    "need",
    """
    abuse_at_home     | 7.0  | 1.0  | % | [S5][D]  | children who live with domestic abuse
    ill_health        | 7.5  | 1.0  | % | [S5][D]  | children who live with a parent's serious mental ill-health
    substance_use     | 4.0  | 0.8  | % | [S5][D]  | children who live with a parent's problematic substance use
    all_three_severe  | 0.9  | 0.25 | % | [S5][S6] | children who live with all three, severe
    all_three         | 3.6  | 0.7  | % | [S6]     | children who live with all three, moderate or severe
    over_chance       | 40   | 14   | times | [D]  | all three severe, over what independence would give
    under_5_all_three | 1.5  | 0.5  | % | [S7][D]  | children under 5 who live with all three
    under_5_any_two   | 4.8  | 1.2  | % | [S7][D]  | children under 5 who live with any two
    under_1_all_three | 1.3  | 0.5  | % | [S7][D]  | children under 1 who live with all three
    under_1_any_two   | 4.0  | 1.6  | % | [S7b][D] | children under 1 who live with any two
    separation        | 22.6 | 3.0  | % | [M: Bellis, BMC Med 2014] | children of 16 or 17 whose parents have separated
    """,
)
MISSING = _figures(
    "missing",
    """
    missing_risk        | 0.5  | 0.15 | % | [S10]    | children who go missing in a year: 1 in 200
    missing_per_child   | 2.9  | 0.7  | episodes | [S10][D] | episodes in a year per child who goes missing
    missing_repeat      | 33   | 8    | % | [A, after S10 to S14] | of children who go missing in a year, more than once
    care_risk           | 11   | 3    | % | [S11]    | children looked after in a year who go missing from care
    care_per_child      | 6.3  | 1.6  | episodes | [S11][D] | episodes in a year per child missing from care
    care_repeat         | 65   | 9    | % | [S14]    | of children missing from care in a year, more than once
    care_under_10       | 0.2  | 1.5  | % | [S13][D] | of children missing from care, under 10
    care_10_to_15       | 44   | 10   | % | [S13][D] | of children missing from care, 10 to 15
    care_16_over        | 56   | 10   | % | [S13][D] | of children missing from care, 16 or 17
    care_boys           | 56   | 7    | % | [S14]    | of children missing from care, boys
    care_two_days       | 90   | 4    | % | [S11]    | of episodes from care, up to two days long
    missing_two_days    | 87   | 5    | % | [S15]    | of all episodes, under 48 hours long
    interview_held      | 50   | 6    | % | [S17]    | of episodes, with a return interview
    interview_72_hours  | 63   | 6    | % | [S18]    | of return interviews, within 72 hours
    grade_very_low      | 10   | 4    | % | [M: NCA data reports 2020 to 2023] | of episodes, graded very low
    grade_low           | 15   | 5    | % | [M: NCA data reports 2020 to 2023] | of episodes, graded low
    grade_medium        | 60   | 6    | % | [M: NCA data reports 2020 to 2023] | of episodes, graded medium
    grade_high          | 15   | 5    | % | [M: NCA data reports 2020 to 2023] | of episodes, graded high
    missing_reported    | 35   | 8    | % | [S10]    | of times missing, reported: as few as 3 in 10
    """,
)
POLICE = _figures(
    "police",
    """
    abuse_standard     | 65   | 6    | % | [M: HMICFRS] | of domestic abuse incidents, graded standard
    abuse_medium       | 25   | 5    | % | [M: HMICFRS] | of domestic abuse incidents, graded medium
    abuse_high         | 10   | 4    | % | [M: HMICFRS] | of domestic abuse incidents, graded high
    abuse_children     | 50   | 5    | % | [S42]    | of domestic abuse incidents, with children present
    abuse_notices      | 2.0  | 0.7  | per 100 and year | [S44][D] | children in police notices after domestic abuse
    abuse_reported     | 20   | 5    | % | [S86]    | of domestic abuse, recorded by anybody: 1 in 5
    asb_without_child  | 77.5 | 7.5  | % | [A]      | of incidents of anti-social behaviour, that name no child
    searches           | 1.7  | 0.5  | per 100 aged 10 to 17 and year | [S28][D] | stop and search
    searches_nothing   | 76   | 5    | % | [S28]    | of searches, no further action
    searches_arrest    | 10   | 4    | % | [S28]    | of searches, ending in arrest (outcome 1 here)
    searches_community | 6    | 3    | % | [S28]    | of searches, community resolution
    arrests            | 1.0  | 0.3  | per 100 aged 10 to 17 and year | [S29][D] | arrests
    detentions         | 1.0  | 0.35 | per 100 aged 10 to 17 and year | [S34][D] | detentions in police custody
    ethnicity_missing  | 40   | 21   | % | [S78][S79] | of children, without a recorded ethnicity: 19 to 61
    """,
)
CARE = _figures(
    "social care",
    """
    in_need        | 333  | 70   | per 10,000 | [S59]  | children in need, on a day in March, plans and care included
    on_plans       | 43   | 13   | per 10,000 | [S60]  | children on a child protection plan, on a day in March
    looked_after   | 70   | 20   | per 10,000 | [S61]  | children looked after, on a day in March
    plan_starts    | 0.5  | 0.15 | per 100 and year | [M: DfE] | child protection plans that start
    care_starts    | 0.27 | 0.09 | per 100 and year | [M: DfE] | children who start to be looked after
    need_by_5      | 14.3 | 4.0  | % | [S63]  | of children, in need before their fifth birthday: 1 in 7
    enquiry_by_5   | 6.25 | 2.0  | % | [S63]  | of children, an enquiry before their fifth birthday: 1 in 16
    plan_by_5      | 3.7  | 1.3  | % | [S63]  | of children, a protection plan before their fifth birthday: 1 in 27
    short_episodes | 48   | 7    | % | [S59][S64] | of episodes of need, up to three months long
    long_episodes  | 9.5  | 4.0  | % | [S59][S64] | of episodes of need, over two years long
    again          | 22.4 | 6    | % | [S57][S58] | of episodes of need, within 12 months of one before
    in_need_boys   | 54   | 4    | % | [S64]  | of children in need, boys
    in_care_boys   | 57   | 7    | % | [S61]  | of children looked after, boys
    known_escalate | 11.5 | 3.5  | % | [A]    | of known children without a plan, statutory work within 12 months
    """,
)
CUMBRIA = _figures(
    "population",
    """
    hub_Allerdale      | 19.2 | 3.0 | % | [M: ONS] | of children, live in Allerdale
    hub_Carlisle       | 22.0 | 3.0 | % | [M: ONS] | of children, live in Carlisle
    hub_Copeland       | 13.4 | 3.0 | % | [M: ONS] | of children, live in Copeland
    hub_Barrow         | 13.5 | 3.0 | % | [M: ONS] | of children, live in Barrow
    hub_Eden           | 10.9 | 3.0 | % | [M: ONS] | of children, live in Eden
    hub_South Lakeland | 20.9 | 3.0 | % | [M: ONS] | of children, live in South Lakeland
    barrow_deprived    | 29.3 | 6.0 | % | [S70]    | of people in Furness, in the most deprived fifth of areas
    white_british      | 94.9 | 1.5 | % | [S43]    | of people, White British
    """,
    ("cumbria",),
)
URBAN = _figures(
    "population",
    """
    group_White | 49 | 3 | % | [A] | of children of known ethnicity, White
    group_Mixed | 9.5 | 2 | % | [A] | of children of known ethnicity, Mixed
    group_Asian | 23 | 3 | % | [A] | of children of known ethnicity, Asian
    group_Black | 13.5 | 2 | % | [A] | of children of known ethnicity, Black
    group_Other | 5 | 1.5 | % | [A] | of children of known ethnicity, Other
    """,
    ("urban",),
)
FIGURES = (*NEED, *MISSING, *POLICE, *CARE, *CUMBRIA, *URBAN)
