"""Group encoded cases: a candidate row by three ANDs of bits, a program where bits do not decide.

`Rules` holds the arrays of a compiled scheme (drgsim/schemes/compile*.py say what each holds; the
numbers below are theirs). A row of bits is read eight words at a time: one line of a cache.
"""
from libc.math cimport NAN

from ._types cimport code_t, int8_t, int16_t, int32_t, int64_t, offset_t, uint8_t, uint32_t, uint64_t

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
    LINE = 8  # words of a line of a cache
    BLOCK = 256  # cases whose buckets are found in one go
    VARIABLES = 8
    AGE = 0
    AGE_DAYS = 1
    WEIGHT = 2
    NEWBORN_DAYS = 28

cdef enum:  # words of codes
    BYTE = 8
    HALF = 16
    LOW_HALF = 0xFFFF
    SEVERITY = 3
    FIRST_MARK = 2
    MARKS = 7
    STATES = 9  # of the further codes of a kind: none, or 1 + the marks among them
    UNKNOWN = 32
    GRAY = 64
    LISTED = 128

cdef enum:  # columns and flags of a row
    ROW_COLUMNS = 8
    ROW_MDC = 0
    ROW_ADRG = 1
    ROW_DRG = 2
    ROW_ASKS = 6
    ROW_FLAGS = 7
    AMBIGUOUS_ROW = 1
    TESTED_ROW = 2

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
    const int8_t* exclusion
    int64_t exclusion_tables
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
    const int16_t* rows
    const int32_t* row_program
    const int32_t* split_start
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
    uint32_t remarkable  # 0 unless there is a problem, or a newborn whose numbers may be missing

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
            holds = case.further & <uint32_t>step.a
        else:
            holds = count_holds(t, case, step)
        at = step.holds if holds else step.fails
    return at == HOLDS


cdef inline int32_t drg_of(const Tables* t, const Case* case, int64_t row) noexcept nogil:
    """The DRG inside a row that took the case; 0 when none of its DRGs does."""
    cdef const int16_t* columns = t.rows + ROW_COLUMNS * row
    cdef int32_t split
    if not columns[ROW_FLAGS] & TESTED_ROW:
        return columns[ROW_DRG + (case.further & SEVERITY)]
    for split in range(t.split_start[row], t.split_start[row + 1]):
        if runs(t, case, t.split_program[split]):
            return t.split_drg[split]
    return 0


# Few cases have more further codes than a first round of lanes, so the loops below seldom surprise
# the processor. A lane beyond the last code reads the last code again, which changes no bit.

cdef inline uint32_t scan_procedures(const Tables* t, const Case* case) noexcept nogil:
    """The bits of the further procedures. There is at least one code, be it the empty one."""
    cdef const code_t* codes = case.procedures
    cdef int64_t last = case.n_procedures - (case.n_procedures > 0)
    cdef uint32_t bits = t.procedure_word[codes[min(1, last)]] | t.procedure_word[codes[min(2, last)]]
    cdef int64_t k
    for k in range(3, last + 1):
        bits |= t.procedure_word[codes[k]]
    return bits & (0 - <uint32_t>(last > 0))


cdef inline uint32_t further_bits(const Tables* t, const int8_t* left, code_t code) noexcept nogil:
    cdef uint32_t word = t.diagnosis_word[code]
    return word & <uint32_t>left[word >> BYTE]


cdef inline uint32_t scan_diagnoses(const Tables* t, const Case* case, uint32_t principal) noexcept nogil:
    """The bits of the further diagnoses; a severity counts unless its table excludes the principal."""
    cdef const int8_t* left = t.exclusion + (principal >> HALF) * t.exclusion_tables
    cdef const code_t* codes = case.diagnoses
    cdef int64_t last = case.n_diagnoses - 1
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
            return bits & (0 - <uint32_t>(last > 0))


