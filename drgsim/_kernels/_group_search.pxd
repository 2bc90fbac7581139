# Find the row that takes a case: the candidates that bits leave, one after the other.
from ._group_programs cimport runs
from ._group_tables cimport (
    BYTE,
    FIRST_MARK,
    LINE,
    LOW_HALF,
    MARKS,
    ROW_ASKS,
    ROW_COLUMNS,
    ROW_DRG,
    ROW_FLAGS,
    SEVERITY,
    STATES,
    TESTED_ROW,
    Case,
    Scan,
    Tables,
    drgsim_low_bit,
)
from ._types cimport int16_t, int32_t, int64_t, uint32_t, uint64_t

cdef extern from *:
    """
    /* The first of eight words where a & b & c is not 0; 8 when there is none. Which one it is cannot
       be foreseen, so looking at all of them without a branch is faster. */
    #include <stdint.h>
    #if defined(__SSE2__) || defined(_M_X64)
    #include <emmintrin.h>
    static inline int drgsim_first_open(const uint64_t *a, const uint64_t *b, const uint64_t *c) {
        uint64_t empty = 0;
        int k;
        for (k = 0; k < 4; k++) {
            __m128i bits = _mm_loadu_si128((const __m128i *)a + k);
            bits = _mm_and_si128(bits, _mm_loadu_si128((const __m128i *)b + k));
            bits = _mm_and_si128(bits, _mm_loadu_si128((const __m128i *)c + k));
            bits = _mm_cmpeq_epi8(bits, _mm_setzero_si128());
            empty |= (uint64_t)(unsigned)_mm_movemask_epi8(bits) << (16 * k);
        }
        return ~empty ? drgsim_low_bit(~empty) >> 3 : 8;
    }
    #else
    static inline int drgsim_first_open(const uint64_t *a, const uint64_t *b, const uint64_t *c) {
        int k = 0;
        while (k < 8 && !(a[k] & b[k] & c[k])) k++;
        return k;
    }
    #endif
    """
    int drgsim_first_open(const uint64_t* a, const uint64_t* b, const uint64_t* c) noexcept nogil

cdef enum:
    NONE = -2  # no candidate; even, as if the bits did not decide it

cdef struct Bits:  # the rows of bits of one case
    const uint64_t* principal
    const uint64_t* main
    const uint64_t* bucket
    const uint64_t* exact

cdef struct Found:
    int64_t row  # -1 when no row took the case
    int32_t drg  # 0 when none
    uint32_t asked  # variables that the rows which took the case ask for, as bits
    bint held  # whether some row took it


cdef inline Bits bits_of(const Tables* t, const Scan* scan, int64_t bucket) noexcept nogil:
    cdef int64_t diagnoses = (scan.diagnoses >> BYTE) + ((scan.diagnoses >> FIRST_MARK) & MARKS)
    cdef int64_t procedures = (scan.procedures >> BYTE) + ((scan.procedures >> FIRST_MARK) & MARKS)
    cdef Bits bits
    bits.principal = t.principal_bits + t.principal_row[
        diagnoses * t.principal_classes + (scan.principal & LOW_HALF)
    ]
    bits.main = t.main_bits + t.main_row[procedures * t.main_classes + (scan.main >> BYTE)]
    bits.bucket = t.bucket_bits + t.words * bucket
    bits.exact = t.exact_bits + t.words * (STATES * diagnoses + procedures)
    return bits


cdef inline int32_t candidate_in(const Bits* bits, int64_t word, uint64_t wanted) noexcept nogil:
    """The first open row of one word, among the bits `wanted`, as 2 × row + exact; NONE when none is open."""
    cdef uint64_t open = bits.principal[word] & bits.main[word] & bits.bucket[word] & wanted
    cdef int low
    if open == 0:
        return NONE
    low = drgsim_low_bit(open)
    return <int32_t>(2 * (64 * word + low) + <int64_t>((bits.exact[word] >> low) & 1))


cdef inline int32_t first_candidate(const Tables* t, const Bits* bits) noexcept nogil:
    cdef int64_t line = 0
    cdef int k
    while line < t.words:
        k = drgsim_first_open(bits.principal + line, bits.main + line, bits.bucket + line)
        if k < LINE:
            return candidate_in(bits, line + k, ~<uint64_t>0)
        line += LINE
    return NONE


cdef inline int32_t next_candidate(const Tables* t, const Bits* bits, int32_t candidate) noexcept nogil:
    """The candidate after `candidate`."""
    cdef int64_t row = candidate >> 1
    cdef int64_t word = row >> 6
    cdef int32_t found = candidate_in(bits, word, ~<uint64_t>1 << (row & 63))
    while found < 0 and word + 1 < t.words:
        word += 1
        found = candidate_in(bits, word, ~<uint64_t>0)
    return found


cdef inline int32_t drg_of(const Tables* t, const Case* case, int64_t row) noexcept nogil:
    """The DRG inside a row that took the case; 0 when none of its DRGs does."""
    cdef const int16_t* columns = t.rows + ROW_COLUMNS * row
    cdef int32_t split
    if not columns[ROW_FLAGS] & TESTED_ROW:
        return columns[ROW_DRG + (case.scan.diagnoses & SEVERITY)]
    for split in range(t.split_start[row], t.split_start[row + 1]):
        if runs(t, case, t.split_program[split]):
            return t.split_drg[split]
    return 0


cdef inline void search(
    const Tables* t, const Case* case, int64_t bucket, int32_t candidate, Found* found
) noexcept nogil:
    """Find, from a candidate on, the first row that takes the case and has a DRG for it."""
    cdef Bits bits = bits_of(t, &case.scan, bucket)
    cdef int64_t row
    while candidate >= 0:
        row = candidate >> 1
        if candidate & 1 or runs(t, case, t.row_program[row]):
            found.held = True
            found.asked |= <uint32_t>t.rows[ROW_COLUMNS * row + ROW_ASKS]
            found.drg = drg_of(t, case, row)
            if found.drg:
                found.row = row
                return
        candidate = next_candidate(t, &bits, candidate)


cdef inline void search_singly(
    const Tables* t, const Case* case, int64_t bucket, Found* found
) noexcept nogil:
    """Search with the second procedure alone, then the third, until a row takes the case."""
    cdef Case single = case[0]
    cdef Bits bits
    cdef int64_t k
    single.codes.n_procedures = 1
    single.scan.procedures = 0
    for k in range(1, case.codes.n_procedures):
        if found.row >= 0:
            return
        single.codes.procedures = case.codes.procedures + k
        single.scan.main = t.procedure_word[single.codes.procedures[0]]
        bits = bits_of(t, &single.scan, bucket)
        search(t, &single, bucket, first_candidate(t, &bits), found)
