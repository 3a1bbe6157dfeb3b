"""What the evaluation says in words, for a reader who is no statistician."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any


def of_every_100(share: float) -> str:
    """A share as a natural frequency, or that there is none.

    Examples
    --------
    >>> of_every_100(0.512), of_every_100(float("nan"))
    ('51 of every 100', 'an unknown share')
    """
    return "an unknown share" if isnan(share) else f"{share * 100:.0f} of every 100"


def evaluation_sentences(records: Sequence[dict[str, Any]], places: int, lists: int, outcome_title: str) -> list[str]:
    """Three sentences: how many places were well given, how many children were missed, and beside counting."""
    model = records[0]
    other = next(record for record in records if record["name"] == "ace_count")
    listed = model["table"]["tp"] + model["table"]["fp"]
    followed, reached = model["children"]["followed"], model["children"]["reached"]
    more = reached - other["children"]["reached"]
    comparison = f"{more:,} more than" if more > 0 else "no more than" if more == 0 else f"{-more:,} fewer than"
    return [
        f"On {lists} list{'s' * (lists != 1)} of {places:,} places each, {model['table']['tp']:,} of {listed:,} places "
        f"went to a child who then had {outcome_title}: about {of_every_100(model['precision'])}.",
        f"It followed for {followed:,} children already known to services; a list reached {reached:,} of them before "
        f"it did, and {followed - reached:,} were missed.",
        f"Counting adverse childhood experiences at the same places reaches {other['children']['reached']:,} of these "
        f"children: the model reaches {comparison} that.",
    ]


def simplicity_sentence(tables: Mapping[str, int], ceiling: int, auc_difference: float, within: float = 0.005) -> str:
    """What the simplicity of the deployed table costs, and where it is lost.

    Parameters
    ----------
    tables
        By title, how many places each table gives to a child for whom the outcome followed; the deployed one first.
    ceiling
        The same for the ceiling.
    auc_difference
        Area under the ROC curve, ceiling less the deployed table.
    within
        A difference that needs no words.

    Examples
    --------
    >>> simplicity_sentence({"Points card": 380}, 400, 0.002)
    'Gradient boosting gives 400 places to a child for whom it followed; the points card gives 380, 95 for every 100.'
    """
    (title, ours), *others = tables.items()
    kept = f"{ours / ceiling * 100:.0f} for every 100" if ceiling else "which can't be compared"
    said = [
        f"Gradient boosting gives {ceiling:,} places to a child for whom it followed; the {title.lower()} gives "
        f"{ours:,}, {kept}."
    ]
    if others:
        said.append(f"Between them: {'; '.join(f'{name.lower()}, {found:,}' for name, found in others)}.")
    if auc_difference > within:
        said.append(
            "Over all rows, not only those at the top, boosting orders children better: its area under the ROC curve "
            f"is {auc_difference:.3f} larger (up to {within:g} counts as alike)."
        )
    return " ".join(said)
