"""Group encoded cases: candidate rows by ANDs of bits, programs where bits do not decide.

A block of cases goes through short passes, one after the other: buckets of the numbers, words of the
codes, first candidate, answer. A pass over many cases keeps the processor busier than all passes
over one case, and none branches on what cannot be foreseen.
"""
from ._group_reasons cimport LAST_INVALID, NO_REASON, PRINCIPAL_MISSING, why, worst
from ._group_scan cimport scan_of
from ._group_search cimport Bits, Found, bits_of, first_candidate, search, search_singly
from ._group_tables cimport (
    AGE,
    AMBIGUOUS_ROW,
    ASKING_ROW,
    EMPTY,
    NO_PRINCIPAL,
    OPEN_ROW,
    ROW_ADRG,
    ROW_COLUMNS,
    ROW_DRG,
    ROW_FLAGS,
    ROW_MDC,
    SEVERITY,
    SPECIAL,
    TESTED_ROW,
    UNKNOWN,
    VARIABLES,
    Case,
    Codes,
    Scan,
    Step,
    Tables,
)
from ._types cimport code_t, int8_t, int16_t, int32_t, int64_t, offset_t, uint8_t, uint32_t, uint64_t

cdef enum:
    BLOCK = 256  # cases

cdef enum:  # drgsim/grouping/case.py: Status
    GROUPED = 0
    AMBIGUOUS = 1
    UNGROUPED = 2
    INVALID = 3

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
    int32_t[BLOCK] candidate  # 2 × row + whether the bits decide it, or NONE

cdef struct Answers:
    int16_t* mdc
    int16_t* adrg
    int16_t* drg
    uint8_t* severity
    uint8_t* status
    uint8_t* reason


cdef inline Codes codes_of(const Block* block, int64_t i) noexcept nogil:
    cdef Codes codes
    cdef const offset_t* diagnoses = block.diagnosis_offsets + block.start + i
    cdef const offset_t* procedures = block.procedure_offsets + block.start + i
    codes.n_diagnoses = diagnoses[1] - diagnoses[0]
    codes.n_procedures = procedures[1] - procedures[0]
    codes.diagnoses = block.diagnoses + diagnoses[0]
    codes.procedures = block.procedures + procedures[0]
    if codes.n_diagnoses == 0:
        codes.n_diagnoses, codes.diagnoses = 1, &NO_CODE
    if codes.n_procedures == 0:
        codes.n_procedures, codes.procedures = 1, &NO_CODE
    return codes


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


cdef void scan_codes(const Tables* t, Block* block) noexcept nogil:
    cdef Codes codes
    cdef int64_t i
    for i in range(block.n):
        codes = codes_of(block, i)
        block.scan[i] = scan_of(t, &codes)


cdef void find_candidates(const Tables* t, Block* block) noexcept nogil:
    cdef Bits bits
    cdef int64_t i
    for i in range(block.n):
        bits = bits_of(t, &block.scan[i], block.bucket[i])
        block.candidate[i] = first_candidate(t, &bits)


cdef void answer_slowly(
    const Tables* t, const Block* block, int64_t i, const Answers* answers
) noexcept nogil:
    """Answer a case for which the bits are not enough, or that something is missing in."""
    cdef int64_t at = block.start + i
    cdef int problem = block.problem[at]
    cdef const int16_t* row
    cdef Case case
    cdef Found found
    found.row, found.drg, found.asked, found.held = -1, 0, 0, False
    answers.mdc[at] = answers.adrg[at] = 0
    answers.severity[at] = 0
    case.codes = codes_of(block, i)
    if case.codes.diagnoses[0] == EMPTY or 0 < problem <= LAST_INVALID:
        answers.status[at] = INVALID
        answers.reason[at] = PRINCIPAL_MISSING if case.codes.diagnoses[0] == EMPTY else <uint8_t>problem
        answers.drg[at] = 0
        return
    case.scan = block.scan[i]
    case.numbers = block.numbers
    case.row = at
    search(t, &case, block.bucket[i], block.candidate[i], &found)
    if found.row < 0 and t.retry:
        search_singly(t, &case, block.bucket[i], &found)
    answers.status[at] = UNGROUPED
    if found.row >= 0:
        row = t.rows + ROW_COLUMNS * found.row
        answers.mdc[at] = row[ROW_MDC]
        answers.adrg[at] = row[ROW_ADRG]
        answers.status[at] = AMBIGUOUS if row[ROW_FLAGS] & AMBIGUOUS_ROW else GROUPED
    answers.drg[at] = <int16_t>found.drg
    answers.severity[at] = worst(case.scan.diagnoses)
    answers.reason[at] = <uint8_t>why(t, &case, &found, problem)


cdef void answer(const Tables* t, const Block* block, const Answers* answers) noexcept nogil:
    """Write the answers of a block."""
    cdef const int16_t* row
    cdef const Scan* scan
    cdef int32_t candidate
    cdef uint32_t slow
    cdef int64_t i, at
    for i in range(block.n):
        at = block.start + i
        scan = &block.scan[i]
        candidate = block.candidate[i]
        row = t.rows + ROW_COLUMNS * (candidate >> 1 if candidate > 0 else 0)
        # one test for all that is rare
        slow = (
            block.problem[at]
            | block.newborn[i]
            | (<uint32_t>row[ROW_FLAGS] & (TESTED_ROW | OPEN_ROW | ASKING_ROW))
            | ((scan.diagnoses | scan.procedures) & UNKNOWN)
            | (scan.main & (UNKNOWN | NO_PRINCIPAL))
            | (~<uint32_t>candidate & 1)
        )
        if slow:
            answer_slowly(t, block, i, answers)
            continue
        answers.mdc[at] = row[ROW_MDC]
        answers.adrg[at] = row[ROW_ADRG]
        answers.drg[at] = row[ROW_DRG + (scan.diagnoses & SEVERITY)]
        answers.severity[at] = worst(scan.diagnoses)
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
