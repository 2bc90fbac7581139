"""What brings people into hospital: group and severity of each case, and the codes that lead there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .choose import Choices
from .mix import KINDS, CaseMix
from .people import Patients
from .randomness import BLOCK, Streams
from .satisfy import CasePools
from .satisfy.severity_codes import SEVERITIES

if TYPE_CHECKING:
    from .calibrate import Calibration
    from .region import SyntheticRegion

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_ONCE = frozenset("OP")  # chapters that do not come back within days: birth


@dataclass(frozen=True, slots=True)
class Diseases:
    """The cases of a block, each with what it is about. All arrays [cases].

    Attributes
    ----------
    target : position in the targets of the pools
    core : position in the cores of the pools
    drg : position in the groups of the pools
    severity : 0 none, 1 CC, 2 MCC
    medical : bool, no surgical or procedure group
    soon : bool, the stay begins within days of the patient's last
    """

    target: Ints
    core: Ints
    drg: Ints
    severity: Ints
    medical: Bools
    soon: Bools


class Illness:
    """Draws the diseases of a block of patients."""

    def __init__(
        self, region: SyntheticRegion, pools: CasePools, mix: CaseMix, calibration: Calibration
    ) -> None:
        self._pools, self._mix = pools, mix
        self._repeats = region.assumed["repeats"]
        self._inbound = len(region.cities)  # the place whose insured come from other provinces
        self._medical = mix.kind == len(KINDS) - 1
        self._comes_back = self._medical & np.array([letter not in _ONCE for letter in mix.chapter])
        # whoever comes from another province is as heavy as those who leave for one
        leaving = calibration.care[0, 0, :, -1][calibration.cost_class]
        inbound = mix.share * np.where(mix.drg >= 0, leaving[mix.drg], 0.0)
        self._entries = Choices(np.concatenate([mix.share, inbound]))

    def draw(self, streams: Streams, patients: Patients) -> Diseases:
        """The disease of every case of a block."""
        soon = (patients.order > 0) & (streams.uniform("soon", BLOCK) < self._repeats["soon"])
        row = patients.cell + len(self._mix.share) * (patients.place == self._inbound)
        entry = self._entries.draw(streams.uniform("entry", BLOCK), row)
        pool = entry // len(SEVERITIES) * len(self._mix.share) + patients.cell
        core = self._pools.members[self._pools.pool.draw(streams.uniform("core", BLOCK), pool)]
        # the same disease again takes the place of another that comes back, so that the mix stays as it is
        lasting = self._comes_back[entry // len(SEVERITIES)]
        again = soon & (streams.uniform("same disease", BLOCK) < self._repeats["same"])
        again[1:] &= lasting[1:] & lasting[:-1]
        source = np.maximum.accumulate(np.where(again, 0, np.arange(BLOCK)))
        entry, core = entry[source], core[source]
        target, severity = np.divmod(entry, len(SEVERITIES))
        return Diseases(
            target, core, self._mix.drg[patients.cell, entry], severity, self._medical[target], soon
        )
