# One case of a DIP grouper, and the tables it is held against; see _dip_candidates.pyx.
from ._types cimport code_t, int8_t, int16_t, int32_t, uint8_t, uint64_t

cdef enum:  # answers; drgsim/dip/words.py, in its order
    GROUPED, NO_PRINCIPAL, UNKNOWN_PRINCIPAL, EXCLUDED_PRINCIPAL, NO_ENTRY

cdef enum:
    EMPTY = -2  # an empty first code
    MATCHED = 1  # flag of a procedure that the answer names
    LEFT_OUT = 2  # flag of one that was cleaned away


cdef struct Row:
    const code_t* dx  # principal first
    const code_t* procs
    const double* facts
    double cost
    int n_dx
    int n_procs
    code_t principal
    uint64_t valid  # procedures that count, each code once
    uint64_t sketch  # one bit for each of their codes, by its last six bits
    uint64_t present  # procedures recorded, each code once, whether or not they count
    uint64_t present_sketch
    uint64_t again  # those of them whose code stands in the record again
    int principal_proc  # position, -1 for none
    int treatment  # class of the stay
    int complication  # 1 CC, 2 MCC, 3 both, 0 none; -1 not yet asked
    int severity  # -1 not yet asked


cdef struct Candidate:
    int32_t key
    int pool
    int treatment
    int related  # procedures matched by the related terms
    bint alive
    uint64_t matched
    double metric


cdef inline uint64_t bit(int place) noexcept nogil:
    return (<uint64_t> 1) << place


cdef inline int count_bits(uint64_t word) noexcept nogil:
    cdef int count = 0
    while word:
        word &= word - 1
        count += 1
    return count


cdef class CandidateTables:
    cdef const uint8_t[::1] excluded_dx, proc_minor, key_any_position
    cdef const int32_t[::1] key_exact
    cdef const int8_t[::1] proc_class, proc_note, proc_level, cond_from, key_class
    cdef const int16_t[::1] lookup_narrow
    cdef const int32_t[:, :, ::1] lookup_span
    cdef const uint64_t[::1] lookup_sketch
    cdef const int32_t[::1] lookup_key, key_type, key_terms, term_set, key_related, related_set, key_conds
    cdef const int8_t[:, ::1] list_value
    cdef const double[::1] list_default, cond_low, cond_high, type_cost
    cdef const int32_t[::1] proc_list, set_start, set_code, cond_index
    cdef const int32_t[::1] comp_level, comp_include, comp_exclude, severity_conds, severity_value
    cdef int exclude_mode, minor_conservative

    cdef int8_t principal(self, Row* row) noexcept nogil
    cdef void clean(self, Row* row, uint8_t* flags) noexcept nogil
    cdef int earlier(self, Row* row, int i) noexcept nogil
    cdef bint allowed(self, Row* row, code_t proc) noexcept nogil
    cdef int first_class(self, Row* row) noexcept nogil
    cdef uint64_t named(self, Row* row, int set, uint64_t among) noexcept nogil
    cdef bint hold(self, Row* row, int first, int end, int32_t type) noexcept nogil
    cdef double listed(self, Row* row, int32_t list, int scope) noexcept nogil
    cdef double fact(self, Row* row, int which, int32_t type) noexcept nogil
    cdef void find_complications(self, Row* row) noexcept nogil
    cdef bint hit(self, Row* row, int32_t key, bint principal, Candidate* candidate) noexcept nogil
    cdef int entries(
        self, Row* row, int pool, bint principal, bint every, Candidate* found, int n
    ) noexcept nogil
    cdef int first_of(
        self, Row* row, int pool, int treatment, bint any_class, Candidate* found, int n
    ) noexcept nogil
