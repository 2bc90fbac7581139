"""Columns of codes in which the same slip stands everywhere: signs folded, and rows put together of codes.

Full-width signs become plain ones, blanks beside a code go, and every sign that no code holds becomes a bar.
Only what can mean one thing is done here; every other row is left empty, to be looked at by itself.
"""
from libc.string cimport memcmp, memcpy

from ._types cimport code_t, int32_t, int64_t, offset_t, uint8_t

# what was done to a piece, and to a row; as drgsim.codes.folding names them
cdef enum:
    WIDE = 1
    BLANK = 2
    CUT = 4
    LEFT = 8

cdef enum:
    BAR = 124
    SPACE = 32
    ROOM = 16  # bytes that a code is copied by

cdef enum:  # what a byte is
    PLAIN
    SIGN
    EDGE
    GAP
    LONG
    OTHER


cdef inline uint8_t kind_of(uint8_t byte) noexcept nogil:
    if byte == BAR:
        return EDGE
    if byte == 59 or byte == 44 or byte == 9 or byte == 10 or byte == 13:  # ; , and ends of lines
        return SIGN
    if byte == SPACE:
        return GAP
    if byte == 0xEF or byte == 0xE3:
        return LONG
    return OTHER if byte < SPACE or byte >= 0x80 else PLAIN


def count_edges(const uint8_t[::1] text):
    """An upper bound of the signs that part two codes, and how many bytes are neither plain nor a bar."""
    cdef int64_t at
    cdef int64_t edges = 0
    cdef int64_t others = 0
    cdef uint8_t[256] edge
    cdef uint8_t[256] other
    cdef uint8_t kind
    for at in range(256):
        kind = kind_of(<uint8_t>at)
        # the last bytes of wide ones count as well
        edge[at] = kind == EDGE or kind == SIGN or at == 0x81 or at == 0x8C or at == 0x9B
        other[at] = kind != PLAIN and kind != EDGE
    with nogil:
        for at in range(text.shape[0]):
            edges += edge[text[at]]
            others += other[text[at]]
    return edges, others


cdef struct Folding:
    int64_t out  # where the next byte goes
    int64_t piece  # the number of the piece that is read
    int64_t begun  # where it began in what is written
    int64_t bars  # of the row
    uint8_t marks  # of the piece
    uint8_t row  # of the row
    bint led  # by a sign that eats the blanks behind it
    bint wide  # the row holds a sign beyond ASCII that does not part codes
    bint gap  # a blank was read behind the piece's last sign


cdef inline bint close(Folding* now, bint eats, uint8_t[::1] marks) noexcept nogil:
    """End a piece; false where it is empty."""
    if now.out == now.begun:
        return False
    if now.gap and not eats:
        now.marks |= BLANK
    now.row |= now.marks
    marks[now.piece] = now.marks
    now.piece += 1
    now.marks = 0
    now.gap = False
    return True


cdef inline bint put(Folding* now, uint8_t byte, uint8_t[::1] out) noexcept nogil:
    """Write a sign of a piece; false behind a blank inside of it."""
    if now.gap:
        if now.out > now.begun:
            return False
        if not now.led:
            now.marks |= BLANK
        now.gap = False
    out[now.out] = byte
    now.out += 1
    return True


cdef inline int step(
    Folding* now, const uint8_t* at, int64_t left, const uint8_t* kinds, uint8_t[::1] out, uint8_t[::1] marks,
    int32_t[::1] starts, int64_t place,
) noexcept nogil:
    """Take in one sign; how many bytes it has, 0 where the row is to be looked at by itself."""
    cdef uint8_t kind = kinds[at[0]]
    cdef uint8_t sign
    cdef int taken = 1
    if kind == PLAIN:
        return 1 if put(now, at[0], out) else 0
    if kind == LONG:
        if left < 3:
            return 0
        taken = 3
        if at[0] == 0xE3:
            if at[1] != 0x80 or at[2] > 0x81:
                return 0
            kind = GAP if at[2] == 0x80 else SIGN  # the wide blank, and the comma of lists
            now.wide |= kind == GAP
        else:
            if at[1] != 0xBC and at[1] != 0xBD:
                return 0
            sign = at[2] - 0x60 if at[1] == 0xBC else at[2] - 0x20
            if sign <= SPACE or sign >= 127 or sign == BAR:
                return 0
            if sign == 59 or sign == 44:
                kind = SIGN
            else:
                now.wide = True
                now.marks |= WIDE
                return 3 if put(now, sign, out) else 0
    if kind == GAP:
        now.gap = True
        return taken
    if kind == OTHER:
        return 0
    if not close(now, kind == SIGN, marks):
        return 0
    now.led = kind == SIGN
    if now.led:
        now.row |= CUT
    else:
        now.bars += 1
    starts[now.piece] = <int32_t>(place + taken)
    out[now.out] = BAR
    now.out += 1
    now.begun = now.out
    return taken


