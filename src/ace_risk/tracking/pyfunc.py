"""How MLflow loads a pack: by the name of this module and the pack's folder, so that nothing is pickled.

The model takes the features of the catalogue, one row per child and cutoff, and gives `support_need` and
`score`. MLflow itself isn't imported here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ace_risk.tracking.pack import Pack, load_pack


class FeatureScorer:
    """A pack in the shape that MLflow asks for.

    Parameters
    ----------
    pack
        The pack, verified.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score rows of features, as :meth:`ace_risk.tracking.pack.Pack.score_features` does.

        MLflow hands over `params`, which are not used.
        """
        return self.pack.score_features(model_input)


def _load_pyfunc(data_path: str) -> FeatureScorer:
    """What MLflow calls with the pack's folder; the pack is verified first."""
    return FeatureScorer(load_pack(data_path))
