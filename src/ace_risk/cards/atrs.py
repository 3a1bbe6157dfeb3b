"""The record of the Algorithmic Transparency Recording Standard: metadata, tier 1 and tier 2, from the card.

The fields are those of version 3.0, in our own words. What no record can know is marked for people.
"""

from __future__ import annotations

from typing import Any

from ace_risk.cards.markdown import plain
from ace_risk.cards.questions import Question, Questions, told
from ace_risk.cards.sections import ModelCard, search_sentences
from ace_risk.cards.standing import WATCHING
from ace_risk.report.natural import count, day, of_100
from ace_risk.report.words import fairness_answer, number_means

STANDARD, VERSION = "Algorithmic Transparency Recording Standard", "3.0"


def atrs_record(card: ModelCard) -> tuple[Questions, ...]:
    """The sections of the record, in the order of the standard."""
    return (
        _metadata(card), _tier_1(card), _owner(card), _rationale(card), _decisions(card), _tool(card), _data(card),
        _risks(card),
    )  # fmt: skip


def atrs_json(card: ModelCard) -> dict[str, Any]:
    """The record as plain values: by section and field, the answer and whether people must still say something."""
    return {
        "standard": STANDARD,
        "version": VERSION,
        **{
            section.key: {
                question.key: {"answer": question.answer or None, "for_people": question.ask or None}
                for question in section.questions
            }
            for section in atrs_record(card)
        },
    }


def atrs_markdown(card: ModelCard) -> str:
    """The record as Markdown text."""
    blocks = [
        f"# Algorithmic transparency record: {plain(card.title)}",
        f"{STANDARD}, version {VERSION}. {plain(card.data.statement)} This record is a draft until people have given "
        "what is marked.",
    ]
    for section in atrs_record(card):
        blocks += [f"## {section.title}", plain(section.about)]
        blocks += [f"### {question.title}\n\n{plain(told(question))}" for question in section.questions]
    return "\n\n".join(blocks) + "\n"


def _section(key: str, title: str, about: str, *fields: tuple[str, str, str, str]) -> Questions:
    asked = tuple(Question(key=name, title=words, answer=answer, ask=ask) for name, words, answer, ask in fields)
    return Questions(key=key, title=title, about=about, questions=asked)


def _metadata(card: ModelCard) -> Questions:
    return _section(
        "metadata", "Metadata", "What the record is about.",
        ("id", "Identifier", f"ace-risk {card.pack_id}", ""),
        ("standard_version", "Version of the standard", VERSION, ""),
        ("date_completed", "Completed on", "", "Give the date on which the record was completed."),
        ("date_updated", "Updated on", "", "Give the date of the last change."),
        ("date_archived", "Archived on", "", "Give the date on which the tool was retired, if it was."),
        ("organisation", "Organisation", "", "Name the force or council."),
        ("function", "Function", "Early support for children and families", ""),
        ("phase", "Phase", "", "Say whether it is in design, on trial, in use or retired."),
        ("region", "Region", "", "Name the area."),
    )  # fmt: skip


def _tier_1(card: ModelCard) -> Questions:
    return _section(
        "tier_1", "Tier 1: in short", "For everybody.",
        ("name", "Name", card.title, ""),
        ("description", "Description",
         f"{card.purpose} It ranks children already known to services by a table of points, so that a team can read "
         f"their records and decide whether to offer help. {number_means(card.outcome.title)}", ""),
        ("website", "Website", "", "Give the address where the card and this record are published."),
        ("contact", "Contact", card.contact, "" if card.contact else "Give an address that answers."),
    )  # fmt: skip


def _owner(card: ModelCard) -> Questions:
    return _section(
        "tier_2_owner", "Tier 2, 1: owner and responsibility", "Who answers for it.",
        ("organisation", "Organisation and team", "", "Name both."),
        ("senior_responsible_owner", "Senior responsible owner", card.owner, "" if card.owner else "Name the owner."),
        ("supplier", "External supplier", "", "Name the supplier with its company number, role, contract and access "
         "to data; or say that there is none."),
    )  # fmt: skip


def _rationale(card: ModelCard) -> Questions:
    whole = all(float(item.points).is_integer() for feature in card.points for item in feature.bins)
    return _section(
        "tier_2_rationale", "Tier 2, 2: description and rationale", "What it is for, and why this way.",
        ("detailed_description", "Detailed description",
         f"It learns from past records which features went before this: {card.outcome.title}. Each of "
         f"{count(len(card.points))} features gives {'whole points' if whole else 'points'}; the total stands for a "
         "share. "
         + " ".join(search_sentences(card.search)[:2]), ""),
        ("scope", "Scope, and what is out of it", " ".join(card.out_of_scope), ""),
        ("benefit", "Benefit", "A team with few places sees first the families whose records most resemble those whom "
         "statutory support followed, with reasons and what could be offered.", "Say what changed for families."),
        ("previous_process", "Process before", "", "Say how families were chosen before."),
        ("alternatives", "Alternatives considered",
         f"Beside it in the evaluation: {'; '.join(card.alternatives)}." if card.alternatives else "",
         "" if card.alternatives else "Say what else was considered."),
    )  # fmt: skip


