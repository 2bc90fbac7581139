import numpy as np

def count_edges(
    text: np.ndarray,  # const uint8[::1]
) -> tuple[int, int]: ...
def fold_rows(
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # const int64[::1]
    out: np.ndarray,  # uint8[::1], out
    ends: np.ndarray,  # int64[::1], out; the first is 0
    rows: np.ndarray,  # uint8[::1], out
    marks: np.ndarray,  # uint8[::1], out
    starts: np.ndarray,  # int32[::1], out
) -> tuple[int, int]: ...
def measure_rows(
    ids: np.ndarray,  # const int32[::1]
    id_offsets: np.ndarray,  # const int64[::1]
    good: np.ndarray,  # const uint8[::1]
    code_offsets: np.ndarray,  # const int64[::1]
    offsets: np.ndarray,  # const int64[::1]
    ends: np.ndarray,  # int64[::1], out; the first is 0
) -> None: ...
def join_rows(
    ids: np.ndarray,  # const int32[::1]
    id_offsets: np.ndarray,  # const int64[::1]
    good: np.ndarray,  # const uint8[::1]
    codes: np.ndarray,  # const uint8[::1]
    code_offsets: np.ndarray,  # const int64[::1]
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # const int64[::1]
    out: np.ndarray,  # uint8[::1], out
) -> None: ...
def pick_pieces(
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # const int64[::1]
    gap: int,
    id_offsets: np.ndarray,  # const int64[::1]
    flags: np.ndarray,  # const uint8[::1]
    one: int,
    other: int,
    out_one: np.ndarray,  # uint8[::1], out
    ends_one: np.ndarray,  # int64[::1], out; the first is 0
    out_other: np.ndarray,  # uint8[::1], out
    ends_other: np.ndarray,  # int64[::1], out; the first is 0
) -> None: ...
