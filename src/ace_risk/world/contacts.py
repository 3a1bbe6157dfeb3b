"""Contact without need: what two planted biases add to the records. No true event stands behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ace_risk.plans import Biases
from ace_risk.world.care import MONTH, Placements
from ace_risk.world.events import Events, join
from ace_risk.world.need import STEP_DAYS, Need
from ace_risk.world.people import GROUPS, People
from ace_risk.world.rates import CODE
from ace_risk.world.rhythm import place_in_time, time_of_day
from ace_risk.world.streams import Floats, Ints, Streams, arrivals, choose

OVER_CONTACT, CARE_HOME_CALL = 1, 2
FIRST_OVER_CONTACT = 2**22
FIRST_CARE_HOME_CALL = 2**23
MOST_MONTHS = 256

# Contacts per year and child at full strength, and what a call from a care home is about (assumptions).
OVER_CONTACT_YEARLY = {"asb_nuisance": 0.30, "stop_search": 0.28, "crime": 0.08}
CALLS_A_MONTH = 0.33
CALL_KINDS = ("asb_nuisance", "crime", "asb_personal")
CALL_SHARES = np.array([0.5, 0.3, 0.2])


def over_contacts(streams: Streams, people: People, need: Need, end: int, biases: Biases) -> Events:
    """What the police record of one group's children, aged 10 or over, that they wouldn't of others'."""
    random = streams("over_contact")
    group = people.group == GROUPS.index(biases.over_contact_group)
    parts = []
    for kind, yearly in OVER_CONTACT_YEARLY.items():
        expected = np.full(people.children, yearly * STEP_DAYS / 365.25)
        for quarter in range(need.quarters):
            child = arrivals(random.random(people.children, dtype=np.float32), expected)
            time = place_in_time(random, need.begin + quarter * STEP_DAYS, STEP_DAYS, len(child), "evening")
            parts.append(_contacts(people, np.full(len(child), CODE[kind]), time, child, OVER_CONTACT))
    contacts = join(parts)
    contacts = replace(contacts, index=FIRST_OVER_CONTACT + np.arange(len(contacts)))
    age = people.age(contacts.child, contacts.time)
    kept = (
        group[contacts.child] & people.present(contacts.child, contacts.time) & (age >= 10.01) & (contacts.time < end)
    )
    kept &= streams.uniform("over_contact_kept", contacts.index) < biases.over_contact
    return contacts.take(kept)


def care_home_calls(streams: Streams, people: People, placements: Placements, biases: Biases) -> Events:
    """Calls that care homes make to the police about children of 10 or over who live there."""
    row, day = placements.month_slots(placements.in_care_home)
    child = placements.child[row]
    hour = time_of_day(
        streams.uniform("care_home_hour", child, day), streams.uniform("care_home_minute", child, day), "evening"
    )
    time = day + np.floor(MONTH * streams.uniform("care_home_day", child, day)) + hour
    called = streams.uniform("care_home_call", child, day) < CALLS_A_MONTH * biases.care_home_calls
    called &= (time < placements.end[row]) & people.present(child, time) & (people.age(child, time) >= 10.01)
    kind = np.array([CODE[name] for name in CALL_KINDS])[
        choose(streams.uniform("care_home_kind", child, day), CALL_SHARES)
    ]
    calls = _contacts(people, kind, time, child, CARE_HOME_CALL)
    calls = replace(calls, index=FIRST_CARE_HOME_CALL + child * MOST_MONTHS + (day // MONTH) % MOST_MONTHS).take(called)
    _, single = np.unique(calls.index, return_index=True)
    return calls.take(single)


def _contacts(people: People, kind: Ints, time: Floats, child: Ints, planted: int) -> Events:
    """Contacts of these children, not numbered yet."""
    none = np.zeros(len(time), dtype=np.int64)
    return Events(kind, time, people.family[child], child, severity=none, index=none, planted=none + planted)
