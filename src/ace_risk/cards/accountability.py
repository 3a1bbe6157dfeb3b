"""What police forces and public bodies are asked: ALGO-CARE, the NPCC Covenant, equality, and data protection.

The questions follow the published instruments in our own words; the answers come from the card.
"""

from __future__ import annotations

from ace_risk.cards.questions import Question, Questions
from ace_risk.cards.sections import ModelCard
from ace_risk.report.natural import count, of_100, share
from ace_risk.report.words import fairness_answer, number_means

CARD, EVALUATION, FAIRNESS, POINTS = "card.html", "evaluation.html", "fairness.html", "points-card.html"


def accountability(card: ModelCard) -> tuple[Questions, ...]:
    """The four sets of questions, answered from the card as far as a record can."""
    return algo_care(card), covenant(card), equality(card), data_protection(card)


def algo_care(card: ModelCard) -> Questions:
    """The eight questions of ALGO-CARE (Oswald and others, 2018)."""
    variables = f"{count(len(card.points))} features, listed with every point they give"
    return Questions(
        key="algo_care",
        title="ALGO-CARE",
        about="Eight questions for the use of algorithms in policing, proposed by Oswald and others in 2018.",
        questions=(
            _asked("advisory", "Advisory: does a person decide?", _decides(card),
                   "Say who checks that the list isn't followed without thought, and how.", CARD),
            _asked("lawful", "Lawful: which law allows it, and is it necessary and proportionate?", _approved(card),
                   "Name the power, the purpose, and the regime: UK GDPR for safeguarding, or Part 3 of the Data "
                   "Protection Act 2018 for law enforcement."),
            _asked("granularity", "Granularity: what does it speak of, and how finely?",
                   f"{number_means(card.outcome.title)} It is made on what was recorded before the day of the list, "
                   "and lapses.", "", EVALUATION),
            _asked("ownership", "Ownership: who owns the model and can look inside?",
                   f"The whole model is a table of points with {variables}. Code and pack are open to whoever holds "
                   f"them. Owner: {card.owner or 'not given'}.", "" if card.owner else "Name the owner.", POINTS),
            _asked("challengeable", "Challengeable: can a family learn of it, and object?",
                   "Every place on a list has its reasons in plain words, and a version for young people says how to "
                   "ask and object.", "Say who answers a family, and within what time.", "young-people.html"),
            _asked("accuracy", "Accuracy: how often is it right, and is that checked again?", _accuracy(card),
                   "Say who repeats the evaluation each quarter.", EVALUATION),
            _asked("responsible", "Responsible: is it fair, and in the public's interest?",
                   f"{fairness_answer(card.fairness.answer)} It may only be used to offer support.",
                   "Say which board looked at it, and when.", FAIRNESS),
            _asked("explainable", "Explainable: can it be understood?",
                   "It can be worked out by hand from one printed page: look up each line, add the points, read the "
                   "share.", "", POINTS),
        ),
    )  # fmt: skip


def covenant(card: ModelCard) -> Questions:
    """The principles of the National Police Chiefs' Council's Covenant on artificial intelligence (2023)."""
    return Questions(
        key="covenant",
        title="NPCC Covenant on artificial intelligence",
        about="Six principles to which the police forces of the United Kingdom agreed on 28 September 2023.",
        questions=(
            _asked("lawful", "Lawful", _approved(card), "Name the law and the assessment of data protection."),
            _asked("transparent", "Transparent", "A card, a transparency record and a version for young people come "
                   "with every model.", "Say where they are published.", CARD, "atrs.md", "young-people.html"),
            _asked("explainable", "Explainable", "Points, reasons and their dates can be checked by hand.", "", POINTS),
            _asked("responsible", "Responsible", _decides(card), "Say who trains the people who use it.", CARD),
            _asked("accountable", "Accountable", f"Stop conditions with who acts: {_stops(card)}.",
                   "Name the chief officer who answers for it, and the independent scrutiny.", CARD),
            _asked("robust", "Robust", f"Tested on {count(card.performance.lists)} later lists that it hadn't learnt "
                   f"from. The bar set beforehand: {card.performance.verdict}. {card.test_openings}".strip(), "",
                   EVALUATION),
        ),
    )  # fmt: skip


