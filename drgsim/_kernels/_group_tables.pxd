# What the grouping kernel reads: a compiled scheme (drgsim/schemes/compile*.py say what each array
# holds; the numbers here are theirs) and one case beside it.
from ._types cimport code_t, int8_t, int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t

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
    int drgsim_low_bit(uint64_t word) noexcept nogil  # of a word that is not 0

cdef enum:
    EMPTY = -2  # in place of a first code that is missing
    UNKNOWN_CODE = -1
    SPECIAL = 2  # tables by id begin with these two
    VARIABLES = 8
    AGE = 0
    AGE_DAYS = 1
    WEIGHT = 2

cdef enum:  # words of codes: the low byte of a further code, and what is above it
    SEVERITY = 3
    FIRST_MARK = 2
    MARKS = 7
    UNKNOWN = 32
    GRAY = 64
    LISTED = 128
    NO_PRINCIPAL = 64  # set on the main procedure's word: the principal diagnosis is missing or unknown
    BYTE = 8
    LOW_BYTE = 0xFF
    MORE = 256  # set on what further codes say together, when there are any
    HALF = 16
    LOW_HALF = 0xFFFF
    STATES = 9  # of the further codes of a kind: none, or 1 + the marks among them

cdef enum:  # columns and flags of a row
    ROW_COLUMNS = 8
    ROW_MDC = 0
    ROW_ADRG = 1
    ROW_DRG = 2
    ROW_ASKS = 6
    ROW_FLAGS = 7
    AMBIGUOUS_ROW = 1
    TESTED_ROW = 2  # its DRGs ask for more than a severity
    OPEN_ROW = 4  # some severity has no DRG
    ASKING_ROW = 8  # asks for a number that may be missing

cdef enum:
    LINE = 8  # words of a line of a cache: rows of bits are padded to lines

cdef struct Step:
    int32_t op
    int32_t a
    int32_t b
    int32_t c
    int32_t holds
    int32_t fails

cdef struct Tables:
    const uint32_t* principal_word  # tables by id begin at id 0
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
    uint32_t newborn_asks  # variables, as bits
    bint retry

# The codes of one case. There is always one: a case without codes of a kind has EMPTY.
cdef struct Codes:
    const code_t* diagnoses
    int64_t n_diagnoses
    const code_t* procedures
    int64_t n_procedures

# What the words of its codes say; of the further codes their low bytes together, and MORE
cdef struct Scan:
    uint32_t principal
    uint32_t main
    uint32_t diagnoses  # excluded severities left out
    uint32_t procedures

# All that a program can ask about
cdef struct Case:
    Codes codes
    Scan scan
    const float* const* numbers  # by variable; NULL when the file has no such column
    int64_t row  # place of the case in the columns
