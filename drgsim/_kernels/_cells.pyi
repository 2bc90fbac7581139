from typing import Any

import numpy as np

# text: const uint8; offsets: const int32 or int64 [rows + 1]; rows: int64 [rows], filled as far as returned

def holds(text: np.ndarray[Any, Any], signs: bytes) -> bool: ...
def first_signs(
    text: np.ndarray[Any, Any],
    offsets: np.ndarray[Any, Any],
    found: np.ndarray[Any, Any],  # uint8 [rows]
) -> None: ...
def has_plain_edges(text: np.ndarray[Any, Any], offsets: np.ndarray[Any, Any]) -> bool: ...
def beginning(
    text: np.ndarray[Any, Any],
    offsets: np.ndarray[Any, Any],
    signs: np.ndarray[Any, Any],  # const uint8 [256]
    numbers: bool,
    rows: np.ndarray[Any, Any],
) -> int: ...
def numbers_of_persons(
    text: np.ndarray[Any, Any], offsets: np.ndarray[Any, Any], rows: np.ndarray[Any, Any]
) -> int: ...
def examine(block: memoryview | bytes) -> tuple[int, bool, int]: ...
