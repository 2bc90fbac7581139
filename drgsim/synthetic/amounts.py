"""What each case costs and how long it lasts, around the mean of its group, hospital and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..schemes.rules.terms import Variable
from .calibrate import Calibration
from .care import Treatment
from .disease import Diseases
from .hospitals import Hospitals
from .mix import CaseMix
from .people import Patients
from .randomness import BLOCK, Streams
from .spread import Spread, load_spread

if TYPE_CHECKING:
    from .region import SyntheticRegion
    from .satisfy import CasePools

Ints = npt.NDArray[np.int64]

_DIGITS = 6
_FEN = 100


class Amounts:
    """Draws cost and stay of a block of cases."""

    def __init__(
        self,
        region: SyntheticRegion,
        pools: CasePools,
        mix: CaseMix,
        calibration: Calibration,
        hospitals: Hospitals,
    ) -> None:
        self._spread = load_spread()
        self._weight = np.round(mix.weight, _DIGITS)
        self._days = np.round(mix.weight ** region.assumed["stay"]["by_weight"], _DIGITS)
        self._longest = region.assumed["stay"]["longest"]
        self._price = np.array([place.price for place in region.places])
        self._calibration, self._hospitals = calibration, hospitals
        needs = [core.needs.bounds.get(Variable.LOS, (0.0, np.inf)) for core in pools.cores]
        self._least, self._most = np.array(needs).T

    def draw(
        self, streams: Streams, patients: Patients, diseases: Diseases, treatment: Treatment
    ) -> tuple[Ints, Ints]:
        """Cost in fen and stay in days of every case of a block."""
        row = Spread.row(diseases.medical, diseases.severity)
        cost_factor, stay_factor = self._spread.factors(
            row, streams.normal("cost", BLOCK), streams.normal("stay", BLOCK)
        )
        rate = self._calibration.rate[patients.insurance, treatment.level] * self._weight[diseases.drg]
        yuan = rate * self._price[treatment.place] * self._hospitals.cost[treatment.hospital] * cost_factor
        fen = np.maximum(np.rint(yuan * _FEN), _FEN).astype(np.int64)
        beyond = self._calibration.stay[patients.insurance, treatment.level] * self._days[diseases.drg]
        beyond = beyond * self._hospitals.stay[treatment.hospital] * stay_factor
        days = 1 + np.floor(beyond + streams.uniform("day", BLOCK))
        days = np.clip(days, self._least[diseases.core], self._most[diseases.core])
        return fen, np.minimum(days, self._longest).astype(np.int64)