def equality(card: ModelCard) -> Questions:
    """What an assessment under section 149 of the Equality Act 2010 needs to know."""
    found = card.fairness
    return Questions(
        key="equality",
        title="Equality impact",
        about="For the public sector equality duty, section 149 of the Equality Act 2010; care experience is added.",
        questions=(
            _asked("evidence", "What is known about groups?",
                   f"{fairness_answer(found.answer)} With a margin of {share(found.margin)}: {found.within} "
                   f"comparisons within, {found.outside} outside, {found.not_enough_evidence} without enough "
                   "evidence.", "", FAIRNESS),
            _asked("used", "Does the model use a protected characteristic?",
                   "No. Age sets who is considered; age, sex, ethnicity, religion, disability and place give no points "
                   "and are no reason. Records themselves may reflect unequal contact with services.", "",
                   "pack/variables.csv"),
            _asked("not_covered", "Which characteristics are not looked at?",
                   "All that the fairness report doesn't show. The records don't hold gender reassignment, marriage "
                   "and civil partnership, pregnancy and maternity, religion or belief, or sexual orientation.",
                   "Say what else is known about these children locally."),
            _asked("harm", "How could it harm a group?",
                   "A group whose need is recorded less is missed more; a group that meets services more often is "
                   "listed more. Being listed may feel like blame.", "Say what was heard from the people concerned.",
                   FAIRNESS),
            _asked("reduce", "What is done about it?",
                   "Misses by group are audited before use: a difference outside the margin in whom the list misses "
                   "stops a promotion, and any other needs somebody who accepts it by name. Professionals add children "
                   "who aren't listed.", "Say what is done locally.", CARD),
            _asked("decision", "What was decided, by whom, and when is it looked at again?", "",
                   "Name the person, the decision and the date."),
        ),
    )  # fmt: skip


def data_protection(card: ModelCard) -> Questions:
    """A start for a data protection impact assessment (UK GDPR Article 35; Data Protection Act 2018, section 64)."""
    data = card.data
    return Questions(
        key="data_protection",
        title="Data protection impact: a start",
        about="What a record can say towards the assessment. The controller makes the assessment before any real use.",
        questions=(
            _asked("processing", "What is done with which data?",
                   f"{data.statement} Records of {count(data.children)} children are read to learn a table of points; "
                   "lists name children, with reasons. Nothing about one child is kept in the model.",
                   "Name the systems that the records come from.", "pack/profile.json"),
            _asked("necessary", "Is it necessary and proportionate?",
                   f"{_accuracy(card)} {count(len(card.points))} features are used of those that were tried; simpler "
                   "rules stand beside it.", "Say why a rule or a person alone wouldn't do.", EVALUATION),
            _asked("risks", "What could go wrong for children and families?",
                   "A child is visited without need, or missed in need. A visit alerts somebody who causes harm. A "
                   "list is read by others, kept too long, or used against a child.", "Add local risks, with how "
                   "likely and how bad each is."),
            _asked("measures", "What lowers the risks?",
                   "A person decides; safe contact is checked first; lists expire and can be deleted by command; files "
                   "that name children can be read by their owner only; enforcement is out of scope; small numbers "
                   "are hidden; only lists, reviews and children's pages hold a row about a child.",
                   "Say who may open a list, and where it lies.",
                   CARD),
            _asked("rights", "How are rights served?",
                   "Reasons and records can be shown to the family; no decision is made by the model alone.",
                   "Say how access, correction and objection are handled under the regime that applies.",
                   "young-people.html"),
            _asked("advice", "Who was asked?", "", "Record the data protection officer's advice and families' views."),
            _asked("residual", "What risk remains, and who accepts it?", "",
                   "If it stays high, the Information Commissioner is consulted first."),
        ),
    )  # fmt: skip


def _asked(key: str, title: str, answer: str, ask: str = "", *evidence: str) -> Question:
    return Question(key=key, title=title, answer=answer, ask=ask, evidence=evidence)


def _decides(card: ModelCard) -> str:
    return " ".join(card.human_decisions[:2])


def _approved(card: ModelCard) -> str:
    """What the approval of real data says; nothing for synthetic ones."""
    return "" if card.data.synthetic else card.data.statement


def _accuracy(card: ModelCard) -> str:
    found = card.performance
    return (
        f"In the test, {of_100(found.precision)} places went to a child for whom support followed, and the lists had "
        f"named the child in {of_100(found.recall)} times that it followed."
    )


def _stops(card: ModelCard) -> str:
    named = sum(bool(condition.who and condition.by_when) for condition in card.stop_conditions)
    return f"{named} of {len(card.stop_conditions)} say who and how soon"
