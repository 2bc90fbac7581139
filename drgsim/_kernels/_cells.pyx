"""Cells of a column of text, looked at as the bytes they are.

`text` is UTF-8; cell `i` is `text[offsets[i]:offsets[i + 1]]`, by 32 or 64 bits, as Arrow lays texts.
"""
from libc.string cimport memchr, memcpy

from ._types cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

ctypedef fused place_t:
    int32_t
    int64_t

cdef enum:
    FIRST_DIGIT = 1
    FIRST_LETTER = 2
    SECOND_DIGIT = 4
    FILLED = 8
    SHORTEST = 11  # bytes of a number of a person
    FEWEST = 10  # digits of one
    LINE = 10
    RETURN = 13
    PART = 1 << 15  # bytes
    RING = 31  # digits kept of a run, less one; a power of two less one


cdef inline bint is_digit(uint8_t sign) noexcept nogil:
    return <uint8_t>(sign - c"0") < 10


cdef inline bint is_letter(uint8_t sign) noexcept nogil:
    return <uint8_t>((sign | 32) - c"a") < 26


def holds(const uint8_t[::1] text, const uint8_t[::1] signs):
    """Whether one of the bytes in `signs` stands anywhere."""
    cdef Py_ssize_t place
    cdef bint found = False
    if text.shape[0] == 0:
        return False
    with nogil:
        for place in range(signs.shape[0]):
            if memchr(&text[0], signs[place], text.shape[0]) != NULL:
                found = True
                break
    return found


def first_signs(const uint8_t[::1] text, const place_t[::1] offsets, uint8_t[::1] found):
    """What the cells begin with, as a sum of FIRST_DIGIT, FIRST_LETTER, SECOND_DIGIT and FILLED."""
    cdef int64_t row, start, length
    cdef uint8_t said
    with nogil:
        for row in range(found.shape[0]):
            start = offsets[row]
            length = offsets[row + 1] - start
            said = 0
            if length > 0:
                said = FILLED
                said |= FIRST_DIGIT * is_digit(text[start]) | FIRST_LETTER * is_letter(text[start])
            if length > 1 and is_digit(text[start + 1]):
                said |= SECOND_DIGIT
            found[row] = said


def has_plain_edges(const uint8_t[::1] text, const place_t[::1] offsets):
    """Whether every cell begins and ends with a visible ASCII sign, or is empty."""
    cdef int64_t row, start, stop
    cdef bint plain = True
    with nogil:
        for row in range(offsets.shape[0] - 1):
            start, stop = offsets[row], offsets[row + 1]
            if start < stop and (
                <uint8_t>(text[start] - 0x21) > 0x5D or <uint8_t>(text[stop - 1] - 0x21) > 0x5D
            ):
                plain = False
                break
    return plain


cdef inline bint is_signed_number(const uint8_t* at, int64_t length) noexcept nogil:
    """Whether a text is a sign and plain digits behind it, or a sign alone."""
    cdef int64_t place, points = 0
    if at[0] != c"+" and at[0] != c"-":
        return False
    for place in range(1, length):
        if at[place] == c"." and not points:
            points = 1
        elif not is_digit(at[place]):
            return False
    return length != 2 or not points


def beginning(
    const uint8_t[::1] text, const place_t[::1] offsets, const uint8_t[::1] signs, bint numbers,
    int64_t[::1] rows,
):
    """The rows whose cell begins with a byte for which `signs` [256] has 1, in `rows`; how many they are.
    Without `numbers`, plain numbers with a sign in front are passed over, and a sign that stands alone."""
    cdef int64_t row, start, length, count = 0
    with nogil:
        for row in range(offsets.shape[0] - 1):
            start = offsets[row]
            length = offsets[row + 1] - start
            if length > 0 and signs[text[start]]:
                if numbers or not is_signed_number(&text[start], length):
                    rows[count] = row
                    count += 1
    return count


cdef struct Run:
    uint8_t[32] digits  # the last ones of a run
    uint32_t gaps  # bit i: digit i stood behind a gap
    int64_t count  # digits in all; a sign that is no gap, and two signs, end a run
    int64_t decimals  # digits behind a decimal point


cdef inline uint8_t digit(const Run* run, int64_t place) noexcept nogil:
    return run.digits[place & RING]


cdef inline bint behind_gap(const Run* run, int64_t place) noexcept nogil:
    return place == 0 or (run.gaps >> (place & RING)) & 1


cdef inline bint like_a_citizen(const Run* run) noexcept nogil:
    """Whether the last 17 digits hold a day of birth where a citizen number has it."""
    cdef int64_t start = run.count - 17
    if start < 0 or digit(run, start) == 0:
        return False
    cdef uint8_t century = 10 * digit(run, start + 6) + digit(run, start + 7)
    return 18 <= century <= 20 and digit(run, start + 10) <= 1 and digit(run, start + 12) <= 3


cdef inline bint like_a_phone(const Run* run) noexcept nogil:
    """Whether the last digits, behind which no digit stands, are as many as a telephone number has."""
    cdef int64_t start = run.count - 11, area, own
    if start >= 0 and digit(run, start) == 1 and digit(run, start + 1) >= 3:
        if behind_gap(run, start):
            return True
        if start >= 2 and digit(run, start - 2) == 8 and digit(run, start - 1) == 6:
            return True
    for own in range(7, 9):
        for area in range(3, 5):
            start = run.count - own - area
            if (
                start >= 0 and digit(run, start) == 0 and behind_gap(run, start)
                and behind_gap(run, start + area) and digit(run, start + area) >= 2
            ):
                return True
    return False


