"""Rows of CSV from columns as Arrow lays them in memory: each cell's bytes are copied once.

A column is a tuple, so that rows of many columns are made in one call:

kind    TEXT32, TEXT64 (places in `text`, 32 or 64 bits each), CODED (a place among the spans, 32 bits) or
        WHOLE (a number of 64 bits)
valid   bits, the lowest first, of the rows that hold something; empty where all do
shift   the bit of row 0
rows    bytes of the places or numbers, from row 0 on; of texts one more, where the last ends
text    bytes of the cells; of a coded column as they are to be written
spans   [codes + 1] where the text of each code begins
most    bytes of the longest coded cell
looked  whether a cell may hold what has to stand in quotes
"""
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from ._types cimport int32_t, int64_t, uint8_t, uint64_t

cdef enum:
    TEXT32 = 0
    TEXT64 = 1
    CODED = 2
    WHOLE = 3
    DIGITS = 20  # of the longest number, its sign among them
    WORDS = 16  # bytes copied at once, however short the cell
    COMMA = 44
    QUOTE = 34
    LINE = 10
    RETURN = 13
    MINUS = 45
    ZERO = 48

cdef struct Column:
    int kind
    const uint8_t* valid  # NULL where every row holds something
    int64_t shift
    const uint8_t* rows
    const uint8_t* text
    int64_t length  # bytes of `text`
    const int32_t* spans
    int64_t most
    bint looked


cdef const uint8_t* _bytes(const uint8_t[::1] view) noexcept:
    return &view[0] if view.shape[0] else NULL


cdef const int32_t* _places(const int32_t[::1] view) noexcept:
    return &view[0] if view.shape[0] else NULL


cdef Column* _columns(list columns) except NULL:
    """The columns as C reads them; the caller frees them, and holds the list meanwhile."""
    cdef Py_ssize_t place
    cdef Column* made = <Column*>malloc(max(len(columns), 1) * sizeof(Column))
    if made == NULL:
        raise MemoryError
    try:
        for place in range(len(columns)):
            kind, valid, shift, rows, text, spans, most, looked = columns[place]
            made[place] = Column(
                kind, _bytes(valid), shift, _bytes(rows), _bytes(text), len(text), _places(spans), most,
                looked,
            )
    except BaseException:
        free(made)
        raise
    return made


cdef inline int64_t begins(const Column* column, int64_t row) noexcept nogil:
    """Where the text of a row begins."""
    if column.kind == TEXT32:
        return (<const int32_t*>column.rows)[row]
    return (<const int64_t*>column.rows)[row]


cdef inline bint is_filled(const Column* column, int64_t row) noexcept nogil:
    cdef int64_t bit = column.shift + row
    return column.valid == NULL or (column.valid[bit >> 3] >> (bit & 7)) & 1


cdef inline uint8_t* put(const Column* column, int64_t start, int64_t stop, uint8_t* out) noexcept nogil:
    """Copy bytes; short ones as two words, where there are as many to read."""
    cdef int64_t length = stop - start
    if length <= WORDS and column.length - start >= WORDS:
        memcpy(out, column.text + start, WORDS)
    else:
        memcpy(out, column.text + start, length)
    return out + length


cdef inline uint8_t* put_whole(int64_t number, uint8_t* out) noexcept nogil:
    cdef uint8_t[DIGITS] digits
    cdef int count = 0
    cdef uint64_t left = <uint64_t>number
    if number < 0:
        out[0] = MINUS
        out += 1
        left = -left
    while True:
        digits[count] = ZERO + <uint8_t>(left % 10)
        count += 1
        left //= 10
        if left == 0:
            break
    while count:
        count -= 1
        out[0] = digits[count]
        out += 1
    return out


cdef inline uint8_t* put_looked(const uint8_t* at, int64_t length, uint8_t* out) noexcept nogil:
    """Copy a text, in quotes where it holds a comma, a quote or a line end."""
    cdef int64_t place
    cdef bint quoted = False
    for place in range(length):
        if at[place] == COMMA or at[place] == QUOTE or at[place] == LINE or at[place] == RETURN:
            quoted = True
            break
    if not quoted:
        memcpy(out, at, length)
        return out + length
    out[0] = QUOTE
    out += 1
    for place in range(length):
        if at[place] == QUOTE:
            out[0] = QUOTE
            out += 1
        out[0] = at[place]
        out += 1
    out[0] = QUOTE
    return out + 1


cdef inline uint8_t* put_cell(const Column* column, int64_t row, uint8_t* out) noexcept nogil:
    cdef int64_t start, stop
    cdef int32_t code
    if not is_filled(column, row):
        return out
    if column.kind == WHOLE:
        return put_whole((<const int64_t*>column.rows)[row], out)
    if column.kind == CODED:
        code = (<const int32_t*>column.rows)[row]
        return put(column, column.spans[code], column.spans[code + 1], out)
    start, stop = begins(column, row), begins(column, row + 1)
    if column.looked:
        return put_looked(column.text + start, stop - start, out)
    return put(column, start, stop, out)


def room(list columns, int64_t start, int64_t stop):
    """Bytes that hold the rows `start` to `stop`, whatever stands in them."""
    cdef Column* made = _columns(columns)
    cdef const Column* column
    cdef int64_t bytes = WORDS, text, rows = stop - start
    cdef Py_ssize_t place
    for place in range(len(columns)):
        column = made + place
        bytes += rows
        if column.kind == WHOLE:
            bytes += rows * DIGITS
        elif column.kind == CODED:
            bytes += rows * column.most
        else:
            text = begins(column, stop) - begins(column, start)
            bytes += 2 * text + 2 * rows if column.looked else text
    free(made)
    return bytes


def csv_rows(list columns, int64_t start, int64_t stop, uint8_t[::1] out):
    """Write the rows `start` to `stop`, a line each, into `out`, which has `room` for them; the bytes."""
    cdef Column* made = _columns(columns)
    cdef Py_ssize_t place, count = len(columns)
    cdef int64_t row
    cdef uint8_t* at = &out[0]
    with nogil:
        for row in range(start, stop):
            for place in range(count):
                at = put_cell(made + place, row, at)
                at[0] = COMMA
                at += 1
            (at - 1)[0] = LINE
    free(made)
    return at - &out[0]
