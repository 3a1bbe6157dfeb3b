"""The version for young people: short words, short sentences, one page to print."""

from __future__ import annotations

from collections.abc import Iterable

from ace_risk.cards.sections import ModelCard
from ace_risk.plans import Part

HELD = {
    "trio": "times when things were hard or not safe at home",
    "harm": "times when someone hurt you, or did not look after you",
    "missing": "times when you went missing",
    "exploitation": "times when someone may have used you for crime or in other bad ways",
    "wellbeing": "times when you felt very low or unwell",
    "asb": "calls about noise or trouble outside",
    "school": "days when you were sent home from school",
    "home": "times when you moved, or lost someone close",
    "notices": "times when the police told other teams that they were worried about you",
    "support": "help that you or your family had before",
    "strengths": "good things, like an adult you trust",
}
"""What each domain of the catalogue is, in short words."""


class YoungSection(Part):
    """A heading, sentences, and a list."""

    title: str
    sentences: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    closing: str = ""


def young_sections(card: ModelCard, domains: Iterable[str]) -> tuple[YoungSection, ...]:
    """What the model is and isn't, what is held, and how to object.

    Parameters
    ----------
    card
        Gives the contact; where nobody has given one, the page says so.
    domains
        The domains of the catalogue whose features give points.
    """
    used = set(domains)
    held = tuple(words for domain, words in HELD.items() if domain in used)
    others = used - HELD.keys()
    where = f"Ask here: {card.contact}" if card.contact else "Ask here: (a name and a number must be put here)"
    return (
        YoungSection(
            title="What is it?",
            sentences=(
                "Some families could do with a bit of help.",
                "There are more families than there are people to help.",
                "So a computer looks at notes that the police and other teams wrote.",
                "It adds up points, like in a game.",
                "Then it makes a list of children whose notes look like those of children who got help later.",
                "A person reads the notes and thinks about it.",
                "The person may come and ask if you want help.",
                "You and your family can say no. That is fine.",
            ),
        ),
        YoungSection(
            title="What is it not?",
            items=(
                "It does not say that you did something bad.",
                "It does not say what you will do when you grow up.",
                "It may not be used to arrest or search you.",
                "It gives no points for your skin, your faith, or if you are a boy or a girl.",
                "It can be wrong. It can miss children who need help.",
                "It does not make choices. People do.",
            ),
        ),
        YoungSection(
            title="What does it look at?",
            sentences=("It adds up points for notes about:",),
            items=(*held, *(["other things; ask us which"] if others else [])),
            closing="A note counts only if someone wrote it down. The list must be thrown away after "
            f"{card.lists_lapse_after_days} days.",
        ),
        YoungSection(
            title="What can I do?",
            items=(
                "You can ask what the notes say about you.",
                "You can tell us if a note is wrong.",
                "You can ask us to stop. We must think about it and tell you why we said yes or no.",
                "You can ask an adult you trust to help you.",
                "If you are not happy with what we say, you can tell the Information Commissioner. That is a person "
                "who checks that notes about people are kept in a fair way. The web page is ico.org.uk.",
            ),
            closing=f"{where}. If you are not safe now, call 999.",
        ),
    )
