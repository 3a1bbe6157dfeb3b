"""The data contract: six tables, their columns and their rules, written once.

Validation, the synthetic world, `datapackage.json`, the data dictionary and the docs all read this schema.
Spells (`residence`, `services`) run from their start up to, not including, their end; an empty end means
that the spell goes on. Times are local time without a zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["id", "date", "datetime", "code", "integer", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning, and what it may hold.

    Attributes
    ----------
    codes
        The list in `codes.yaml` that values must come from; `kind:incidents` and `kind:services` mean
        the kinds of that table. Empty: any value of the type.
    optional
        True if a cell may be empty.
    refers_to
        `table.column` that must hold each value.
    low, high
        Smallest and largest whole number, both included.
    """

    name: str
    type: ColumnType
    meaning: str
    optional: bool = False
    codes: str = ""
    refers_to: str = ""
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, its key, and pairs of times that must be in order.

    Attributes
    ----------
    key
        Column whose values must be unique; empty for none.
    ordered
        Pairs `(earlier, later)`: where both are given, `later` must not lie before `earlier`.
    not_empty
        True if the table must have at least one row.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: str = ""
    ordered: tuple[tuple[str, str], ...] = ()
    not_empty: bool = False

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in their order."""
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


_CHILD = Column("child_id", "id", "The child", refers_to="children.child_id")

CHILDREN = Table(
    "children",
    "one row per child who ever lived in the area",
    (
        Column("child_id", "id", "Opaque id of the child; synthetic ones look like SYN-7f3a9c2e41"),
        Column("birth_date", "date", "Date of birth"),
        Column("sex", "code", "Sex as recorded", codes="sex"),
        Column("ethnicity", "code", "Self-defined ethnicity, 18 + 1 codes", optional=True, codes="ethnicity"),
        Column("ethnicity_observed", "code", "Ethnicity as an officer saw it, IC codes", True, "ethnicity_observed"),
        Column("disability", "boolean", "A disability is recorded", optional=True),
    ),
    key="child_id",
    not_empty=True,
)

RESIDENCE = Table(
    "residence",
    "one row per child and spell in a household",
    (
        _CHILD,
        Column("household_id", "id", "Opaque id of the household"),
        Column("start_date", "date", "First day in the household; never before the child's birth"),
        Column("end_date", "date", "Day of leaving; empty while the child lives there", optional=True),
        Column("hub", "id", "Local hub that covers the address"),
        Column("deprivation_decile", "integer", "1 = most deprived tenth of areas", True, low=1, high=10),
        Column("recorded_at", "datetime", "When this spell was recorded"),
    ),
    ordered=(("start_date", "end_date"), ("start_date", "recorded_at")),
    not_empty=True,
)

INCIDENTS = Table(
    "incidents",
    "one row per incident",
    (
        Column("incident_id", "id", "Opaque id of the incident"),
        Column("occurred_at", "datetime", "When it happened"),
        Column("recorded_at", "datetime", "When it was recorded; never before it happened"),
        Column("kind", "code", "Kind of incident", codes="kind:incidents"),
        Column("grade", "code", "Grade, from the list of its kind", optional=True, codes="grade"),
        Column("household_id", "id", "Household where it happened", optional=True),
        Column("outcome_code", "code", "Home Office outcome; never a feature", optional=True, codes="outcome_code"),
        Column("source", "code", "Who recorded it", codes="source"),
    ),
    key="incident_id",
    ordered=(("occurred_at", "recorded_at"),),
    not_empty=True,
)

INVOLVEMENT = Table(
    "involvement",
    "one row per child named in an incident",
    (
        Column("incident_id", "id", "The incident", refers_to="incidents.incident_id"),
        _CHILD,
        Column("role", "code", "The child's part in it", codes="role"),
    ),
)

MISSING_EPISODES = Table(
    "missing_episodes",
    "one row per missing episode",
    (
        Column("episode_id", "id", "Opaque id of the episode"),
        _CHILD,
        Column("missing_from", "datetime", "When the child went missing"),
        Column("missing_to", "datetime", "When the child was found; empty while missing", optional=True),
        Column("recorded_at", "datetime", "When the episode was reported"),
        Column("end_recorded_at", "datetime", "When the end was recorded", optional=True),
        Column("risk_grade", "code", "Grade of risk when reported", codes="risk_grade"),
        Column("from_care", "boolean", "The child was missing from care"),
        Column("return_interview_at", "datetime", "When the return interview was held", optional=True),
    ),
    key="episode_id",
    ordered=(
        ("missing_from", "missing_to"),
        ("missing_from", "recorded_at"),
        ("missing_to", "end_recorded_at"),
        ("missing_to", "return_interview_at"),
    ),
)

SERVICES = Table(
    "services",
    "one row per spell of support or statutory work with a child",
    (
        Column("service_id", "id", "Opaque id of the spell"),
        _CHILD,
        Column("kind", "code", "Kind of support or statutory work", codes="kind:services"),
        Column("start_date", "date", "First day"),
        Column("end_date", "date", "Last day is the day before; empty while it goes on", optional=True),
        Column("recorded_at", "datetime", "When the start was recorded"),
        Column("end_recorded_at", "datetime", "When the end was recorded", optional=True),
    ),
    key="service_id",
    ordered=(("start_date", "end_date"), ("start_date", "recorded_at"), ("end_date", "end_recorded_at")),
)

SCHEMA: dict[str, Table] = {
    table.name: table for table in (CHILDREN, RESIDENCE, INCIDENTS, INVOLVEMENT, MISSING_EPISODES, SERVICES)
}
"""The six tables, by name, in the order in which they are loaded."""
