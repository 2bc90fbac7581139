"""Code texts to dense ids: cut rows of UTF-8 text at the bars and look every piece up.

A code of up to 11 bytes, as nearly all are, is two words: its first eight bytes, and the rest with the
length above it. Both words are kept in the slots of an open hash table, so one comparison decides.
Longer codes (most dual ones) are found by a hash of all their bytes and compared byte by byte.
"""
from libc.string cimport memchr, memcmp

from ._encode_pieces cimport (
    BAR, SHORT, Piece, drgsim_fetch, drgsim_low_bit, hash_bytes, hash_words, load, next_piece, pack,
)
from ._types cimport code_t, int32_t, int64_t, offset_t, uint8_t, uint32_t, uint64_t

cdef enum:
    LINE = 10  # "\n"
    WAITING = 16  # pieces whose slots come from memory while the next ones are cut; a power of two

# the two ids that are no code, as drgsim.codes.code_lists names them
cdef code_t UNKNOWN = -1
cdef code_t EMPTY = -2

cdef packed struct Slot:
    uint64_t head  # bytes 1 to 8, the first the lowest
    uint32_t tail  # bytes 9 to 11, and the length in the highest byte; 0 in a free slot
    int32_t id


cdef struct Wait:
    uint64_t head
    uint32_t tail
    int64_t at  # the first slot to look at
    int64_t place  # where the id goes; -1 for nobody waiting


cdef inline code_t find_short(const Slot[::1] slots, int shift, const Piece* piece) noexcept nogil:
    cdef int64_t at = <int64_t>(hash_words(piece.head, piece.tail) >> shift)
    return find_from(slots, at, piece.head, piece.tail)


cdef inline code_t find_from(const Slot[::1] slots, int64_t at, uint64_t head, uint32_t tail) noexcept nogil:
    cdef int64_t last = slots.shape[0] - 1
    while slots[at].tail != 0:
        if slots[at].head == head and slots[at].tail == tail:
            return slots[at].id
        at = (at + 1) & last
    return UNKNOWN


cdef inline void answer(const Slot[::1] slots, Wait* waiting, code_t[::1] ids) noexcept nogil:
    """Look up the piece that has waited longest, whose slot is here by now."""
    if waiting.place >= 0:
        ids[waiting.place] = find_from(slots, waiting.at, waiting.head, waiting.tail)


cdef inline code_t find_long(
    const int32_t[::1] long_slots, const uint8_t[::1] codes, const offset_t[::1] code_offsets,
    const uint8_t* at, int64_t length,
) noexcept nogil:
    cdef int64_t last = long_slots.shape[0] - 1
    cdef int64_t place = <int64_t>(hash_bytes(at, length) & <uint64_t>last)
    cdef code_t id = long_slots[place]
    while id >= 0:
        if (
            code_offsets[id + 1] - code_offsets[id] - 1 == length
            and memcmp(&codes[code_offsets[id]], at, length) == 0
        ):
            return id
        place = (place + 1) & last
        id = long_slots[place]
    return UNKNOWN


cdef inline int shift_of(const Slot[::1] slots) noexcept nogil:
    """How far to shift a hash so that it is a position in the slots (a power of two)."""
    return 64 - drgsim_low_bit(<uint64_t>slots.shape[0])


def line_offsets(const uint8_t[::1] text, offset_t[::1] offsets):
    """Starts of the lines of `text`, as many as fit, and after them one past the last line's end.

    Returns the number of lines that there are: more than fit, and a value held a line break.
    """
    cdef int64_t lines = offsets.shape[0] - 1
    cdef int64_t line = 0
    cdef int64_t length = text.shape[0]
    cdef const uint8_t* base = &text[0] if length else NULL
    cdef const void* found
    cdef int64_t at = 0
    with nogil:
        while True:
            if line < lines:
                offsets[line] = at
            line += 1
            found = memchr(base + at, LINE, length - at) if at < length else NULL
            if found == NULL:
                break
            at = <const uint8_t*>found - base + 1
        offsets[lines] = length + 1
    return line


def fill_slots(
    const uint8_t[::1] codes, const offset_t[::1] code_offsets, Slot[::1] slots, int32_t[::1] long_slots,
):
    """Enter every line of `codes` with its number as id. The slots come free (0; -1 in `long_slots`)."""
    cdef int64_t id, at, length
    cdef int shift = shift_of(slots)
    cdef const uint8_t* base = &codes[0] if codes.shape[0] else NULL
    cdef const uint8_t* limit = base + codes.shape[0]
    cdef const uint8_t* start
    cdef Piece piece
    with nogil:
        for id in range(code_offsets.shape[0] - 1):
            start = base + code_offsets[id]
            length = code_offsets[id + 1] - code_offsets[id] - 1
            if length <= SHORT:
                piece.length = length
                pack(&piece, load(start, limit), load(start + 8, limit))
                at = <int64_t>(hash_words(piece.head, piece.tail) >> shift)
                while slots[at].tail != 0:
                    at = (at + 1) & (slots.shape[0] - 1)
                slots[at].head = piece.head
                slots[at].tail = piece.tail
                slots[at].id = <int32_t>id
            else:
                at = <int64_t>(hash_bytes(start, length) & <uint64_t>(long_slots.shape[0] - 1))
                while long_slots[at] >= 0:
                    at = (at + 1) & (long_slots.shape[0] - 1)
                long_slots[at] = <int32_t>id


