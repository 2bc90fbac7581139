"""Group encoded cases: candidate rows by ANDs of bits, programs where bits do not decide.

A block of cases goes through short passes, one after the other: buckets of the numbers, words of the
codes, first candidate, answer. A pass over many cases keeps the processor busier than all passes
over one case, and none branches on what cannot be foreseen.
"""
from ._group_programs cimport number_of, runs
from ._group_tables cimport (
    AGE,
    AGE_DAYS,
    AMBIGUOUS_ROW,
    BYTE,
    EMPTY,
    FIRST_MARK,
    GRAY,
    HALF,
    LINE,
    LISTED,
    LOW_HALF,
    MARKS,
    ROW_ADRG,
    ROW_ASKS,
    ROW_COLUMNS,
    ROW_DRG,
    ROW_FLAGS,
    ROW_MDC,
    SEVERITY,
    SPECIAL,
    STATES,
    TESTED_ROW,
    UNKNOWN,
    UNKNOWN_CODE,
    VARIABLES,
    WEIGHT,
    Case,
    Codes,
    Scan,
    Step,
    Tables,
    drgsim_low_bit,
)
from ._types cimport code_t, int8_t, int16_t, int32_t, int64_t, offset_t, uint8_t, uint32_t, uint64_t

cdef enum:
    BLOCK = 256  # cases
    NEWBORN_DAYS = 28  # 新生儿: the first 28 days of life

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
    ANY_REASON = 255  # greater than all

# by variable: the reason that says it is missing
cdef int[VARIABLES] MISSING = [0, AGE_DAYS_MISSING, WEIGHT_MISSING, 0, 32, 33, 34, 35]

# by the bits CC and MCC: CaseSeverity
cdef int[4] WORST = [0, 1, 2, 2]

# what a case without codes has in first place
cdef code_t NO_CODE = EMPTY

# The cases of a block, and what the passes find out about them
cdef struct Block:
    const code_t* diagnoses
    const offset_t* diagnosis_offsets
    const code_t* procedures
    const offset_t* procedure_offsets
    const float* const* numbers
    const uint8_t* problem
    int64_t start
    int64_t n
    int32_t[BLOCK] bucket
    uint8_t[BLOCK] newborn  # 1 when the numbers of newborns have to be looked at
    Scan[BLOCK] scan
    int32_t[BLOCK] candidate  # 2 × row + whether the bits decide it; -1 for none

cdef struct Answers:
    int16_t* mdc
    int16_t* adrg
    int16_t* drg
    uint8_t* severity
    uint8_t* status
    uint8_t* reason

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


cdef inline Codes codes_of(const Block* block, int64_t i) noexcept nogil:
    cdef Codes codes
    cdef int64_t at = block.start + i
    codes.n_diagnoses = block.diagnosis_offsets[at + 1] - block.diagnosis_offsets[at]
    codes.n_procedures = block.procedure_offsets[at + 1] - block.procedure_offsets[at]
    codes.diagnoses = block.diagnoses + block.diagnosis_offsets[at] if codes.n_diagnoses else &NO_CODE
    codes.procedures = block.procedures + block.procedure_offsets[at] if codes.n_procedures else &NO_CODE
    return codes


cdef inline int64_t last_of(int64_t n) noexcept nogil:
    """The place of the last of `n` codes; 0 when there are none."""
    return n - (n > 0)


cdef void find_buckets(const Tables* t, Block* block) noexcept nogil:
    """The bucket of each case: the sum of the weights of the cuts its numbers reach."""
    cdef const float* column
    cdef float cut
    cdef int32_t weight
    cdef int64_t k, i
    for i in range(block.n):
        block.bucket[i] = 0
        block.newborn[i] = 0
    for k in range(t.cuts):
        if block.numbers[t.cut_variable[k]] != NULL:
            column = block.numbers[t.cut_variable[k]] + block.start
            cut = t.cut[k]
            weight = t.cut_weight[k]
            for i in range(block.n):
                block.bucket[i] += weight if column[i] >= cut else 0
    if t.newborn_asks and block.numbers[AGE] != NULL:
        column = block.numbers[AGE] + block.start
        for i in range(block.n):
            block.newborn[i] = column[i] == 0


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


