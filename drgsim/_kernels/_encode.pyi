import numpy as np

def line_offsets(
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # int64[::1], out
) -> int: ...
def fill_slots(
    codes: np.ndarray,  # const uint8[::1]
    code_offsets: np.ndarray,  # const int64[::1]
    slots: np.ndarray,  # (uint64 head, uint32 tail, int32 id)[::1], in and out
    long_slots: np.ndarray,  # int32[::1], in and out
) -> None: ...
def count_pieces(
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # const int64[::1]
    gap: int,
    start: int,
    stop: int,
) -> int: ...
def encode_rows(
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # const int64[::1]
    gap: int,
    slots: np.ndarray,  # const (uint64 head, uint32 tail, int32 id)[::1]
    long_slots: np.ndarray,  # const int32[::1]
    codes: np.ndarray,  # const uint8[::1]
    code_offsets: np.ndarray,  # const int64[::1]
    start: int,
    stop: int,
    place: int,
    ids: np.ndarray,  # int32[::1], out
    ends: np.ndarray,  # int64[::1], out
    dropped: np.ndarray,  # uint8[::1], out
) -> int: ...
def lookup_rows(
    text: np.ndarray,  # const uint8[::1]
    offsets: np.ndarray,  # const int64[::1]
    gap: int,
    slots: np.ndarray,  # const (uint64 head, uint32 tail, int32 id)[::1]
    long_slots: np.ndarray,  # const int32[::1]
    codes: np.ndarray,  # const uint8[::1]
    code_offsets: np.ndarray,  # const int64[::1]
    ids: np.ndarray,  # int32[::1], out
) -> None: ...
def fold_lists(
    pieces: np.ndarray,  # const int32[::1]
    offsets: np.ndarray,  # const int64[::1]
    ids: np.ndarray,  # int32[::1], out
    ends: np.ndarray,  # int64[::1], out
    dropped: np.ndarray,  # uint8[::1], out
) -> int: ...
def take_rows(
    ids: np.ndarray,  # const int32[::1]
    offsets: np.ndarray,  # const int64[::1]
    rows: np.ndarray,  # const int64[::1]
    out: np.ndarray,  # int32[::1], out
    out_offsets: np.ndarray,  # const int64[::1]
) -> None: ...
