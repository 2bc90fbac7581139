from collections.abc import Mapping

import numpy as np

from ._dip_candidates import CandidateTables

class DipTables(CandidateTables):
    def __init__(self, tables: Mapping[str, np.ndarray | int]) -> None: ...
    def match(
        self,
        dx_ids: np.ndarray,  # const int32[::1]
        dx_offsets: np.ndarray,  # const int64[::1]
        proc_ids: np.ndarray,  # const int32[::1]
        proc_offsets: np.ndarray,  # const int64[::1]
        facts: np.ndarray,  # const float64[:, ::1], at least one column
        cost: np.ndarray,  # const float64[::1], NaN where not stated
        start: int,
        stop: int,
        status: np.ndarray,  # int8[::1], out
        key: np.ndarray,  # int32[::1], out
        pool: np.ndarray,  # int8[::1], out
        treatment: np.ndarray,  # int8[::1], out
        candidates: np.ndarray,  # int32[::1], out
        decided: np.ndarray,  # int32[::1], out
        auxiliary: np.ndarray,  # int32[::1], out
        flags: np.ndarray,  # uint8[::1], out; as proc_ids: 0 not named, 1 matched, 2 left out
    ) -> None: ...