cdef void scan_codes(const Tables* t, Block* block) noexcept nogil:
    cdef Codes codes
    cdef Scan scan
    cdef int64_t i
    for i in range(block.n):
        codes = codes_of(block, i)
        scan.principal = t.principal_word[codes.diagnoses[0]]
        scan.main = t.procedure_word[codes.procedures[0]]
        scan.diagnoses = scan_diagnoses(t, scan.principal, codes.diagnoses, codes.n_diagnoses)
        scan.procedures = scan_procedures(t, codes.procedures, codes.n_procedures)
        block.scan[i] = scan


cdef inline Bits bits_of(
    const Tables* t, const Scan* scan, bint more_diagnoses, bint more_procedures, int64_t bucket
) noexcept nogil:
    cdef int64_t diagnoses = more_diagnoses + ((scan.diagnoses >> FIRST_MARK) & MARKS)
    cdef int64_t procedures = more_procedures + ((scan.procedures >> FIRST_MARK) & MARKS)
    cdef Bits bits
    bits.principal = t.principal_bits + t.principal_row[
        diagnoses * t.principal_classes + (scan.principal & LOW_HALF)
    ]
    bits.main = t.main_bits + t.main_row[procedures * t.main_classes + (scan.main >> BYTE)]
    bits.bucket = t.bucket_bits + t.words * bucket
    bits.exact = t.exact_bits + t.words * (STATES * diagnoses + procedures)
    return bits


cdef inline int32_t candidate_in(const Bits* bits, int64_t word, uint64_t wanted) noexcept nogil:
    """The first open row of one word, among the bits `wanted`, as 2 × row + exact; -1 when none is open."""
    cdef uint64_t open = bits.principal[word] & bits.main[word] & bits.bucket[word] & wanted
    cdef int low
    if open == 0:
        return -1
    low = drgsim_low_bit(open)
    return <int32_t>(2 * (64 * word + low) + <int64_t>((bits.exact[word] >> low) & 1))


cdef inline int32_t first_candidate(const Tables* t, const Bits* bits) noexcept nogil:
    cdef int64_t line = 0
    cdef int64_t k
    cdef uint32_t words
    while line < t.words:
        # which words are not 0, without a branch
        words = 0
        for k in range(line + LINE - 1, line - 1, -1):
            words = 2 * words + ((bits.principal[k] & bits.main[k] & bits.bucket[k]) != 0)
        if words:
            return candidate_in(bits, line + drgsim_low_bit(words), ~<uint64_t>0)
        line += LINE
    return -1


cdef inline int32_t next_candidate(const Tables* t, const Bits* bits, int32_t candidate) noexcept nogil:
    """The candidate after `candidate`."""
    cdef int64_t row = candidate >> 1
    cdef int64_t word = row >> 6
    cdef int32_t found = candidate_in(bits, word, ~<uint64_t>1 << (row & 63))
    while found < 0 and word + 1 < t.words:
        word += 1
        found = candidate_in(bits, word, ~<uint64_t>0)
    return found


cdef void find_candidates(const Tables* t, Block* block) noexcept nogil:
    cdef const offset_t* diagnoses = block.diagnosis_offsets + block.start
    cdef const offset_t* procedures = block.procedure_offsets + block.start
    cdef Bits bits
    cdef int64_t i
    for i in range(block.n):
        bits = bits_of(
            t,
            &block.scan[i],
            diagnoses[i + 1] - diagnoses[i] > 1,
            procedures[i + 1] - procedures[i] > 1,
            block.bucket[i],
        )
        block.candidate[i] = first_candidate(t, &bits)


