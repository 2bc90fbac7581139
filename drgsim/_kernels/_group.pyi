from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

class Rules:
    def __init__(
        self, arrays: Mapping[str, np.ndarray[Any, Any]], newborn_asks: int, retry: bool
    ) -> None: ...

def group(
    rules: Rules,
    diagnoses: np.ndarray[Any, Any],  # const int32 [codes]
    diagnosis_offsets: np.ndarray[Any, Any],  # const int64 [cases + 1]
    procedures: np.ndarray[Any, Any],  # const int32 [codes]
    procedure_offsets: np.ndarray[Any, Any],  # const int64 [cases + 1]
    numbers: Sequence[np.ndarray[Any, Any] | None],  # 8 × const float32 [cases]
    problem: np.ndarray[Any, Any],  # const uint8 [cases]
    mdc: np.ndarray[Any, Any],  # int16 [cases]
    adrg: np.ndarray[Any, Any],  # int16 [cases]
    drg: np.ndarray[Any, Any],  # int16 [cases]
    severity: np.ndarray[Any, Any],  # uint8 [cases]
    status: np.ndarray[Any, Any],  # uint8 [cases]
    reason: np.ndarray[Any, Any],  # uint8 [cases]
    start: int,
    stop: int,
) -> None: ...