cdef inline void search(
    const Tables* t, const Case* case, uint32_t principal, uint32_t main, uint32_t procedures, Found* found
) noexcept nogil:
    """Find the first row that takes the case and has a DRG for it."""
    cdef int64_t diagnoses_state = (case.n_diagnoses > 1) + ((case.further >> FIRST_MARK) & MARKS)
    cdef int64_t procedures_state = (case.n_procedures > 1) + ((procedures >> FIRST_MARK) & MARKS)
    cdef const uint64_t* a = t.principal_bits + t.principal_row[
        diagnoses_state * t.principal_classes + (principal & LOW_HALF)
    ]
    cdef const uint64_t* b = t.main_bits + t.main_row[procedures_state * t.main_classes + (main >> BYTE)]
    cdef const uint64_t* c = t.bucket_bits + t.words * case.bucket
    cdef const uint64_t* exact = t.exact_bits + t.words * (STATES * diagnoses_state + procedures_state)
    cdef uint64_t open
    cdef uint32_t words
    cdef int64_t line = 0
    cdef int64_t row, k
    while line < t.words:
        # which words are not 0, without a branch: the first of them cannot be foreseen
        words = 0
        for k in range(line + LINE - 1, line - 1, -1):
            words = 2 * words + ((a[k] & b[k] & c[k]) != 0)
        while words:
            k = line + drgsim_low_bit(words)
            open = a[k] & b[k] & c[k]
            while open:
                row = 64 * k + drgsim_low_bit(open)
                if (exact[k] >> (row & 63)) & 1 or runs(t, case, t.row_program[row]):
                    found.held = True
                    found.asked |= <uint32_t>t.rows[ROW_COLUMNS * row + ROW_ASKS]
                    found.drg = drg_of(t, case, row)
                    if found.drg:
                        found.row = row
                        return
                open &= open - 1
            words &= words - 1
        line += LINE


cdef int why_ungrouped(const Tables* t, const Case* case, const Found* found) noexcept nogil:
    cdef code_t principal = case.diagnoses[0]
    cdef int64_t k
    if found.held:
        return NO_DRG
    for k in range(t.mdcs):
        if runs(t, case, t.mdc_program[k]):
            return NO_ADRG
    if t.diagnosis_word[principal] & LISTED:
        return MDC_CONDITION
    return GRAY_PRINCIPAL if t.diagnosis_word[principal] & GRAY else PRINCIPAL_IN_NO_MDC


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
    if case.further & UNKNOWN:
        reason = min(reason, <int>UNKNOWN_OTHER_DIAGNOSIS)
    if procedures & UNKNOWN:
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
    cdef code_t first = case.diagnoses[0] if case.n_diagnoses > 0 else -SPECIAL
    cdef uint32_t principal, main, procedures, remarkable
    cdef const int16_t* row
    cdef Found found
    if first == -SPECIAL or 0 < case.problem <= LAST_INVALID:
        answers.mdc[i] = answers.adrg[i] = answers.drg[i] = 0
        answers.severity[i] = 0
        answers.status[i] = INVALID
        answers.reason[i] = PRINCIPAL_MISSING if first == -SPECIAL else <uint8_t>case.problem
        return
    principal = t.principal_word[first]
    main = t.procedure_word[case.procedures[0]]
    case.further = scan_diagnoses(t, case, principal)
    procedures = scan_procedures(t, case)
    found.row = -1
    found.drg = 0
    found.asked = 0
    found.held = False
    search(t, case, principal, main, procedures, &found)
    if found.row < 0 and t.retry:
        retry(t, case, principal, &found)
    # one test for all that is rare; an unknown principal has all bits set, as its id is -1
    remarkable = case.remarkable | found.asked | ((case.further | procedures | main | (first >> HALF)) & UNKNOWN)
    if found.row >= 0:
        row = t.rows + ROW_COLUMNS * found.row
        answers.mdc[i] = row[ROW_MDC]
        answers.adrg[i] = row[ROW_ADRG]
        answers.status[i] = row[ROW_FLAGS] & AMBIGUOUS_ROW  # AMBIGUOUS is 1, GROUPED 0
    else:
        answers.mdc[i] = answers.adrg[i] = 0
        answers.status[i] = UNGROUPED
        remarkable = 1
    answers.drg[i] = <int16_t>found.drg
    answers.severity[i] = <uint8_t>WORST[case.further & SEVERITY]
    answers.reason[i] = <uint8_t>why(t, case, &found, procedures) if remarkable else NO_REASON