cdef int32_t drg_of(const Tables* t, const Case* case, int64_t row) noexcept nogil:
    """The DRG inside a row that took the case; 0 when none of its DRGs does."""
    cdef const int16_t* columns = t.rows + ROW_COLUMNS * row
    cdef int32_t split
    if not columns[ROW_FLAGS] & TESTED_ROW:
        return columns[ROW_DRG + (case.scan.diagnoses & SEVERITY)]
    for split in range(t.split_start[row], t.split_start[row + 1]):
        if runs(t, case, t.split_program[split]):
            return t.split_drg[split]
    return 0


cdef void search(const Tables* t, const Case* case, int64_t bucket, int32_t candidate, Found* found) noexcept nogil:
    """Find, from a candidate on, the first row that takes the case and has a DRG for it."""
    cdef Bits bits = bits_of(
        t, &case.scan, case.codes.n_diagnoses > 1, case.codes.n_procedures > 1, bucket
    )
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


cdef void retry(const Tables* t, const Case* case, int64_t bucket, Found* found) noexcept nogil:
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
        bits = bits_of(t, &single.scan, single.codes.n_diagnoses > 1, False, bucket)
        search(t, &single, bucket, first_candidate(t, &bits), found)


cdef int why_ungrouped(const Tables* t, const Case* case, const Found* found) noexcept nogil:
    cdef uint32_t principal = t.diagnosis_word[case.codes.diagnoses[0]]
    cdef int64_t k
    if found.held:
        return NO_DRG
    for k in range(t.mdcs):
        if runs(t, case, t.mdc_program[k]):
            return NO_ADRG
    if principal & LISTED:
        return MDC_CONDITION
    return GRAY_PRINCIPAL if principal & GRAY else PRINCIPAL_IN_NO_MDC


cdef inline bint missing(const Case* case, int variable) noexcept nogil:
    cdef float number = number_of(case, variable)
    return number != number


cdef int why(const Tables* t, const Case* case, const Found* found, int problem) noexcept nogil:
    """The most important of what was missing or wrong: the smallest reason."""
    cdef int reason = problem if problem else ANY_REASON
    cdef int variable
    if case.codes.diagnoses[0] == UNKNOWN_CODE:
        reason = min(reason, <int>UNKNOWN_PRINCIPAL)
    if found.row < 0:
        reason = min(reason, why_ungrouped(t, case, found))
    for variable in range(VARIABLES):
        if (found.asked >> variable) & 1 and missing(case, variable):
            reason = min(reason, MISSING[variable])
    if number_of(case, AGE) == 0:
        if t.newborn_asks & (1 << AGE_DAYS) and missing(case, AGE_DAYS):
            reason = min(reason, <int>AGE_DAYS_MISSING)
        if t.newborn_asks & (1 << WEIGHT) and not number_of(case, WEIGHT) > 0:
            if number_of(case, AGE_DAYS) <= NEWBORN_DAYS:
                reason = min(reason, <int>WEIGHT_MISSING)
    if case.codes.procedures[0] == UNKNOWN_CODE:
        reason = min(reason, <int>UNKNOWN_MAIN_PROCEDURE)
    if case.scan.diagnoses & UNKNOWN:
        reason = min(reason, <int>UNKNOWN_OTHER_DIAGNOSIS)
    if case.scan.procedures & UNKNOWN:
        reason = min(reason, <int>UNKNOWN_OTHER_PROCEDURE)
    return reason if reason < ANY_REASON else NO_REASON


