from typing import Any

import numpy as np

def resample(
    keys: np.ndarray[Any, Any],  # const uint64 [strata]
    hospital_starts: np.ndarray[Any, Any],  # const int64 [strata + 1]
    sizes: np.ndarray[Any, Any],  # const int64 [hospitals]
    entry_starts: np.ndarray[Any, Any],  # const int64 [hospitals + 1]
    output: np.ndarray[Any, Any],  # const int32 [entries]
    values: np.ndarray[Any, Any],  # const int64 [entries, measures]
    reached_starts: np.ndarray[Any, Any],  # const int64 [strata + 1]
    reached: np.ndarray[Any, Any],  # const int32 [outputs reached]
    times: np.ndarray[Any, Any],  # int32 [hospitals]
    drawn: np.ndarray[Any, Any],  # int64 [outputs, measures]
    out: np.ndarray[Any, Any],  # int64 [draws, outputs, measures]
    start: int,
    stop: int,
) -> None: ...