def fold_rows(
    const uint8_t[::1] text, const offset_t[::1] offsets,
    uint8_t[::1] out, offset_t[::1] ends, uint8_t[::1] rows, uint8_t[::1] marks,
    int32_t[::1] starts,
):
    """Write every row folded, or empty where it is to be looked at by itself (`rows` says LEFT); of each
    piece what was done, and where in its row it began.

    Returns how many pieces there are, and how many bars part them."""
    cdef int64_t row, at, stop, first, place
    cdef int64_t bars = 0
    cdef uint8_t byte, mark
    cdef int taken
    cdef uint8_t[256] kinds
    cdef Folding now
    cdef bint right
    for row in range(256):
        kinds[row] = kind_of(<uint8_t>row)
    now.out = 0
    now.piece = 0
    with nogil:
        for row in range(offsets.shape[0] - 1):
            at = offsets[row]
            stop = offsets[row + 1]
            first = now.piece
            now.begun = now.out
            now.row = now.marks = 0
            now.bars = 0
            now.led = now.wide = now.gap = False
            starts[first] = 0
            right = True
            while at < stop:
                if not now.gap:
                    place = now.out
                    mark = 0
                    while at < stop:  # what nearly all signs are
                        byte = text[at]
                        if kinds[byte] == PLAIN:
                            out[place] = byte
                            at += 1
                        elif (
                            byte == 0xEF and stop - at > 2
                            and text[at + 1] == 0xBC and <uint8_t>(text[at + 2] - 0x90) < 10
                        ):
                            out[place] = text[at + 2] - 0x60
                            mark = WIDE
                            at += 3
                        else:
                            break
                        place += 1
                    now.out = place
                    now.marks |= mark
                    now.wide |= mark > 0
                    if at == stop:
                        break
                taken = step(&now, &text[at], stop - at, kinds, out, marks, starts, at - offsets[row])
                if taken == 0:
                    right = False
                    break
                at += taken
            if right and offsets[row] < stop:
                right = close(&now, False, marks) and not (now.wide and now.row & CUT)
            if right:
                bars += now.bars
            else:
                now.row = LEFT
                now.piece = first
                now.out = ends[row]
            rows[row] = now.row
            ends[row + 1] = now.out
    return now.piece, bars


def measure_rows(
    const code_t[::1] ids, const offset_t[::1] id_offsets, const uint8_t[::1] good,
    const offset_t[::1] code_offsets, const offset_t[::1] offsets, offset_t[::1] ends,
):
    """Where each row of `join_rows` ends."""
    cdef int64_t row, at
    cdef int64_t end = 0
    with nogil:
        for row in range(good.shape[0]):
            if good[row]:
                for at in range(id_offsets[row], id_offsets[row + 1]):
                    end += code_offsets[ids[at] + 1] - code_offsets[ids[at]] + 1
                end -= 1
            else:
                end += offsets[row + 1] - offsets[row]
            ends[row + 1] = end


def join_rows(
    const code_t[::1] ids, const offset_t[::1] id_offsets, const uint8_t[::1] good,
    const uint8_t[::1] codes, const offset_t[::1] code_offsets,
    const uint8_t[::1] text, const offset_t[::1] offsets, uint8_t[::1] out,
):
    """Good rows as the codes of their ids joined by bars, the others as they stand. `codes` and `out` have
    ROOM bytes more than are used; good rows have codes, all of them known."""
    cdef int64_t row, at, length
    cdef int64_t end = 0
    with nogil:
        for row in range(good.shape[0]):
            if good[row]:
                for at in range(id_offsets[row], id_offsets[row + 1]):
                    length = code_offsets[ids[at] + 1] - code_offsets[ids[at]]
                    if length <= ROOM:
                        memcpy(&out[end], &codes[code_offsets[ids[at]]], ROOM)
                    else:
                        memcpy(&out[end], &codes[code_offsets[ids[at]]], length)
                    end += length
                    out[end] = BAR
                    end += 1
                end -= 1
            else:
                length = offsets[row + 1] - offsets[row]
                if length:
                    memcpy(&out[end], &text[offsets[row]], length)
                end += length


cdef enum:
    MOST_PICKED = 64  # pieces of a row


cdef struct Picked:
    int64_t out  # where the next byte goes
    int n  # pieces of the row that were written
    int64_t[MOST_PICKED] starts


cdef inline void pick(Picked* now, const uint8_t* piece, int64_t length, uint8_t[::1] out) noexcept nogil:
    """Write a piece, unless the row has it already."""
    cdef int i
    cdef int64_t end
    for i in range(now.n):
        end = now.starts[i + 1] - 1 if i + 1 < now.n else now.out
        if end - now.starts[i] == length and memcmp(&out[now.starts[i]], piece, length) == 0:
            return
    if now.n:
        out[now.out] = BAR
        now.out += 1
    now.starts[now.n] = now.out
    now.n += 1
    memcpy(&out[now.out], piece, length)
    now.out += length


def pick_pieces(
    const uint8_t[::1] text, const offset_t[::1] offsets, int gap,
    const offset_t[::1] id_offsets, const uint8_t[::1] flags, uint8_t one, uint8_t other,
    uint8_t[::1] out_one, offset_t[::1] ends_one, uint8_t[::1] out_other, offset_t[::1] ends_other,
):
    """Of each row the pieces that are flagged `one`, and those flagged `other`, each once, joined by bars.
    Flags are those of the ids of a row: one for its first piece, and for each further one that is not empty.
    A row of more than 64 stays empty. `ends` begin with 0; the outputs have room for the text."""
    cdef int64_t row, at, begun, stop, flag, last
    cdef Picked first, second
    first.out = second.out = 0
    with nogil:
        for row in range(offsets.shape[0] - 1):
            flag = id_offsets[row]
            last = id_offsets[row + 1]
            first.n = second.n = 0
            if last - flag <= MOST_PICKED:
                begun = offsets[row]
                stop = offsets[row + 1] - gap
                at = begun
                while flag < last and begun <= stop:
                    while at < stop and text[at] != BAR:
                        at += 1
                    if at > begun:
                        if flags[flag] == one:
                            pick(&first, &text[begun], at - begun, out_one)
                        elif flags[flag] == other:
                            pick(&second, &text[begun], at - begun, out_other)
                        flag += 1
                    elif begun == offsets[row]:
                        flag += 1
                    at += 1
                    begun = at
            ends_one[row + 1] = first.out
            ends_other[row + 1] = second.out