cdef void answer_slowly(
    const Tables* t, const Block* block, int64_t i, code_t first, const Answers* answers
) noexcept nogil:
    """Answer a case for which the bits are not enough, or that something is missing in."""
    cdef int64_t at = block.start + i
    cdef int problem = block.problem[at]
    cdef Case case
    cdef Found found
    found.row, found.drg, found.asked, found.held = -1, 0, 0, False
    answers.mdc[at] = answers.adrg[at] = 0
    answers.severity[at] = 0
    if first == EMPTY or 0 < problem <= LAST_INVALID:
        answers.status[at] = INVALID
        answers.reason[at] = PRINCIPAL_MISSING if first == EMPTY else <uint8_t>problem
        answers.drg[at] = 0
        return
    case.codes = codes_of(block, i)
    case.scan = block.scan[i]
    case.numbers = block.numbers
    case.row = at
    search(t, &case, block.bucket[i], block.candidate[i], &found)
    if found.row < 0 and t.retry:
        retry(t, &case, block.bucket[i], &found)
    if found.row >= 0:
        answers.mdc[at] = t.rows[ROW_COLUMNS * found.row + ROW_MDC]
        answers.adrg[at] = t.rows[ROW_COLUMNS * found.row + ROW_ADRG]
        answers.status[at] = AMBIGUOUS if t.rows[ROW_COLUMNS * found.row + ROW_FLAGS] & AMBIGUOUS_ROW else GROUPED
    else:
        answers.status[at] = UNGROUPED
    answers.drg[at] = <int16_t>found.drg
    answers.severity[at] = <uint8_t>WORST[case.scan.diagnoses & SEVERITY]
    answers.reason[at] = <uint8_t>why(t, &case, &found, problem)


cdef void answer(const Tables* t, const Block* block, const Answers* answers) noexcept nogil:
    """Write the answers of a block."""
    cdef const int16_t* row
    cdef const Scan* scan
    cdef code_t first
    cdef int32_t candidate, drg
    cdef uint32_t slow
    cdef int64_t i, at
    for i in range(block.n):
        at = block.start + i
        scan = &block.scan[i]
        candidate = block.candidate[i]
        first = EMPTY
        if block.diagnosis_offsets[at + 1] > block.diagnosis_offsets[at]:
            first = block.diagnoses[block.diagnosis_offsets[at]]
        row = t.rows + ROW_COLUMNS * (candidate >> 1 if candidate > 0 else 0)
        drg = row[ROW_DRG + (scan.diagnoses & SEVERITY)]
        # one test for all that is rare; an id below 0 has all its high bits set
        slow = (
            block.problem[at]
            | block.newborn[i]
            | <uint32_t>row[ROW_ASKS]
            | (<uint32_t>row[ROW_FLAGS] & TESTED_ROW)
            | ((scan.diagnoses | scan.procedures | scan.main | (<uint32_t>first >> HALF)) & UNKNOWN)
            | <uint32_t>(drg == 0)
            | (~<uint32_t>candidate & 1)
            | (<uint32_t>candidate >> 31)
        )
        if slow:
            answer_slowly(t, block, i, first, answers)
            continue
        answers.mdc[at] = row[ROW_MDC]
        answers.adrg[at] = row[ROW_ADRG]
        answers.drg[at] = <int16_t>drg
        answers.severity[at] = <uint8_t>WORST[scan.diagnoses & SEVERITY]
        answers.status[at] = row[ROW_FLAGS] & AMBIGUOUS_ROW  # AMBIGUOUS is 1, GROUPED 0
        answers.reason[at] = NO_REASON


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
    cdef const Tables* t = &rules.t
    cdef Block block
    cdef Answers answers
    cdef int k
    for k in range(VARIABLES):
        columns[k] = NULL
        if numbers[k] is not None:
            column = numbers[k]
            if column.shape[0]:
                columns[k] = &column[0]
    if stop <= start:
        return
    block.diagnoses = &diagnoses[0] if diagnoses.shape[0] else NULL
    block.procedures = &procedures[0] if procedures.shape[0] else NULL
    block.diagnosis_offsets, block.procedure_offsets = &diagnosis_offsets[0], &procedure_offsets[0]
    block.numbers = columns
    block.problem = &problem[0]
    answers.mdc, answers.adrg, answers.drg = &mdc[0], &adrg[0], &drg[0]
    answers.severity, answers.status, answers.reason = &severity[0], &status[0], &reason[0]
    with nogil:
        block.start = start
        while block.start < stop:
            block.n = min(<int64_t>BLOCK, stop - block.start)
            find_buckets(t, &block)
            scan_codes(t, &block)
            find_candidates(t, &block)
            answer(t, &block, &answers)
            block.start += block.n
