"""Questions that a public body is asked about a model, with answers from its own record, or marked for people."""

from __future__ import annotations

from ace_risk.plans import Part

FOR_PEOPLE = "(only people can answer this)"
"""What stands where no record can give the answer and nobody has given it yet."""


class Question(Part):
    """One question.

    Attributes
    ----------
    key, title
        Identifier, and the words that people read.
    answer
        From the record; empty if only people can answer, or haven't yet.
    ask
        What people must still say, beside or instead of the answer; empty if nothing.
    evidence
        Pages and files of the run that bear the answer out, by their names.
    """

    key: str
    title: str
    answer: str = ""
    ask: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether people must still say something."""
        return bool(self.ask) or not self.answer


class Questions(Part):
    """Questions that belong together.

    Attributes
    ----------
    key, title, about
        Identifier, title, and what they are, in a sentence.
    questions
        In the order of the instrument that asks them.
    """

    key: str
    title: str
    about: str
    questions: tuple[Question, ...]


def told(question: Question) -> str:
    """The answer and what people must still say, in one text.

    Examples
    --------
    >>> told(Question(key="phase", title="Phase", answer="Not in use."))
    'Not in use.'
    >>> told(Question(key="team", title="Team", ask="Name the team."))
    '(only people can answer this) Name the team.'
    """
    if not question.open:
        return question.answer
    return " ".join(part for part in (question.answer, FOR_PEOPLE, question.ask) if part)