cdef inline void append(Run* run, uint8_t value, bint gap) noexcept nogil:
    cdef int64_t place = run.count & RING
    run.digits[place] = value
    run.gaps = (run.gaps & ~(<uint32_t>1 << place)) | (<uint32_t>gap << place)
    run.count += 1


cdef bint likely(const uint8_t* at, int64_t length) noexcept nogil:
    """Whether a cell may hold the number of a person: any sign that is not ASCII is taken for a gap, so it
    says yes too often, never too seldom."""
    cdef Run run
    cdef int64_t place = 0, width
    cdef bint gap = False
    cdef uint8_t sign
    run.gaps, run.count, run.decimals = 0, 0, -1
    while place < length:
        if run.count == 0 and not is_digit(at[place]):
            run.decimals = -1
            while place < length and not is_digit(at[place]) and at[place] != 0xEF:
                place += 1
        if run.count + length - place < FEWEST:
            return False
        sign = at[place]
        width = 1
        if sign == 0xEF and place + 2 < length and at[place + 1] == 0xBC and 0x90 <= at[place + 2] <= 0x99:
            sign = at[place + 2] - 0x90 + c"0"  # a digit in full width
            width = 3
        if is_digit(sign):
            append(&run, sign - c"0", gap)
            gap = False
            if run.decimals >= 0:
                run.decimals += 1
            if like_a_citizen(&run):
                return True
            place += width
            continue
        if run.count:
            if not gap and like_a_phone(&run):
                return True
            if run.decimals >= 13 and sign | 32 == c"e":
                return True
        run.decimals = -1
        if sign >= 0x80:  # to the end of the sign
            while place + width < length and at[place + width] & 0xC0 == 0x80:
                width += 1
        if run.count and not gap and (sign >= 0x80 or sign == c" " or sign == c"-" or sign == 9):
            gap = True
        else:
            gap = False
            if sign == c"." and run.count:
                run.decimals = 0
            run.count = 0
        place += width
    return run.count > 0 and not gap and like_a_phone(&run)


def numbers_of_persons(const uint8_t[::1] text, const place_t[::1] offsets, int64_t[::1] rows):
    """The rows that are worth a closer look for citizen and telephone numbers, in `rows`; how many."""
    cdef int64_t row, start, length, count = 0
    with nogil:
        for row in range(offsets.shape[0] - 1):
            start = offsets[row]
            length = offsets[row + 1] - start
            if length >= SHORTEST and likely(&text[start], length):
                rows[count] = row
                count += 1
    return count


cdef bint has_feeds_together(const uint8_t* block, int64_t size) noexcept nogil:
    """Whether two line feeds stand together, or a carriage return alone between them."""
    cdef int64_t place = 0
    cdef const uint8_t* found
    while place < size:
        found = <const uint8_t*>memchr(block + place, LINE, size - place)
        if found == NULL:
            return False
        place = found - block + 1
        if place < size and block[place] == LINE:
            return True
        if place + 1 < size and block[place] == RETURN and block[place + 1] == LINE:
            return True
    return False


cdef inline int64_t is_whole(const uint8_t* at, int64_t left) noexcept nogil:
    """Bytes of the sign that is not ASCII at the front of UTF-8; 0 where its end is missing, -1 for none."""
    cdef uint8_t first = at[0], low = 0x80, high = 0xBF
    cdef int64_t width, place
    if 0xC2 <= first <= 0xDF:
        width = 2
    elif 0xE0 <= first <= 0xEF:
        width = 3
        if first == 0xE0:
            low = 0xA0
        elif first == 0xED:  # halves of surrogate pairs
            high = 0x9F
    elif 0xF0 <= first <= 0xF4:
        width = 4
        if first == 0xF0:
            low = 0x90
        elif first == 0xF4:
            high = 0x8F
    else:
        return -1
    for place in range(1, min(width, left)):
        if not low <= at[place] <= high:
            return -1
        low, high = 0x80, 0xBF
    return width if width <= left else 0


cdef int64_t utf8(const uint8_t* block, int64_t size) noexcept nogil:
    """Bytes that are whole signs of UTF-8, from the front; -1 where one is none."""
    cdef int64_t place = 0, width
    cdef uint64_t word
    while place < size:
        if block[place] < 0x80:
            while place + 8 <= size:
                memcpy(&word, block + place, 8)
                if word & <uint64_t>0x8080808080808080:
                    break
                place += 8
            while place < size and block[place] < 0x80:
                place += 1
            continue
        width = is_whole(block + place, size - place)
        if width < 0:
            return -1
        if width == 0:
            break
        place += width
    return place


def examine(const uint8_t[::1] block):
    """Of a block of text: how many of its bytes are whole signs of UTF-8, -1 where it is none; whether it may
    hold an empty line, or a NUL; the bytes to the last quotation mark, 0 where there is none."""
    cdef int64_t place = 0, good = 0, size = block.shape[0], part, before
    cdef int64_t quoted = 0
    cdef bint odd = False
    with nogil:
        while place < size:  # in parts, each of which stays in the cache from look to look
            part = min(size - place, <int64_t>PART)
            before = min(place, <int64_t>2)
            odd = (
                odd or memchr(&block[place], 0, part) != NULL
                or has_feeds_together(&block[place - before], part + before)
            )
            if memchr(&block[place], c'"', part) != NULL:
                quoted = place + part
                while block[quoted - 1] != c'"':
                    quoted -= 1
            good = utf8(&block[place], part)
            if good <= 0:
                break
            place += good
    return (-1 if good < 0 else place), odd, quoted