cdef void retry(const Tables* t, const Case* case, uint32_t principal, Found* found) noexcept nogil:
    """Search with the second procedure alone, then the third, until a row takes the case."""
    cdef Case single = case[0]
    cdef int64_t k
    single.n_procedures = 1
    for k in range(1, case.n_procedures):
        if found.row >= 0:
            return
        single.procedures = case.procedures + k
        search(t, &single, principal, t.procedure_word[single.procedures[0]], 0, found)


cdef void find_buckets(
    const Tables* t, const float* const* numbers, int64_t start, int64_t n, int32_t* bucket, uint8_t* remarkable
) noexcept nogil:
    """The bucket of each of `n` cases: the sum of the weights of the cuts their numbers reach.

    `remarkable` becomes 1 for newborns whose age in days and weight have to be looked at.
    """
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
    column = numbers[AGE]
    for i in range(n):
        remarkable[i] = t.newborn_asks != 0 and column != NULL and column[start + i] == 0


# by severity bits: 1 CC, 2 MCC → CaseSeverity
cdef int[4] WORST = [0, 1, 2, 2]


cdef class Rules:
    """The arrays of one compiled scheme, as the kernel reads them."""

    cdef Tables t
    cdef object arrays

    def __init__(self, arrays, uint32_t newborn_asks, bint retry):
        """`arrays` by name; `newborn_asks`: bits of AGE_DAYS and WEIGHT, if any rule asks for them."""
        cdef const uint64_t[:, ::1] u64_rows
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
        u8_rows = arrays["exclusion"]
        self.t.exclusion, self.t.exclusion_tables = <const int8_t*>&u8_rows[0, 0], u8_rows.shape[1]
        u32_rows = arrays["principal_row"]
        self.t.principal_row, self.t.principal_classes = &u32_rows[0, 0], u32_rows.shape[1]
        u32_rows = arrays["main_row"]
        self.t.main_row, self.t.main_classes = &u32_rows[0, 0], u32_rows.shape[1]
        u64_rows = arrays["principal_bits"]
        self.t.principal_bits, self.t.words = &u64_rows[0, 0], u64_rows.shape[1]
        u64_rows = arrays["main_bits"]
        self.t.main_bits = &u64_rows[0, 0]
        u64_rows = arrays["bucket_bits"]
        self.t.bucket_bits = &u64_rows[0, 0]
        u64_rows = arrays["exact_bits"]
        self.t.exact_bits = &u64_rows[0, 0]
        f32 = arrays["cut"]
        self.t.cuts = f32.shape[0]
        if self.t.cuts:
            i32 = arrays["cut_variable"]
            self.t.cut, self.t.cut_variable = &f32[0], &i32[0]
            i32 = arrays["cut_weight"]
            self.t.cut_weight = &i32[0]
        i16_rows = arrays["rows"]
        self.t.rows = &i16_rows[0, 0]
        i32 = arrays["split_start"]
        self.t.split_start = &i32[0]
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
    cdef uint8_t[BLOCK] remarkable
    cdef const code_t* all_diagnoses = &diagnoses[0] if diagnoses.shape[0] else NULL
    cdef const code_t* all_procedures = &procedures[0] if procedures.shape[0] else NULL
    cdef const Tables* t = &rules.t
    cdef Case case
    cdef code_t none = -SPECIAL  # stands for the main procedure of a case that has none
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
            find_buckets(t, columns, first, last - first, bucket, remarkable)
            for i in range(first, last):
                case.row = i
                case.bucket = bucket[i - first]
                case.diagnoses = all_diagnoses + diagnosis_offsets[i]
                case.n_diagnoses = diagnosis_offsets[i + 1] - diagnosis_offsets[i]
                case.procedures = all_procedures + procedure_offsets[i]
                case.n_procedures = procedure_offsets[i + 1] - procedure_offsets[i]
                if case.n_procedures == 0:
                    case.procedures = &none
                case.problem = problem[i]
                case.remarkable = problem[i] | remarkable[i - first]
                answer(t, &case, &answers)
            first = last
