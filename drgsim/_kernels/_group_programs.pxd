# Run the branch programs of a compiled scheme over one case.
from libc.math cimport NAN

from ._group_tables cimport SEVERITY, SPECIAL, Case, Step, Tables
from ._types cimport code_t, int32_t, int64_t, uint8_t, uint32_t

cdef enum:
    HOLDS = -1  # where a program ends
    FAILS = -2

cdef enum:
    OP_DIAGNOSIS = 0
    OP_PROCEDURE = 1
    OP_COUNT = 2
    OP_COMPARE = 3
    OP_SEVERITY = 4

cdef enum:  # places of codes
    FIRST = 1
    OTHERS = 2


cdef inline float number_of(const Case* case, int variable) noexcept nogil:
    """NaN when missing."""
    cdef const float* column = case.numbers[variable]
    return column[case.row] if column != NULL else NAN


cdef inline bint in_set(const uint8_t* bits, code_t code) noexcept nogil:
    cdef uint32_t place = <uint32_t>(code + SPECIAL)
    return (bits[place >> 3] >> (place & 7)) & 1


cdef inline bint some_in_set(const uint8_t* bits, const code_t* codes, int64_t n, int places) noexcept nogil:
    cdef int64_t k
    for k in range(0 if places & FIRST else 1, n if places & OTHERS else min(n, 1)):
        if in_set(bits, codes[k]):
            return True
    return False


cdef inline int64_t different_in_set(
    const uint8_t* bits, const code_t* codes, int64_t n, int places, int64_t enough
) noexcept nogil:
    """How many different codes are in the set; counting stops at `enough`."""
    cdef int64_t start = 0 if places & FIRST else 1
    cdef int64_t stop = n if places & OTHERS else min(n, 1)
    cdef int64_t found = 0
    cdef int64_t k, earlier
    for k in range(start, stop):
        if in_set(bits, codes[k]):
            earlier = start
            while codes[earlier] != codes[k]:
                earlier += 1
            found += earlier == k
            if found >= enough:
                break
    return found


cdef inline bint compare(double value, int comparison, double other) noexcept nogil:
    """Always false when `value` is NaN."""
    if comparison == 0:
        return value < other
    if comparison == 1:
        return value <= other
    if comparison == 2:
        return value > other
    if comparison == 3:
        return value >= other
    if comparison == 4:
        return value == other
    return value < other or value > other


cdef inline bint count_holds(const Tables* t, const Case* case, const Step* step) noexcept nogil:
    cdef const int32_t* count = t.program_count + 4 * step.a  # start, stop, comparison, number
    cdef const uint8_t* sets = t.procedure_sets if step.c else t.diagnosis_sets
    cdef int64_t width = t.procedure_bytes if step.c else t.diagnosis_bytes
    cdef const code_t* codes = case.codes.procedures if step.c else case.codes.diagnoses
    cdef int64_t n = case.codes.n_procedures if step.c else case.codes.n_diagnoses
    cdef int64_t found = 0
    cdef int64_t k
    if count[1] - count[0] == 1:
        found = different_in_set(
            sets + t.program_counted[count[0]] * width, codes, n, step.b, <int64_t>count[3] + 1
        )
    else:
        for k in range(count[0], count[1]):
            found += some_in_set(sets + t.program_counted[k] * width, codes, n, step.b)
    return compare(<double>found, count[2], <double>count[3])


cdef inline bint runs(const Tables* t, const Case* case, int32_t at) noexcept nogil:
    """Whether the program that begins at step `at` ends in HOLDS."""
    cdef const Step* step
    cdef bint holds
    while at >= 0:
        step = t.program + at
        if step.op == OP_DIAGNOSIS:
            holds = some_in_set(
                t.diagnosis_sets + step.a * t.diagnosis_bytes,
                case.codes.diagnoses,
                case.codes.n_diagnoses,
                step.b,
            )
        elif step.op == OP_PROCEDURE:
            holds = some_in_set(
                t.procedure_sets + step.a * t.procedure_bytes,
                case.codes.procedures,
                case.codes.n_procedures,
                step.b,
            )
        elif step.op == OP_COMPARE:
            holds = compare(number_of(case, step.a), step.b, t.program_number[step.c])
        elif step.op == OP_SEVERITY:
            holds = (case.scan.diagnoses & SEVERITY & <uint32_t>step.a) != 0
        else:
            holds = count_holds(t, case, step)
        at = step.holds if holds else step.fails
    return at == HOLDS
