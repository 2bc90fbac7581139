# One look at every code of a case.
from ._group_tables cimport BYTE, HALF, LOW_BYTE, MORE, NO_PRINCIPAL, Codes, Scan, Tables
from ._types cimport code_t, int8_t, int64_t, uint32_t


cdef inline uint32_t together(uint32_t bits, int64_t n) noexcept nogil:
    """The low byte of the words of all further codes, and MORE; 0 when there are none."""
    return ((bits & LOW_BYTE) | MORE) & (0 - <uint32_t>(n > 1))


cdef inline uint32_t scan_procedures(const Tables* t, const code_t* codes, int64_t n) noexcept nogil:
    cdef uint32_t bits = 0
    cdef int64_t k
    for k in range(1, n):
        bits |= t.procedure_word[codes[k]]
    return together(bits, n)


cdef inline uint32_t scan_diagnoses(
    const Tables* t, uint32_t principal, const code_t* codes, int64_t n
) noexcept nogil:
    cdef const int8_t* left = t.exclusion + (principal >> HALF) * t.exclusion_tables
    cdef uint32_t bits = 0
    cdef uint32_t word
    cdef int64_t k
    for k in range(1, n):
        word = t.diagnosis_word[codes[k]]
        bits |= word & <uint32_t>left[word >> BYTE]  # without a severity that is excluded
    return together(bits, n)


cdef inline Scan scan_of(const Tables* t, const Codes* codes) noexcept nogil:
    cdef Scan scan
    cdef code_t first = codes.diagnoses[0]
    scan.principal = t.principal_word[first]
    # an id below 0 has all its high bits set
    scan.main = t.procedure_word[codes.procedures[0]] | (<uint32_t>first >> HALF & NO_PRINCIPAL)
    scan.diagnoses = scan_diagnoses(t, scan.principal, codes.diagnoses, codes.n_diagnoses)
    scan.procedures = scan_procedures(t, codes.procedures, codes.n_procedures)
    return scan
