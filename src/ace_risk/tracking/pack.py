"""Packs: one folder that holds a trained model and everything that says what it is.

How its folder is laid out and written is said in :mod:`ace_risk.tracking.pack_files`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from ace_risk.errors import AceRiskError, PackError, listing
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import Kinds, validation_problems
from ace_risk.models.additive import AdditiveModel
from ace_risk.study import Study, contradictions
from ace_risk.tracking.documents import read_document
from ace_risk.tracking.manifest import pack_folder, verify_manifest
from ace_risk.tracking.pack_files import FORMAT, STUDY_FILES, check_features
from ace_risk.tracking.resampled_file import read_resampled

if TYPE_CHECKING:
    from ace_risk.data.tables import Tables
    from ace_risk.referrals.listing import ReferralList


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack that was read and checked.

    Attributes
    ----------
    path
        The pack's own folder.
    id
        SHA-256 of the manifest, 64 hexadecimal digits; `short_id` is what people see.
    model, study, catalogue, kinds
        The table of points and what it was made from; the paths in `study` lead into the pack.
    evaluation, audit, profile, versions
        The documents as they were written; `audit` is None if there was none.
    resampled
        The table fitted again on households drawn anew, once per draw; empty where its kind can't be.
    """

    path: Path
    id: str
    model: AdditiveModel
    study: Study
    catalogue: Catalogue
    kinds: Kinds
    evaluation: dict[str, Any]
    audit: dict[str, Any] | None
    profile: dict[str, Any]
    versions: dict[str, Any]
    resampled: tuple[AdditiveModel, ...] = ()

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id."""
        return self.id[:12]

    def score(self, history: pd.DataFrame, cohort: pd.DataFrame) -> pd.DataFrame:
        """Score children as known at their cutoffs.

        Parameters
        ----------
        history
            One row per child and record, from :func:`ace_risk.data.history.build_history`.
        cohort
            One row per child and cutoff: `child_id`, `cutoff`.

        Returns
        -------
        DataFrame
            One row per cohort row, same order and same index: `child_id`, `cutoff`, `support_need` (the share
            of children with records like these for whom support was recorded, 0 to 1), `score` (total points).

        Raises
        ------
        DataError
            If a needed column is missing.
        """
        from ace_risk.features.build import build_features  # compiled code, which takes a second to import

        scores = self.score_features(build_features(history, cohort, self.catalogue))
        scores.insert(0, "child_id", cohort["child_id"].array)
        scores.insert(1, "cutoff", cohort["cutoff"].array)
        return scores

    def score_features(self, features: pd.DataFrame) -> pd.DataFrame:
        """Score rows of features that are built already.

        Parameters
        ----------
        features
            One row per child and cutoff, the model's features by name; other columns are left aside.

        Returns
        -------
        DataFrame
            One row per row of `features`, same order and same index: `support_need` and `score`.

        Raises
        ------
        DataError
            Naming every feature that is absent, not numeric, or infinite.
        """
        return pd.DataFrame(
            {
                "support_need": self.model.predict_proba(features)[:, 1],
                "score": self.model.decision_function(features),
            },
            index=features.index,
        )

    def refer(
        self,
        tables: Tables,
        as_of: pd.Timestamp,
        places: int,
        hub: str | None = None,
        previous: pd.DataFrame | None = None,
        **options: Any,
    ) -> ReferralList:
        """Make the referral list of one day, if these tables may be listed with this pack, as `ace-risk list` does.

        Parameters
        ----------
        tables
            From :func:`ace_risk.load_tables`, whose folder holds the approval of real ones; or synthetic.
        as_of, places, hub, previous, options
            As in :func:`ace_risk.referrals.listing.make_list`; the approval says whether a parent's condition is named.

        Raises
        ------
        RefusedError
            If the tables are real and there is no approval, or no sign-off of this pack, that holds today.
        """
        from ace_risk.referrals.listing import make_list
        from ace_risk.tracking.sign_off import permit_list

        permission = permit_list(self, tables)
        return make_list(
            self, replace(tables, synthetic=permission.synthetic), as_of=as_of, places=places, hub=hub,
            previous=previous, names_parental_conditions=permission.names_parental_conditions,
            approved_until=permission.expires_on, **options,
        )  # fmt: skip


def load_pack(path: str | Path) -> Pack:
    """Read a pack, after checking every file of it against its manifest.

    Parameters
    ----------
    path
        The pack's folder, or the folder of a run that holds it as `pack/`.

    Returns
    -------
    Pack
        It scores the same to the last bit as the model that was written.

    Raises
    ------
    PackError
        If a file was changed, is missing, was added, is a symbolic link or looks like a pickle; if the format
        is of another version; or if a file can't be understood.
    """
    folder = pack_folder(Path(path))
    pack_id = verify_manifest(folder)
    written = read_document(folder, "format")
    if written != FORMAT:
        raise PackError(
            f"{folder}: format.json says {written.get('format')!r}, version {written.get('version')!r}; this "
            f"ace-risk reads {FORMAT['format']!r}, version {FORMAT['version']}. Use the release that wrote it."
        )
    study = _study(folder)
    try:
        kinds = study.load_kinds()
        problems = contradictions(study)
        if problems:
            raise PackError(listing(f"{folder}: study.json", problems))
        catalogue = Catalogue.from_yaml(study.catalogue, kinds=kinds)
        model = AdditiveModel.from_json((folder / "model.json").read_text(encoding="utf-8"))
    except PackError:
        raise
    except (AceRiskError, OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise PackError(f"{folder}: can't be understood. {error}") from None
    check_features(folder, model, catalogue)
    return Pack(
        path=folder,
        id=pack_id,
        model=model,
        study=study,
        catalogue=catalogue,
        kinds=kinds,
        evaluation=read_document(folder, "evaluation"),
        audit=read_document(folder, "audit", may_be_null=True) or None,
        profile=read_document(folder, "profile"),
        versions=read_document(folder, "versions"),
        resampled=read_resampled(folder, model),
    )


def _study(folder: Path) -> Study:
    """The study, with its paths leading into the pack."""
    content = read_document(folder, "study") | {key: folder / f"{key}.yaml" for key in STUDY_FILES}
    try:
        return Study.model_validate(content)
    except ValidationError as error:
        raise PackError(listing(f"{folder}: study.json", validation_problems(error))) from None
