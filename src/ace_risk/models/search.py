"""The search for the size of a table, with Optuna, on the validation folds only.

Every trial is kept in a database as soon as it is done. Each draw's seed follows from the study's seed and the
number of trials done, so a search that was killed goes on as if nothing had happened.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ace_risk.errors import OutputError
from ace_risk.plans import ModelPlan, SearchPlan

if TYPE_CHECKING:
    import optuna

FEWEST_FEATURES = 3
FEWEST_POINTS = 2
SIZES = ("max_features", "max_points", "max_cuts")


@dataclass(frozen=True)
class Judged:
    """How a table of some size did on the validation folds, pooled.

    Attributes
    ----------
    features
        The most features that the tables of the folds have.
    recall, precision
        At the study's places.
    gap, gap_where
        The largest difference in recall between groups, and between which; None where no group is large enough.
    """

    features: int
    recall: float
    precision: float
    gap: float | None = None
    gap_where: str = ""


@dataclass(frozen=True)
class Trial:
    """A size that was tried.

    Attributes
    ----------
    number
        Counted from 0, in the order of trials.
    max_features, max_points, max_cuts
        The size.
    judged
        How it did.
    """

    number: int
    max_features: int
    max_points: int
    max_cuts: int
    judged: Judged

    @property
    def simplicity(self) -> tuple[int, float, int, int, int]:
        """What to sort by: the card of fewest features comes first; among equals the better, then the smaller."""
        return self.judged.features, -self.judged.recall, self.max_points, self.max_cuts, self.number

    def resize(self, plan: ModelPlan) -> ModelPlan:
        """A model plan of this size."""
        return plan.model_copy(update={name: getattr(self, name) for name in SIZES})


def search_size(
    plan: ModelPlan,
    search: SearchPlan,
    judge: Callable[[ModelPlan], Judged],
    *,
    storage: str,
    name: str,
    seed: int,
    report: Callable[[int], None] = lambda done: None,
) -> list[Trial]:
    """Try sizes up to the plan's; the first is the plan's own.

    Parameters
    ----------
    plan
        The largest size.
    search
        How many trials.
    judge
        Fits a table of a size on each validation fold and says how it did. Must always say the same.
    storage
        Address of the database, e.g. `sqlite:///trials.db`.
    name
        Trials are kept under this name; let it change whenever anything that `judge` rests on changes.
    seed
        Seed of the search.
    report
        Called with the number of trials done.

    Returns
    -------
    list of Trial
        In the order in which they were done; the first ones only, where the database keeps more than are asked for.

    Raises
    ------
    OutputError
        If the database can't be reached.
    """
    with quiet_optuna() as optuna:
        import sqlalchemy.exc

        try:
            kept = optuna.storages.RDBStorage(storage)
            study = optuna.create_study(storage=kept, study_name=name, direction="maximize", load_if_exists=True)
            for left in study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.RUNNING]):
                study.tell(left.number, state=optuna.trial.TrialState.FAIL)
            while len(done := completed(study)) < search.trials:
                report(len(done))
                study.sampler = optuna.samplers.TPESampler(seed=seed + len(done), n_startup_trials=8)
                if not done:
                    study.enqueue_trial({size: getattr(plan, size) for size in SIZES}, skip_if_exists=True)
                study.optimize(partial(try_size, plan=plan, judge=judge, done=done), n_trials=1)
            kept.remove_session()
            kept.engine.dispose()
        except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            raise OutputError(
                f"search.storage: the database of trials can't be used ({type(error).__name__}). "
                "Check the address in the study, or leave it empty for a file beside the run."
            ) from None
    return done[: search.trials]


def try_size(
    trial: optuna.Trial, plan: ModelPlan, judge: Callable[[ModelPlan], Judged], done: Sequence[Trial]
) -> float:
    """Draw a size and judge it; one that was judged before isn't fitted again."""
    size = {
        "max_features": trial.suggest_int("max_features", min(FEWEST_FEATURES, plan.max_features), plan.max_features),
        "max_points": trial.suggest_int("max_points", min(FEWEST_POINTS, plan.max_points), plan.max_points),
        "max_cuts": trial.suggest_int("max_cuts", 1, plan.max_cuts),
    }
    known = next((other.judged for other in done if all(getattr(other, key) == size[key] for key in SIZES)), None)
    judged = known or judge(plan.model_copy(update=size))
    trial.set_user_attr("judged", asdict(judged))
    return judged.recall


def completed(study: optuna.Study) -> list[Trial]:
    """The trials that were done, numbered from 0."""
    from optuna.trial import TrialState

    kept = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
    return [
        Trial(number, **trial.params, judged=Judged(**trial.user_attrs["judged"])) for number, trial in enumerate(kept)
    ]


def choose(trials: Sequence[Trial], search: SearchPlan, within: Sequence[bool]) -> Trial:
    """The trial that the study's rule chooses.

    Parameters
    ----------
    trials, search
        The trials and the rule.
    within
        For each trial, whether its recall lies at most one standard error beneath the best.

    Examples
    --------
    >>> large = Trial(0, 12, 5, 5, Judged(features=12, recall=0.30, precision=0.4))
    >>> small = Trial(1, 5, 5, 5, Judged(features=5, recall=0.29, precision=0.4))
    >>> both = [large, small]
    >>> choose(both, SearchPlan(), [True, True]).number, choose(both, SearchPlan(choice="best"), [True, True]).number
    (1, 0)
    """
    if search.choice == "best":
        return best_trial(trials)
    return min((trial for trial, near in zip(trials, within, strict=True) if near), key=lambda trial: trial.simplicity)


def best_trial(trials: Sequence[Trial]) -> Trial:
    """The trial of the highest recall; among equals the simplest."""
    return max(trials, key=lambda trial: (trial.judged.recall, [-part for part in trial.simplicity]))


@contextmanager
def quiet_optuna() -> Iterator[Any]:
    """Optuna without its log lines and its notes about experimental parts."""
    with warnings.catch_warnings():
        import optuna

        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(optuna|alembic|sqlalchemy)\b")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        logging.getLogger("alembic").setLevel(logging.ERROR)
        yield optuna
