"""Group encoded cases: a candidate row by three ANDs of bits, a program where bits do not decide.

`Rules` holds the arrays of a compiled scheme (drgsim/schemes/compile*.py say what each holds; the
numbers below are theirs). A row of bits is read eight words at a time: one line of a cache.
"""
from libc.math cimport NAN

from ._types cimport code_t, int16_t, int32_t, int64_t, offset_t, uint8_t, uint32_t, uint64_t

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #include <intrin.h>
    static __inline int drgsim_low_bit(unsigned long long word) {
        unsigned long position; _BitScanForward64(&position, word); return (int)position;
    }
    #else
    static inline int drgsim_low_bit(unsigned long long word) { return __builtin_ctzll(word); }
    #endif
    """
    int drgsim_low_bit(uint64_t word) noexcept nogil

cdef enum:
    SPECIAL = 2  # tables by id begin with the ids -2 (no first code) and -1 (unknown code)
    WORDS = 8
    BLOCK = 256  # cases whose buckets are found in one go
    VARIABLES = 8
    AGE = 0
    AGE_DAYS = 1
    WEIGHT = 2
    NEWBORN_DAYS = 28

cdef enum:  # bits of diagnosis_word and procedure_word
    HALF = 16
    LOW_HALF = 0xFFFF
    SEVERITY = 3 << HALF
    DIAGNOSIS_MARKED = 1 << 18
    DIAGNOSIS_UNKNOWN = 1 << 19
    DIAGNOSIS_GRAY = 1 << 20
    DIAGNOSIS_LISTED = 1 << 21
    PROCEDURE_MARKED = 1
    PROCEDURE_UNKNOWN = 2
    PROCEDURE_BITS = 2

cdef enum:  # programs
    HOLDS = -1
    FAILS = -2
    OP_DIAGNOSIS = 0
    OP_PROCEDURE = 1
    OP_COUNT = 2
    OP_COMPARE = 3
    OP_SEVERITY = 4
    FIRST = 1
    OTHERS = 2

cdef enum:  # drgsim/grouping/case.py: Status
    GROUPED = 0
    AMBIGUOUS = 1
    UNGROUPED = 2
    INVALID = 3

cdef enum:  # drgsim/grouping/reasons.py: Reason
    NO_REASON = 0
    PRINCIPAL_MISSING = 1
    LAST_INVALID = 6
    UNKNOWN_PRINCIPAL = 10
    GRAY_PRINCIPAL = 11
    PRINCIPAL_IN_NO_MDC = 12
    MDC_CONDITION = 13
    NO_ADRG = 14
    NO_DRG = 15
    AGE_DAYS_MISSING = 30
    WEIGHT_MISSING = 31
    UNKNOWN_MAIN_PROCEDURE = 40
    UNKNOWN_OTHER_DIAGNOSIS = 41
    UNKNOWN_OTHER_PROCEDURE = 42

# by variable: the reason that says it is missing
cdef int[VARIABLES] MISSING = [0, 30, 31, 0, 32, 33, 34, 35]

cdef struct Step:
    int32_t op
    int32_t a
    int32_t b
    int32_t c
    int32_t holds
    int32_t fails

cdef struct Tables:
    const uint32_t* principal_word  # tables by id: at id 0
    const uint32_t* diagnosis_word
    const uint32_t* procedure_word
    const uint64_t* exclusion_bits
    int64_t exclusion_words
    const uint32_t* principal_row
    int64_t principal_classes
    const uint64_t* principal_bits
    const uint32_t* main_row
    int64_t main_classes
    const uint64_t* main_bits
    const uint64_t* bucket_bits
    const uint64_t* exact_bits
    int64_t words
    const float* cut
    const int32_t* cut_variable
    const int32_t* cut_weight
    int64_t cuts
    const int16_t* row_mdc
    const int16_t* row_adrg
    const uint8_t* row_ambiguous
    const uint8_t* row_asks
    const int16_t* row_drg
    const int32_t* row_splits
    const int32_t* row_program
    const int32_t* split_program
    const int16_t* split_drg
    const int32_t* mdc_program
    int64_t mdcs
    const Step* program
    const float* program_number
    const int32_t* program_count
    const int32_t* program_counted
    const uint8_t* diagnosis_sets
    int64_t diagnosis_bytes
    const uint8_t* procedure_sets
    int64_t procedure_bytes
    uint32_t newborn_asks
    bint retry

cdef struct Case:
    const code_t* diagnoses
    int64_t n_diagnoses
    const code_t* procedures
    int64_t n_procedures
    const float* const* numbers
    int64_t row
    int64_t bucket
    uint32_t further  # bits of all further diagnoses, excluded severities left out
    uint32_t problem

cdef struct Found:
    int64_t row  # -1 when no row took the case
    int32_t drg
    uint32_t asked  # variables that the rows which took the case ask for
    bint held  # whether some row took it


cdef inline bint missing(float number) noexcept nogil:
    return number != number


cdef inline float number_of(const Case* case, int variable) noexcept nogil:
    """NaN when missing, or when the file has no such column."""
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


cdef bint count_holds(const Tables* t, const Case* case, const Step* step) noexcept nogil:
    cdef const int32_t* count = t.program_count + 4 * step.a
    cdef const uint8_t* sets = t.procedure_sets if step.c else t.diagnosis_sets
    cdef int64_t width = t.procedure_bytes if step.c else t.diagnosis_bytes
    cdef const code_t* codes = case.procedures if step.c else case.diagnoses
    cdef int64_t n = case.n_procedures if step.c else case.n_diagnoses
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


cdef bint runs(const Tables* t, const Case* case, int32_t at) noexcept nogil:
    """Whether the program that begins at step `at` ends in HOLDS."""
    cdef const Step* step
    cdef bint holds
    while at >= 0:
        step = t.program + at
        if step.op == OP_DIAGNOSIS:
            holds = some_in_set(
                t.diagnosis_sets + step.a * t.diagnosis_bytes, case.diagnoses, case.n_diagnoses, step.b
            )
        elif step.op == OP_PROCEDURE:
            holds = some_in_set(
                t.procedure_sets + step.a * t.procedure_bytes, case.procedures, case.n_procedures, step.b
            )
        elif step.op == OP_COMPARE:
            holds = compare(number_of(case, step.a), step.b, t.program_number[step.c])
        elif step.op == OP_SEVERITY:
            holds = (case.further >> HALF) & step.a
        else:
            holds = count_holds(t, case, step)
        at = step.holds if holds else step.fails
    return at == HOLDS


cdef inline int32_t drg_of(const Tables* t, const Case* case, int64_t row) noexcept nogil:
    """The DRG inside a row that took the case; 0 when none of its DRGs does."""
    cdef int32_t split = t.row_splits[2 * row]
    cdef int32_t stop = t.row_splits[2 * row + 1]
    if split == stop:
        return t.row_drg[4 * row + ((case.further & SEVERITY) >> HALF)]
    while split < stop:
        if runs(t, case, t.split_program[split]):
            return t.split_drg[split]
        split += 1
    return 0


cdef inline uint32_t scan_procedures(const Tables* t, const Case* case) noexcept nogil:
    cdef uint32_t bits = 0
    cdef int64_t k
    for k in range(1, case.n_procedures):
        bits |= t.procedure_word[case.procedures[k]]
    return bits


cdef inline uint32_t scan_diagnoses(const Tables* t, const Case* case, uint32_t principal) noexcept nogil:
    """The bits of the further diagnoses; a severity counts unless its table excludes the principal."""
    cdef const uint64_t* excluded = t.exclusion_bits + (principal >> HALF) * t.exclusion_words
    cdef uint32_t bits = 0
    cdef uint32_t word, table, struck
    cdef int64_t k
    for k in range(1, case.n_diagnoses):
        word = t.diagnosis_word[case.diagnoses[k]]
        table = word & LOW_HALF
        struck = (excluded[table >> 6] >> (table & 63)) & 1
        bits |= word & ((struck - 1) | ~<uint32_t>SEVERITY)
    return bits


cdef inline void search(
    const Tables* t, const Case* case, uint32_t principal, uint32_t procedures, Found* found
) noexcept nogil:
    """Find the first row that takes the case and has a DRG for it."""
    cdef code_t main = case.procedures[0] if case.n_procedures > 0 else -SPECIAL
    cdef int64_t diagnosis_state = (case.n_diagnoses > 1) + ((case.further & DIAGNOSIS_MARKED) != 0)
    cdef int64_t procedure_state = (case.n_procedures > 1) + ((procedures & PROCEDURE_MARKED) != 0)
    cdef int64_t state = 3 * diagnosis_state + procedure_state
    cdef const uint64_t* a = t.principal_bits + t.words * (
        t.principal_row[diagnosis_state * t.principal_classes + (principal & LOW_HALF)]
    )
    cdef const uint64_t* b = t.main_bits + t.words * (
        t.main_row[procedure_state * t.main_classes + (t.procedure_word[main] >> PROCEDURE_BITS)]
    )
    cdef const uint64_t* c = t.bucket_bits + t.words * (9 * case.bucket + state)
    cdef const uint64_t* exact = t.exact_bits + t.words * state
    cdef uint64_t[WORDS] open
    cdef uint64_t bits
    cdef uint32_t left
    cdef int64_t base = 0
    cdef int64_t row
    cdef int k
    while base < t.words:
        left = 0
        for k in range(WORDS):
            open[k] = a[base + k] & b[base + k] & c[base + k]
            left |= <uint32_t>(open[k] != 0) << k
        while left:
            k = drgsim_low_bit(left)
            bits = open[k]
            while bits:
                row = 64 * (base + k) + drgsim_low_bit(bits)
                if (exact[base + k] >> (row & 63)) & 1 or runs(t, case, t.row_program[row]):
                    found.held = True
                    found.asked |= t.row_asks[row]
                    found.drg = drg_of(t, case, row)
                    if found.drg:
                        found.row = row
                        return
                bits &= bits - 1
            left &= left - 1
        base += WORDS


cdef int why_ungrouped(const Tables* t, const Case* case, const Found* found) noexcept nogil:
    cdef code_t principal = case.diagnoses[0]
    cdef int64_t k
    if found.held:
        return NO_DRG
    for k in range(t.mdcs):
        if runs(t, case, t.mdc_program[k]):
            return NO_ADRG
    if t.diagnosis_word[principal] & DIAGNOSIS_LISTED:
        return MDC_CONDITION
    return GRAY_PRINCIPAL if t.diagnosis_word[principal] & DIAGNOSIS_GRAY else PRINCIPAL_IN_NO_MDC


cdef int why(const Tables* t, const Case* case, const Found* found, uint32_t procedures) noexcept nogil:
    """The most important of what was missing or wrong: the smallest reason."""
    cdef float weight = number_of(case, WEIGHT)
    cdef int reason = 255
    cdef int variable
    if case.problem:
        reason = case.problem
    if case.diagnoses[0] < 0:
        reason = min(reason, <int>UNKNOWN_PRINCIPAL)
    if found.row < 0:
        reason = min(reason, why_ungrouped(t, case, found))
    for variable in range(VARIABLES):
        if (found.asked >> variable) & 1 and missing(number_of(case, variable)):
            reason = min(reason, MISSING[variable])
    if number_of(case, AGE) == 0:
        if t.newborn_asks & (1 << AGE_DAYS) and missing(number_of(case, AGE_DAYS)):
            reason = min(reason, <int>AGE_DAYS_MISSING)
        if t.newborn_asks & (1 << WEIGHT) and not weight > 0 and number_of(case, AGE_DAYS) <= NEWBORN_DAYS:
            reason = min(reason, <int>WEIGHT_MISSING)
    if case.n_procedures > 0 and case.procedures[0] == -1:
        reason = min(reason, <int>UNKNOWN_MAIN_PROCEDURE)
    if case.further & DIAGNOSIS_UNKNOWN:
        reason = min(reason, <int>UNKNOWN_OTHER_DIAGNOSIS)
    if procedures & PROCEDURE_UNKNOWN:
        reason = min(reason, <int>UNKNOWN_OTHER_PROCEDURE)
    return reason if reason < 255 else NO_REASON


cdef struct Answers:
    int16_t* mdc
    int16_t* adrg
    int16_t* drg
    uint8_t* severity
    uint8_t* status
    uint8_t* reason


cdef inline void answer(const Tables* t, Case* case, const Answers* answers) noexcept nogil:
    """Group one case and write its answer."""
    cdef int64_t i = case.row
    cdef uint32_t principal, procedures
    cdef Found found
    if case.n_diagnoses == 0 or case.diagnoses[0] == -SPECIAL or 0 < case.problem <= LAST_INVALID:
        answers.mdc[i] = answers.adrg[i] = answers.drg[i] = 0
        answers.severity[i] = 0
        answers.status[i] = INVALID
        if case.n_diagnoses == 0 or case.diagnoses[0] == -SPECIAL:
            answers.reason[i] = PRINCIPAL_MISSING
        else:
            answers.reason[i] = <uint8_t>case.problem
        return
    principal = t.principal_word[case.diagnoses[0]]
    case.further = scan_diagnoses(t, case, principal)
    procedures = scan_procedures(t, case)
    found.row = -1
    found.drg = 0
    found.asked = 0
    found.held = False
    search(t, case, principal, procedures, &found)
    if found.row < 0 and t.retry:
        retry(t, case, principal, &found)
    if found.row >= 0:
        answers.mdc[i] = t.row_mdc[found.row]
        answers.adrg[i] = t.row_adrg[found.row]
        answers.status[i] = t.row_ambiguous[found.row]  # AMBIGUOUS is 1, GROUPED 0
    else:
        answers.mdc[i] = answers.adrg[i] = 0
        answers.status[i] = UNGROUPED
    answers.drg[i] = <int16_t>found.drg
    answers.severity[i] = <uint8_t>WORST[(case.further & SEVERITY) >> HALF]
    if (
        found.row < 0
        or case.problem
        or found.asked
        or case.diagnoses[0] < 0
        or (case.further & DIAGNOSIS_UNKNOWN)
        or (procedures & PROCEDURE_UNKNOWN)
        or (case.n_procedures > 0 and case.procedures[0] == -1)
        or (t.newborn_asks and number_of(case, AGE) == 0)
    ):
        answers.reason[i] = <uint8_t>why(t, case, &found, procedures)
    else:
        answers.reason[i] = NO_REASON


cdef void retry(const Tables* t, const Case* case, uint32_t principal, Found* found) noexcept nogil:
    """Search with the second procedure alone, then the third, until a row takes the case."""
    cdef Case single = case[0]
    cdef int64_t k
    single.n_procedures = 1
    for k in range(1, case.n_procedures):
        if found.row >= 0:
            return
        single.procedures = case.procedures + k
        search(t, &single, principal, 0, found)


cdef void find_buckets(
    const Tables* t, const float* const* numbers, int64_t start, int64_t n, int32_t* bucket
) noexcept nogil:
    """The bucket of each of `n` cases: the sum of the weights of the cuts their numbers reach."""
    cdef const float* column
    cdef float cut
    cdef int32_t weight
    cdef int64_t k, i
    for i in range(n):
        bucket[i] = 0
    for k in range(t.cuts):
        column = numbers[t.cut_variable[k]]
        if column == NULL:
            continue
        column += start
        cut = t.cut[k]
        weight = t.cut_weight[k]
        for i in range(n):
            bucket[i] += weight if column[i] >= cut else 0


# by severity bits: 1 CC, 2 MCC → CaseSeverity
cdef int[4] WORST = [0, 1, 2, 2]


cdef class Rules:
    """The arrays of one compiled scheme, as the kernel reads them."""

    cdef Tables t
    cdef object arrays

    def __init__(self, arrays, uint32_t newborn_asks, bint retry):
        """`arrays` by name; `newborn_asks`: bits of AGE_DAYS and WEIGHT, if any rule asks for them."""
        cdef const uint64_t[:, ::1] u64
        cdef const uint32_t[:, ::1] u32_rows
        cdef const uint32_t[::1] u32
        cdef const int32_t[:, ::1] i32_rows
        cdef const int32_t[::1] i32
        cdef const int16_t[:, ::1] i16_rows
        cdef const int16_t[::1] i16
        cdef const uint8_t[:, ::1] u8_rows
        cdef const uint8_t[::1] u8
        cdef const float[::1] f32
        self.arrays = arrays  # keeps the memory alive
        self.t.newborn_asks = newborn_asks
        self.t.retry = retry
        u32 = arrays["principal_word"]
        self.t.principal_word = &u32[SPECIAL]
        u32 = arrays["diagnosis_word"]
        self.t.diagnosis_word = &u32[SPECIAL]
        u32 = arrays["procedure_word"]
        self.t.procedure_word = &u32[SPECIAL]
        u64 = arrays["exclusion_bits"]
        self.t.exclusion_bits, self.t.exclusion_words = &u64[0, 0], u64.shape[1]
        u32_rows = arrays["principal_row"]
        self.t.principal_row, self.t.principal_classes = &u32_rows[0, 0], u32_rows.shape[1]
        u32_rows = arrays["main_row"]
        self.t.main_row, self.t.main_classes = &u32_rows[0, 0], u32_rows.shape[1]
        u64 = arrays["principal_bits"]
        self.t.principal_bits, self.t.words = &u64[0, 0], u64.shape[1]
        u64 = arrays["main_bits"]
        self.t.main_bits = &u64[0, 0]
        u64 = arrays["bucket_bits"]
        self.t.bucket_bits = &u64[0, 0]
        u64 = arrays["exact_bits"]
        self.t.exact_bits = &u64[0, 0]
        f32 = arrays["cut"]
        self.t.cuts = f32.shape[0]
        if self.t.cuts:
            i32 = arrays["cut_variable"]
            self.t.cut, self.t.cut_variable = &f32[0], &i32[0]
            i32 = arrays["cut_weight"]
            self.t.cut_weight = &i32[0]
        i16 = arrays["row_mdc"]
        self.t.row_mdc = &i16[0]
        i16 = arrays["row_adrg"]
        self.t.row_adrg = &i16[0]
        u8 = arrays["row_ambiguous"]
        self.t.row_ambiguous = &u8[0]
        u8 = arrays["row_asks"]
        self.t.row_asks = &u8[0]
        i16_rows = arrays["row_drg"]
        self.t.row_drg = &i16_rows[0, 0]
        i32_rows = arrays["row_splits"]
        self.t.row_splits = &i32_rows[0, 0]
        i32 = arrays["row_program"]
        self.t.row_program = &i32[0]
        i32 = arrays["split_program"]
        self.t.split_program = &i32[0]
        i16 = arrays["split_drg"]
        self.t.split_drg = &i16[0]
        i32 = arrays["mdc_program"]
        self.t.mdc_program, self.t.mdcs = &i32[0], i32.shape[0]
        i32_rows = arrays["program"]
        self.t.program = <const Step*>&i32_rows[0, 0]
        f32 = arrays["program_number"]
        self.t.program_number = &f32[0]
        i32_rows = arrays["program_count"]
        self.t.program_count = &i32_rows[0, 0]
        i32 = arrays["program_counted"]
        self.t.program_counted = &i32[0]
        u8_rows = arrays["diagnosis_sets"]
        self.t.diagnosis_sets, self.t.diagnosis_bytes = &u8_rows[0, 0], u8_rows.shape[1]
        u8_rows = arrays["procedure_sets"]
        self.t.procedure_sets, self.t.procedure_bytes = &u8_rows[0, 0], u8_rows.shape[1]


def group(
    Rules rules,
    const code_t[::1] diagnoses,
    const offset_t[::1] diagnosis_offsets,
    const code_t[::1] procedures,
    const offset_t[::1] procedure_offsets,
    numbers,
    const uint8_t[::1] problem,
    int16_t[::1] mdc,
    int16_t[::1] adrg,
    int16_t[::1] drg,
    uint8_t[::1] severity,
    uint8_t[::1] status,
    uint8_t[::1] reason,
    int64_t start,
    int64_t stop,
):
    """Group the cases `start` to `stop` and write their answers at the same places.

    `numbers`: for each variable its column, float32 [cases], NaN where missing, or None.
    """
    cdef const float* columns[VARIABLES]
    cdef const float[::1] column
    cdef int32_t[BLOCK] bucket
    cdef const code_t* all_diagnoses = &diagnoses[0] if diagnoses.shape[0] else NULL
    cdef const code_t* all_procedures = &procedures[0] if procedures.shape[0] else NULL
    cdef const Tables* t = &rules.t
    cdef Case case
    cdef Answers answers
    cdef int64_t first, last, i
    cdef int k
    for k in range(VARIABLES):
        columns[k] = NULL
        if numbers[k] is not None:
            column = numbers[k]
            if column.shape[0]:
                columns[k] = &column[0]
    if stop <= start:
        return
    answers.mdc, answers.adrg, answers.drg = &mdc[0], &adrg[0], &drg[0]
    answers.severity, answers.status, answers.reason = &severity[0], &status[0], &reason[0]
    case.numbers = columns
    with nogil:
        first = start
        while first < stop:
            last = min(first + BLOCK, stop)
            find_buckets(t, columns, first, last - first, bucket)
            for i in range(first, last):
                case.row = i
                case.bucket = bucket[i - first]
                case.diagnoses = all_diagnoses + diagnosis_offsets[i]
                case.n_diagnoses = diagnosis_offsets[i + 1] - diagnosis_offsets[i]
                case.procedures = all_procedures + procedure_offsets[i]
                case.n_procedures = procedure_offsets[i + 1] - procedure_offsets[i]
                case.problem = problem[i]
                answer(t, &case, &answers)
            first = last
