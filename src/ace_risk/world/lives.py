"""The lives of one shard: its people, what happened to them, and what of it was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ace_risk.plans import World
from ace_risk.world.care import Care, Placements, care_spells, place_children
from ace_risk.world.clock import MINUTES
from ace_risk.world.contacts import care_home_calls, over_contacts
from ace_risk.world.events import Events, join, make_events
from ace_risk.world.incidents import children_at_home
from ace_risk.world.missing import missing_in_care, one_at_a_time
from ace_risk.world.need import Need, make_need
from ace_risk.world.people import BURN_IN_DAYS, People, day_number, make_people
from ace_risk.world.places import Homes, make_homes
from ace_risk.world.recording import Records, record
from ace_risk.world.services import Course, run
from ace_risk.world.streams import Bools, Streams


@dataclass(frozen=True)
class Lives:
    """Everything about a shard, before it becomes rows of tables.

    Attributes
    ----------
    events, records
        Every event of the world in order of time, and the record that it would leave.
    happened
        Support didn't take the event away.
    written
        It happened, within the period, and its record was made before the end.
    """

    streams: Streams
    start: int
    end: int
    people: People
    homes: Homes
    need: Need
    course: Course
    care: Care
    placements: Placements
    events: Events
    records: Records
    happened: Bools
    written: Bools


@dataclass(frozen=True)
class Background:
    """What no recording and no planted bias changes: people, homes, need, and what would happen if nobody helped."""

    people: People
    homes: Homes
    need: Need
    events: Events


def live(world: World, shard: int, quota: int) -> Lives:
    """Live through a shard whose families have `quota` children living here at the end."""
    return live_on(world, shard, make_background(world, shard, quota))


def make_background(world: World, shard: int, quota: int) -> Background:
    """What lies behind every recording of a shard."""
    streams = Streams(world.seed, shard)
    begin, end = day_number(world.start) - BURN_IN_DAYS, day_number(world.end)
    people = make_people(world, shard, quota)
    homes = make_homes(world, shard, people, begin, end)
    need = make_need(streams, people, begin, end)
    return Background(people, homes, need, make_events(streams, people, need, end))


def live_on(world: World, shard: int, background: Background) -> Lives:
    """What of a shard's background happened, and what was recorded and decided, by the world's biases and recording."""
    streams = Streams(world.seed, shard, world.recording_seed)
    start, end = day_number(world.start), day_number(world.end)
    people, homes, need = background.people, background.homes, background.need
    events = join([background.events, over_contacts(streams.recorder, people, need, end, world.biases)])
    events = events.take(np.argsort(events.time, kind="stable"))
    records = record(streams, people, events, world.biases)
    course = run(streams, people, need, events, records, world.biases, end)
    care = care_spells(course.spells, start, end)
    placements = place_children(streams.recorder, people, homes, care, end)
    calls = care_home_calls(streams.recorder, people, placements, world.biases)
    from_care = missing_in_care(streams, people, need, care, end)
    events = join([events, calls, from_care])
    happened = np.append(course.happened, np.ones(len(calls) + len(from_care), dtype=np.bool_))
    order = np.argsort(events.time, kind="stable")
    events, happened = events.take(order), happened[order]
    records = record(streams, people, events, world.biases)
    written = happened & records.detected & (events.time >= start) & (records.recorded + 1 / MINUTES < end)
    written &= somebody_at_home(people, care, events)
    written[written] = one_at_a_time(streams, people, events.take(written))
    return Lives(streams, start, end, people, homes, need, course, care, placements, events, records, happened, written)


def somebody_at_home(people: People, care: Care, events: Events) -> Bools:
    """Whether each event of a household kind happened where one of the family's children lived; others: yes."""
    home = np.flatnonzero(events.child < 0)
    place, _ = children_at_home(people, care, events, home)
    lived_in = np.ones(len(events), dtype=np.bool_)
    lived_in[home] = False
    lived_in[home[place]] = True
    return lived_in
