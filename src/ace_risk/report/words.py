"""Words: the ones that never stand on anything people read, and the sentences that stand on many pages."""

from __future__ import annotations

import re
from functools import cache

FORBIDDEN = (
    "abscond", "absconded", "absconder", "absconding",
    "associating with a gang",
    "because the child is",
    "care leaver",
    "challenging behaviour",
    "child prostitute",
    "difficult to place",
    "drug dealer", "drug runner",
    "gang member",
    "high-risk child", "high-risk children",
    "lifestyle choice",
    "nominal",
    "non-engaging",
    "offender", "young offender", "reoffender",
    "putting himself at risk", "putting herself at risk", "putting themselves at risk",
    "risk score",
    "sending pictures to an adult",
    "streetwise",
    "suspect",
    "toxic trio",
)  # fmt: skip
"""Words that blame, label or mislead; plurals are found too, and a hyphen counts as a space."""


LIST_SAFETY = (
    "A person reads the child's records and decides. The list decides nothing.",
    "Where domestic abuse is recorded, check how the family can be reached safely before any message, call or visit.",
    "Support is an offer. The family may say no, and a no is never held against the child.",
    "Use the list for early support only, never for enforcement, and destroy it when it expires.",
)
"""What the team must read before it uses a list, a review or a child's page, after `REFER_NOW`."""

SAFE_CONTACT = "Check safe contact first"
"""Stands before every offer where domestic abuse is on record, in every format."""

REFER_NOW = "If significant harm is suspected, refer now, by the safeguarding procedure: this is not a queue."
"""Opens what must be read before a list, a review or a child's page is used."""

WELFARE_ONLY = (
    "A child whom police searched or held is here for welfare follow-up only. Such records add nothing to any score, "
    "place or reason, and say nothing about what a child did."
)
"""Why children appear who were searched or held."""

REPORT_SAFETY = (
    "The figures describe lists that a person would read and decide on. The model decides nothing.",
    "They hold for the data and period named here, and say nothing about children unknown to services.",
)
"""What a reader of a report must know first."""


ROW_MEANS = "A row is a child on one list date; a child on several lists counts once for each."
"""What a row is, where figures count rows; and so for places and times."""

TIE_RULE = (
    "Equal totals: the child with the newest record goes first, then an order drawn from the date and the id; it never "
    "depends on the order of the data."
)
"""Who goes first where totals are equal."""

FOLLOWED = "statutory support recorded within 12 months"
"""What followed, where the data don't give the outcome's own words."""

HIDDEN_BECAUSE = (
    "“Hidden” means that a count below {below} stands behind the figure, or that the count of another, smaller group "
    "could be worked out from it. Which of the two isn't said, since that could give a count away as well."
)
"""Why a figure is hidden; `below` is the smallest count above 0 that is shown."""


FAIRNESS_ANSWERS = {
    "within": "The list reaches children of every group alike, within the margin.",
    "outside": "The list does not reach children of every group alike.",
    "not enough evidence": "There is not enough evidence to say that the list reaches children of every group alike.",
}
"""What each overall verdict of the fairness audit says."""


def fairness_answer(answer: str) -> str:
    """The audit's answer as a sentence; anything but a bare verdict is passed on unchanged.

    Examples
    --------
    >>> fairness_answer("within")
    'The list reaches children of every group alike, within the margin.'
    """
    return FAIRNESS_ANSWERS.get(answer, answer)


def find_forbidden(text: str) -> list[str]:
    """The forbidden words that a text holds, in alphabetical order, each once.

    Whole words only, whatever the case; a hyphen and a space are the same.

    Examples
    --------
    >>> find_forbidden("The Risk-Score of a suspect")
    ['risk score', 'suspect']
    >>> find_forbidden("If harm is suspected, act.")
    []
    """
    return [word for word in sorted(FORBIDDEN) if _pattern(word).search(text)]


@cache
def _pattern(word: str) -> re.Pattern[str]:
    phrase = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", word))
    return re.compile(rf"(?<!\w){phrase}s?(?!\w)", re.IGNORECASE)


def number_means(outcome: str) -> str:
    """What the number is, for an outcome in words; it stands on every page that shows one.

    Examples
    --------
    >>> number_means("another missing episode recorded within 12 months")[:84]
    'The number is a share: of 100 children with records like these, how many are expecte'
    """
    return (
        f"The number is a share: of 100 children with records like these, how many are expected to have {outcome}. "
        "It is about a record of what services did, not a measure of need, and it speaks only of children already "
        "known to services."
    )
