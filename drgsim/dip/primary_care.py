"""Which cases are primary care by the catalogue's own list, whatever type they are in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .answers import EncodedCases, answer
from .compile import CompiledDip, compile_dip
from .model import DipKey, DipType
from .prepared import Prepared
from .rules import Step
from .stages import Choose, Classify, ClassOrder, Codes, Entries, Exclude, MapCodes
from .words import Kind, Pool


class PrimaryCareList:
    """The list of a prepared catalogue: cleaned, classed and compared as the catalogue's rules say, each
    entry by the principal diagnosis and the principal procedure, or a conservative stay."""

    def __init__(self, prepared: Prepared) -> None:
        from .._kernels._dip import DipTables

        self.prepared = _own(prepared)
        self.compiled: CompiledDip = compile_dip(self.prepared)
        self._kernel = DipTables(self.compiled.tables)

    def members(self, cases: EncodedCases, *, threads: int) -> npt.NDArray[np.bool_]:
        """For each case, encoded by the catalogue itself, whether it is on the list."""
        asked = replace(cases, facts=np.zeros((len(cases), 0)))
        return answer(asked, self.prepared, self.compiled, self._kernel, threads=threads).key >= 0


def _own(prepared: Prepared) -> Prepared:
    """A catalogue of the list alone under the same codes and the same cleaning."""
    listed = prepared.catalogue.primary_care
    kept = [
        step for step in prepared.rules.steps if isinstance(step.stage, MapCodes | Exclude | Classify | Codes)
    ]
    look = Entries(Pool.BASIC, position="principal", conservative="all")
    stages = (
        ("listed", look),
        ("choose", Choose((Pool.BASIC,))),
        ("order", ClassOrder(((Pool.BASIC, None),))),
    )
    rules = replace(prepared.rules, steps=(*kept, *(Step(name, stage, name, name) for name, stage in stages)))
    catalogue = replace(
        prepared.catalogue,
        types={item.code: DipType(item.code, item.name, Kind.BASIC) for item in listed},
        keys=tuple(DipKey(item.code, item.diagnoses, item.procedures) for item in listed),
        auxiliary=(),
    )
    pools = {Pool.BASIC: tuple(range(len(listed)))}
    return replace(prepared, catalogue=catalogue, rules=rules, pools=pools, factors={})
