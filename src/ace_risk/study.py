"""Study files: everything that a study decides, typed, frozen, each default written once.

A study is a YAML file. Unknown keys are refused and every problem is reported at once. Each step of the
pipeline is given its own part (`study.cohort`, `study.outcome`, …), never the whole study.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ace_risk.errors import StudyError
from ace_risk.kinds import Kinds, load_kinds, read_yaml, validation_problems
from ace_risk.plans import (
    Bar,
    ChecksPlan,
    CohortRule,
    FairnessPlan,
    FoldPlan,
    ListPlan,
    ModelPlan,
    OutcomePlan,
    Part,
    SearchPlan,
    StopPlan,
    World,
)


class Study(Part):
    """A whole study, as read from its file by :func:`load_study`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    title: str
    purpose: str = "To find children who may benefit from early support, so that it can be offered to them."
    owner: str = ""
    contact: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 7
    catalogue: Path = Path("catalogue.yaml")
    aces: Path = Path("aces.yaml")
    kinds: Path = Path("kinds.yaml")
    codes: Path = Path("codes.yaml")
    world: World | None = None
    cohort: CohortRule = CohortRule()
    outcome: OutcomePlan = OutcomePlan()
    folds: FoldPlan = FoldPlan()
    model: ModelPlan = ModelPlan()
    search: SearchPlan = SearchPlan()
    checks: ChecksPlan = ChecksPlan()
    referrals: ListPlan = ListPlan()
    fairness: FairnessPlan = FairnessPlan()
    bar: Bar = Bar()
    stop: StopPlan = StopPlan()

    def load_kinds(self) -> Kinds:
        """The kinds and codes that the study names."""
        return load_kinds(self.kinds, self.codes)


def load_study(path: str | Path) -> Study:
    """Read and check a study file; paths in it are taken from the file's own folder.

    Parameters
    ----------
    path
        A YAML file.

    Returns
    -------
    Study
        Frozen; the paths in it are absolute.

    Raises
    ------
    StudyError
        Naming every unknown key, missing key, wrong value and contradiction at once.

    Examples
    --------
    >>> from ace_risk.kinds import configs_folder
    >>> load_study(configs_folder() / "demo.yaml").outcome.horizon_days
    365
    """
    path = Path(path)
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise StudyError(f"{path}: a study is a mapping of keys to values. See configs/demo.yaml for one.")
    outcomes = path.resolve().parent / str(content.pop("outcomes", "outcomes.yaml"))
    name, problems = content.get("outcome"), list[str]()
    if isinstance(name, str):
        try:
            content["outcome"] = named_outcome(name, outcomes)
        except StudyError as error:
            problems.append(str(error))
            content["outcome"] = None
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        found = validation_problems(error)
        if isinstance(name, str):
            found = [text.replace("outcome.", f"{outcomes.name}: {name}.", 1) for text in found
                     if content["outcome"] or not text.startswith("outcome")]  # fmt: skip
        raise StudyError.from_problems(str(path), [*problems, *found]) from None
    folder = path.resolve().parent
    study = study.model_copy(
        update={key: folder / getattr(study, key) for key in ("catalogue", "aces", "kinds", "codes")}
    )
    problems = contradictions(study)
    if problems:
        raise StudyError.from_problems(str(path), problems)
    return study


def named_outcome(name: str, outcomes: Path) -> dict[str, Any]:
    """The outcome that a study names, from a file of outcomes.

    Raises
    ------
    StudyError
        If the file doesn't hold an outcome of that name.
    """
    declared = read_yaml(outcomes)
    known = declared if isinstance(declared, dict) else {}
    if not isinstance(known.get(name), dict):
        names = ", ".join(map(str, known)) or "none"
        raise StudyError(f"outcome: {name!r} is not in {outcomes.name}. Use one of: {names}.")
    found: dict[str, Any] = known[name]
    return found


def contradictions(study: Study) -> list[str]:
    """Settings that can't both hold, and kinds that don't exist or are refused."""
    kinds = study.load_kinds()
    problems = []
    for where, names in (
        ("outcome.kinds", study.outcome.kinds),
        ("outcome.after_kinds", study.outcome.after_kinds),
        ("cohort.open_plan_kinds", study.cohort.open_plan_kinds),
    ):
        unknown = sorted(set(names) - set(kinds.all))
        if unknown:
            problems.append(f"{where}: {', '.join(unknown)} is not in {study.kinds.name}. Name a kind from that file.")
    for where, names in (("kinds", study.outcome.kinds), ("after_kinds", study.outcome.after_kinds)):
        refused = kinds.refusal(names)
        if refused:
            problems.append(f"outcome.{where}: {refused}")
    world = study.world
    if world is not None:
        if study.referrals.places >= world.children:
            problems.append(
                f"referrals.places: {study.referrals.places} places for {world.children} children. "
                "Give fewer places than there are children."
            )
        years = (world.end - world.start).days / 365.25
        horizon_years = study.outcome.horizon_days / 365.25
        if study.folds.history_years + horizon_years >= years:
            problems.append(
                f"folds.history_years: {study.folds.history_years:g} years of history and a horizon of "
                f"{study.outcome.horizon_days} days leave no cutoff in {years:.1f} years of data. Shorten one of them."
            )
    return problems
