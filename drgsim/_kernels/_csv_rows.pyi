from typing import Any

import numpy as np

# kind, valid, shift, rows, text, spans, most, looked: as _csv_rows.pyx says
_Array = np.ndarray[Any, Any]
Column = tuple[int, _Array, int, _Array, _Array, _Array, int, bool]

def room(columns: list[Column], start: int, stop: int) -> int: ...
def csv_rows(
    columns: list[Column],
    start: int,
    stop: int,
    out: np.ndarray[Any, Any],  # uint8, with `room` for the rows
) -> int: ...