def count_pieces(const uint8_t[::1] text, const offset_t[::1] offsets, int gap, int64_t start, int64_t stop):
    """An upper bound of the codes in rows `start` to `stop`: bars, and rows that are not empty."""
    cdef int64_t row, at
    cdef int64_t count = 0
    with nogil:
        for row in range(start, stop):
            count += offsets[row + 1] - offsets[row] > gap
        for at in range(offsets[start], min(offsets[stop], text.shape[0])):
            count += text[at] == BAR
    return count


cdef inline int64_t encode_row(
    const uint8_t* at, const uint8_t* stop, const uint8_t* limit,
    const Slot[::1] slots, int shift, const int32_t[::1] long_slots,
    const uint8_t[::1] codes, const offset_t[::1] code_offsets,
    code_t[::1] ids, int64_t place, uint8_t* dropped, Wait* waits,
) noexcept nogil:
    """Write the ids of one row from `place` on; returns the place after them. Short pieces may wait."""
    cdef Piece piece
    cdef Wait* waiting
    cdef bint first = True
    dropped[0] = 0
    if at == stop:
        return place
    while True:
        piece = next_piece(at, stop, limit)
        if piece.length > SHORT:
            ids[place] = find_long(long_slots, codes, code_offsets, at, piece.length)
            place += 1
        elif piece.length > 0:
            waiting = &waits[place & (WAITING - 1)]
            answer(slots, waiting, ids)
            waiting.head, waiting.tail, waiting.place = piece.head, piece.tail, place
            waiting.at = <int64_t>(hash_words(piece.head, piece.tail) >> shift)
            drgsim_fetch(&slots[waiting.at])
            place += 1
        elif first:
            ids[place] = EMPTY
            place += 1
        elif dropped[0] < 255:
            dropped[0] += 1
        first = False
        at += piece.length
        if at == stop:
            return place
        at += 1


def encode_rows(
    const uint8_t[::1] text, const offset_t[::1] offsets, int gap,
    const Slot[::1] slots, const int32_t[::1] long_slots,
    const uint8_t[::1] codes, const offset_t[::1] code_offsets,
    int64_t start, int64_t stop, int64_t place,
    code_t[::1] ids, offset_t[::1] ends, uint8_t[::1] dropped,
):
    """Write the ids of rows `start` to `stop` from `place` on, and each row's end; returns the last end."""
    cdef int64_t row
    cdef int shift = shift_of(slots)
    cdef const uint8_t* base = &text[0] if text.shape[0] else NULL
    cdef const uint8_t* limit = base + text.shape[0]
    cdef Wait[WAITING] waits
    with nogil:
        for row in range(WAITING):
            waits[row].place = -1
        for row in range(start, stop):
            place = encode_row(
                base + offsets[row], base + (offsets[row + 1] - gap), limit,
                slots, shift, long_slots, codes, code_offsets, ids, place, &dropped[row], waits,
            )
            ends[row] = place
        for row in range(WAITING):
            answer(slots, &waits[row], ids)
    return place


def lookup_rows(
    const uint8_t[::1] text, const offset_t[::1] offsets, int gap,
    const Slot[::1] slots, const int32_t[::1] long_slots,
    const uint8_t[::1] codes, const offset_t[::1] code_offsets, code_t[::1] ids,
):
    """The id of every row as one code, bars and all; EMPTY for an empty row."""
    cdef int64_t row
    cdef int shift = shift_of(slots)
    cdef const uint8_t* base = &text[0] if text.shape[0] else NULL
    cdef const uint8_t* limit = base + text.shape[0]
    cdef const uint8_t* at
    cdef Piece piece
    with nogil:
        for row in range(offsets.shape[0] - 1):
            at = base + offsets[row]
            piece.length = offsets[row + 1] - gap - offsets[row]
            if piece.length == 0:
                ids[row] = EMPTY
            elif piece.length <= SHORT:
                pack(&piece, load(at, limit), load(at + 8, limit))
                ids[row] = find_short(slots, shift, &piece)
            else:
                ids[row] = find_long(long_slots, codes, code_offsets, at, piece.length)


def fold_lists(
    const code_t[::1] pieces, const offset_t[::1] offsets,
    code_t[::1] ids, offset_t[::1] ends, uint8_t[::1] dropped,
):
    """Rows of looked-up pieces without the empty ones but the first; one empty piece alone is no code.

    Returns the number of ids written.
    """
    cdef int64_t row, at
    cdef int64_t place = 0
    with nogil:
        for row in range(offsets.shape[0] - 1):
            dropped[row] = 0
            if offsets[row + 1] - offsets[row] != 1 or pieces[offsets[row]] != EMPTY:
                for at in range(offsets[row], offsets[row + 1]):
                    if pieces[at] != EMPTY or at == offsets[row]:
                        ids[place] = pieces[at]
                        place += 1
                    elif dropped[row] < 255:
                        dropped[row] += 1
            ends[row] = place
    return place


def take_rows(
    const code_t[::1] ids, const offset_t[::1] offsets, const int64_t[::1] rows,
    code_t[::1] out, const offset_t[::1] out_offsets,
):
    """Copy the lists at `rows` one after the other; a negative row is an empty list."""
    cdef int64_t row, at, place
    with nogil:
        for row in range(rows.shape[0]):
            if rows[row] >= 0:
                place = out_offsets[row]
                for at in range(offsets[rows[row]], offsets[rows[row] + 1]):
                    out[place] = ids[at]
                    place += 1