def _decisions(card: ModelCard) -> Questions:
    found = card.performance
    return _section(
        "tier_2_decision_process", "Tier 2, 3: decisions and people", "How it meets the work. Newer records call this "
        "the deployment context.",
        ("process_integration", "Place in the process", "A list is made on a day, for a number of places, and is read "
         "by the team. It decides nothing.", "Say when and where lists are made and read."),
        ("provided_information", "Information given", "Rank, reasons with dates, strengths, what could be offered, "
         "what isn't known, and whether the place is near the cut-off.", ""),
        ("frequency_and_scale", "Frequency and scale", f"Tested with {count(found.lists)} lists of "
         f"{count(found.places)} places.", "Say how often and for how many places it is used."),
        ("human_decisions", "Human decisions and review", " ".join(card.human_decisions), ""),
        ("training", "Training", "", "Say what its users are taught, and by whom."),
        ("appeals", "Appeals and review", "The version for young people says how to ask, correct and object.",
         "Say who answers, and within what time."),
    )  # fmt: skip


def _tool(card: ModelCard) -> Questions:
    found = card.performance
    slope = "not known" if found.calibration_slope is None else f"{found.calibration_slope:.2f}"
    return _section(
        "tier_2_tool", "Tier 2, 4: the tool", "What it is made of, and how well it does.",
        ("system_architecture", "Architecture", "A command line reads six tables in a folder and writes files. Nothing "
         "is sent anywhere.", "Say where it runs."),
        ("phase", "Phase", "", "Say whether it is in design, on trial, in use or retired."),
        ("maintenance", "Maintenance", f"A pack never changes. {WATCHING}",
         "Say who trains it again, and how often."),
        ("models", "Model", f"A table of points, pack {card.pack_id}: input, the features on the card; output, total "
         "points and a share from 0 to 1.", ""),
        ("performance", "Performance", f"{of_100(found.precision)} places went to a child for whom support followed; "
         f"{of_100(found.recall)} times that it followed, the child had been listed. Calibration slope {slope}. The "
         f"bar set beforehand: {found.verdict}.", ""),
    )  # fmt: skip


def _data(card: ModelCard) -> Questions:
    data = card.data
    return _section(
        "tier_2_data", "Tier 2, 4: the data", "What it learnt from, and what it reads in use.",
        ("source_data_name", "Name", "Six tables: children, residence, incidents, involvement, missing episodes, "
         "services", "Name the systems that they come from."),
        ("modality", "Kind", "Tables", ""),
        ("description", "Description", f"{data.statement} Records from {day(data.start)} up to, not including, "
         f"{day(data.end)}.", ""),
        ("quantities", "Quantities", f"{count(data.children)} children, {count(data.cohort_rows)} rows (a child at a "
         f"cutoff), {count(data.labelled_rows)} followed to the end.", ""),
        ("sensitive_attributes", "Sensitive attributes", f"Used to audit, and giving no points: "
         f"{'; '.join(card.fairness.attributes)}. Records of harm, health and families are sensitive in "
         "themselves.", ""),
        ("completeness", "Completeness and representativeness", "Only children already known to services. Where a "
         "group isn't recorded it is audited as a group of its own; see the fairness report.", ""),
        ("url", "Address", "", "Give it, or say that the data aren't public."),
        ("collection", "Collection", *(("Made up from a seed; nobody was asked or recorded.", "") if data.synthetic
                                       else ("Recorded by services in the course of their work.",
                                             "Say by whom and why."))),
        ("cleaning", "Cleaning", "Every rule of the data contract is checked; rows that break one are refused, or set "
         "aside and counted.", ""),
        ("sharing", "Sharing agreements", "", "Name each agreement and its end."),
        ("access_and_storage", "Access and storage", "Files that name children can be read by their owner only.",
         "Say who has access, where the data lie, and for how long."),
    )  # fmt: skip


def _risks(card: ModelCard) -> Questions:
    risks = " ".join(limit.text for limit in card.limits)
    stops = " ".join(condition.when for condition in card.stop_conditions)
    return _section(
        "tier_2_risks", "Tier 2, 5: assessments, risks and what lowers them", "What could go wrong.",
        ("impact_assessments", "Assessments", f"Fairness audit: {fairness_answer(card.fairness.answer)} The card holds "
         "an equality section and a start for data protection.", "Give name, date and link of each assessment."),
        ("risks", "Risks", risks, ""),
        ("mitigations", "What lowers them", f"A person decides and a bar was set beforehand. The work stops when: "
         f"{stops}", "Add local measures."),
    )  # fmt: skip
