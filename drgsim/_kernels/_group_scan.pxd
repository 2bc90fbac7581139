# One look at every code of a case.
from ._group_tables cimport BYTE, HALF, Tables
from ._types cimport code_t, int8_t, int64_t, uint32_t


cdef inline int64_t last_of(int64_t n) noexcept nogil:
    """The place of the last of `n` codes; 0 when there are none."""
    return n - (n > 0)


# Few cases have more further codes than a first round of lanes, so the loops below seldom surprise
# the processor. A lane beyond the last code reads the last code again, which changes no bit.

cdef inline uint32_t scan_procedures(const Tables* t, const code_t* codes, int64_t n) noexcept nogil:
    """The bits of the further procedures."""
    cdef int64_t last = last_of(n)
    cdef uint32_t bits = t.procedure_word[codes[min(1, last)]] | t.procedure_word[codes[min(2, last)]]
    cdef int64_t k
    for k in range(3, n):
        bits |= t.procedure_word[codes[k]]
    return bits & (0 - <uint32_t>(n > 1))


cdef inline uint32_t further_bits(const Tables* t, const int8_t* left, code_t code) noexcept nogil:
    """The low byte of the word of a further diagnosis, without a severity that is excluded."""
    cdef uint32_t word = t.diagnosis_word[code]
    return word & <uint32_t>left[word >> BYTE]


cdef inline uint32_t scan_diagnoses(
    const Tables* t, uint32_t principal, const code_t* codes, int64_t n
) noexcept nogil:
    """The bits of the further diagnoses."""
    cdef const int8_t* left = t.exclusion + (principal >> HALF) * t.exclusion_tables
    cdef int64_t last = last_of(n)
    cdef uint32_t bits = 0
    cdef int64_t k = 1
    while True:
        bits |= (
            further_bits(t, left, codes[min(k, last)])
            | further_bits(t, left, codes[min(k + 1, last)])
            | further_bits(t, left, codes[min(k + 2, last)])
            | further_bits(t, left, codes[min(k + 3, last)])
        )
        k += 4
        if k > last:
            return bits & (0 - <uint32_t>(n > 1))
