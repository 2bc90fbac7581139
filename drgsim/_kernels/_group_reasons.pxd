# Why a case has no group, or what was missing when it got one (drgsim/grouping/reasons.py).
from ._group_programs cimport number_of, runs
from ._group_search cimport Found
from ._group_tables cimport (
    AGE,
    AGE_DAYS,
    GRAY,
    LISTED,
    SEVERITY,
    UNKNOWN,
    UNKNOWN_CODE,
    VARIABLES,
    WEIGHT,
    Case,
    Tables,
)
from ._types cimport int64_t, uint8_t, uint32_t

cdef enum:
    NEWBORN_DAYS = 28  # 新生儿: the first 28 days of life

cdef enum:  # drgsim/grouping/reasons.py: Reason
    NO_REASON = 0
    PRINCIPAL_MISSING = 1
    LAST_INVALID = 6
    UNKNOWN_PRINCIPAL = 10
    GRAY_PRINCIPAL = 11
    PRINCIPAL_IN_NO_MDC = 12
    AGE_DAYS_MISSING = 30
    WEIGHT_MISSING = 31
    UNKNOWN_MAIN_PROCEDURE = 36
    MDC_CONDITION = 40
    NO_ADRG = 41
    NO_DRG = 42
    UNKNOWN_OTHER_DIAGNOSIS = 50
    UNKNOWN_OTHER_PROCEDURE = 51
    ANY_REASON = 255  # greater than all


cdef inline uint8_t worst(uint32_t bits) noexcept nogil:
    """The severity of a case, from the bits CC (1) and MCC (2)."""
    return <uint8_t>min(bits & SEVERITY, 2)


cdef inline int missing_reason(int variable) noexcept nogil:
    """The reasons stand in the order of the variables, with sex left out."""
    return AGE_DAYS_MISSING - AGE_DAYS + variable - (variable > WEIGHT)


cdef inline int why_ungrouped(const Tables* t, const Case* case, const Found* found) noexcept nogil:
    cdef uint32_t principal = t.diagnosis_word[case.codes.diagnoses[0]]
    cdef int64_t k
    if found.held:
        return NO_DRG
    if principal & GRAY:  # an MDC that a procedure opens hides no principal that can lead nowhere
        return GRAY_PRINCIPAL
    if not principal & LISTED:
        return PRINCIPAL_IN_NO_MDC
    for k in range(t.mdcs):
        if runs(t, case, t.mdc_program[k]):
            return NO_ADRG
    return MDC_CONDITION


cdef inline bint missing(const Case* case, int variable) noexcept nogil:
    cdef float number = number_of(case, variable)
    return number != number


cdef inline int why(const Tables* t, const Case* case, const Found* found, int problem) noexcept nogil:
    """The most important of what was missing or wrong: the smallest reason."""
    cdef int reason = problem if problem else ANY_REASON
    cdef int variable
    if case.codes.diagnoses[0] == UNKNOWN_CODE:
        reason = min(reason, <int>UNKNOWN_PRINCIPAL)
    if found.row < 0:
        reason = min(reason, why_ungrouped(t, case, found))
    for variable in range(VARIABLES):
        if (found.asked >> variable) & 1 and missing(case, variable):
            reason = min(reason, missing_reason(variable))
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
