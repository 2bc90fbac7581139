"""Match cases to the entries of a DIP catalogue: arrays in, arrays out.

`DipTables` holds a compiled catalogue and rule set; `match` fills one answer a case. Records of more
than 64 procedures are for the readable twin. The steps are those of
`drgsim/dip/readable.py`, in the same order.
"""

from libc.math cimport INFINITY, fabs, isnan
from libc.stdlib cimport free, malloc

from ._dip_candidates cimport (
    GROUPED, MATCHED, NO_ENTRY, Candidate, CandidateTables, Row, bit, count_bits
)
from ._types cimport code_t, int8_t, int32_t, offset_t, uint8_t, uint64_t

cdef enum:  # tie-breaks; TIE_BREAKS of drgsim/dip/stages.py
    MOST_TERMS, MOST_MATCHED, MOST_RELATED, NO_UNMATCHED, NAMES_PRINCIPAL, LONGER_CODES
    HIGHEST_SCORE, HIGHEST_SCORE_IF_SURGICAL, NEAREST_MEAN_COST, OWN_CODE, FEWEST_RELATED
    PASSED_OVER

cdef enum:
    COMPOSITE = 6  # a pool; drgsim/dip/words.py
    SURGICAL = 3  # a class of treatment
    MOST_GROUPS = 16  # of pools among which a rule set chooses
    CATALOGUE_ORDER = -2  # what decided, when no tie-break did


cdef class DipTables(CandidateTables):
    """A compiled catalogue and rule set; `tables` maps the names below to contiguous arrays."""

    cdef const int32_t[::1] key_shadows, shadow_key, stage_pool, stage_principal, stage_all
    cdef const int32_t[::1] choose_pools, choose_leaves_one, choose_ties, tie_kind
    cdef const int32_t[::1] order_pool, order_class, fallback_pool
    cdef const int32_t[::1] aux_start, aux_conds
    cdef const double[::1] type_score, aux_factor
    cdef int composite, composite_by_first, unmatched_first, auxiliary, most_candidates

    def __init__(self, tables):
        CandidateTables.__init__(self, tables)
        self.key_shadows = tables["key_shadows"]
        self.shadow_key = tables["shadow_key"]
        self.type_score = tables["type_score"]
        self.stage_pool = tables["stage_pool"]
        self.stage_principal = tables["stage_principal"]
        self.stage_all = tables["stage_all"]
        self.choose_pools = tables["choose_pools"]
        self.choose_leaves_one = tables["choose_leaves_one"]
        self.choose_ties = tables["choose_ties"]
        self.tie_kind = tables["tie_kind"]
        self.order_pool = tables["order_pool"]
        self.order_class = tables["order_class"]
        self.fallback_pool = tables["fallback_pool"]
        self.aux_start = tables["aux_start"]
        self.aux_factor = tables["aux_factor"]
        self.aux_conds = tables["aux_conds"]
        self.composite = tables["composite"]
        self.composite_by_first = tables["composite_by_first"]
        self.unmatched_first = tables["unmatched_first"]
        self.auxiliary = tables["auxiliary"]
        self.most_candidates = tables["most_candidates"]

    def match(
        self,
        const code_t[::1] dx_ids, const offset_t[::1] dx_offsets,
        const code_t[::1] proc_ids, const offset_t[::1] proc_offsets,
        const double[:, ::1] facts, const double[::1] cost,
        Py_ssize_t start, Py_ssize_t stop,
        int8_t[::1] status, int32_t[::1] key, int8_t[::1] pool, int8_t[::1] treatment,
        int32_t[::1] candidates, int32_t[::1] decided, int32_t[::1] auxiliary, uint8_t[::1] flags,
    ):
        """Answer the cases `start` to `stop`; `flags` is indexed as `proc_ids`."""
        cdef Py_ssize_t i
        cdef Row row
        cdef const code_t* dx = &dx_ids[0] if dx_ids.shape[0] else NULL
        cdef const code_t* procs = &proc_ids[0] if proc_ids.shape[0] else NULL
        cdef uint8_t* flag = &flags[0] if flags.shape[0] else NULL
        cdef Candidate* best
        cdef Candidate* found = <Candidate*> malloc((self.most_candidates + 1) * sizeof(Candidate))
        if found == NULL:
            raise MemoryError
        with nogil:
            for i in range(start, stop):
                key[i] = pool[i] = treatment[i] = -1
                candidates[i] = 0
                decided[i] = auxiliary[i] = -1
                row.dx = dx + dx_offsets[i]
                row.n_dx = <int> (dx_offsets[i + 1] - dx_offsets[i])
                row.procs = procs + proc_offsets[i]
                row.n_procs = <int> (proc_offsets[i + 1] - proc_offsets[i])
                row.facts = &facts[i, 0]
                row.cost = cost[i]
                row.complication = row.severity = -1
                status[i] = self.principal(&row)
                if row.n_procs > 64:  # the readable twin takes these
                    continue
                self.clean(&row, flag + proc_offsets[i])
                if status[i] != GROUPED:
                    continue
                treatment[i] = row.treatment
                best = self.answer(&row, found, &candidates[i], &decided[i])
                if best == NULL:
                    status[i] = NO_ENTRY
                    continue
                key[i] = best.key
                pool[i] = best.pool
                treatment[i] = best.treatment
                self.flag_matched(&row, best.matched, flag + proc_offsets[i])
                if self.auxiliary:
                    auxiliary[i] = self.factor(&row, best.key)
        free(found)

    # choice

    cdef Candidate* answer(
        self, Row* row, Candidate* found, int32_t* candidates, int32_t* decided
    ) noexcept nogil:
        """The candidate that answers the case; NULL when there is none."""
        cdef int n = 0, i, group, treatment = row.treatment
        cdef int32_t by[MOST_GROUPS]
        cdef Candidate* best = NULL
        for i in range(self.stage_pool.shape[0]):
            n = self.entries(
                row, self.stage_pool[i], self.stage_principal[i], self.stage_all[i], found, n
            )
        if self.composite:
            if self.composite_by_first:
                treatment = self.first_class(row)
            n = self.first_of(row, COMPOSITE, treatment, False, found, n)
        candidates[0] = n
        for group in range(self.choose_pools.shape[0]):
            by[group] = self.choose(row, group, found, n)
        if self.unmatched_first and self.all_leave_surgery(row, found, n):
            best = self.pick(found, n, COMPOSITE, SURGICAL, decided)
        for i in range(self.order_pool.shape[0]):
            if best == NULL:
                best = self.pick(found, n, self.order_pool[i], self.order_class[i], decided)
        if best != NULL:
            for group in range(self.choose_pools.shape[0]):
                if (self.choose_pools[group] >> best.pool) & 1 and by[group] != -1:
                    decided[0] = by[group]
            return best
        for i in range(self.fallback_pool.shape[0]):
            if self.first_of(row, self.fallback_pool[i], row.treatment, True, found, 0):
                return found
        return NULL

    cdef int choose(self, Row* row, int group, Candidate* found, int n) noexcept nogil:
        """Thin out the group's pools, as a rule to one; returns what decided (-1: nothing had to)."""
        cdef int i, tie, left = 0, before, decided = -1, first = -1
        for i in range(n):
            left += self.in_group(&found[i], group)
        for tie in range(self.choose_ties[group], self.choose_ties[group + 1]):
            if left < 2:
                return decided
            before = left
            left = self.thin(row, self.tie_kind[tie], group, found, n)
            if left < before:
                decided = tie
        if left < 2 or not self.choose_leaves_one[group]:
            return decided
        for i in range(n):
            if self.in_group(&found[i], group) and (first < 0 or found[i].key < found[first].key):
                first = i
        for i in range(n):
            if self.in_group(&found[i], group) and i != first:
                found[i].alive = False
        return CATALOGUE_ORDER

    cdef inline bint in_group(self, Candidate* candidate, int group) noexcept nogil:
        return candidate.alive and (self.choose_pools[group] >> candidate.pool) & 1

    cdef int thin(self, Row* row, int kind, int group, Candidate* found, int n) noexcept nogil:
        """Keep the candidates with the largest metric; returns how many are left."""
        cdef int i, left = 0
        cdef double best = -INFINITY
        cdef bint surgical = False, costs = not isnan(row.cost)
        for i in range(n):
            if self.in_group(&found[i], group):
                surgical = surgical or found[i].treatment == SURGICAL
                costs = costs and not isnan(self.type_cost[self.key_type[found[i].key]])
        if (kind == NEAREST_MEAN_COST and not costs) or (kind == HIGHEST_SCORE_IF_SURGICAL and not surgical):
            kind = PASSED_OVER
        for i in range(n):
            if self.in_group(&found[i], group):
                if kind == LONGER_CODES:
                    found[i].metric = -self.shadowed(found[i].key, group, found, n)
                else:
                    found[i].metric = self.metric(row, kind, &found[i])
                best = max(best, found[i].metric)
        for i in range(n):
            if self.in_group(&found[i], group):
                found[i].alive = found[i].metric == best
                left += found[i].alive
        return left

    cdef inline double metric(self, Row* row, int kind, Candidate* candidate) noexcept nogil:
        cdef int32_t key = candidate.key, type = self.key_type[key]
        if kind == MOST_TERMS:
            return max(self.key_terms[key + 1] - self.key_terms[key], 1)
        if kind == MOST_MATCHED:
            return count_bits(candidate.matched)
        if kind == MOST_RELATED:
            return candidate.related
        if kind == NO_UNMATCHED:
            return (row.valid & ~candidate.matched) == 0
        if kind == NAMES_PRINCIPAL:
            return row.principal_proc >= 0 and (candidate.matched >> row.principal_proc) & 1
        if kind == OWN_CODE:
            return self.own_code(row, candidate)
        if kind == FEWEST_RELATED:
            return self.key_related[key] - self.key_related[key + 1]
        if kind == NEAREST_MEAN_COST:
            return -fabs(row.cost - self.type_cost[type])
        if kind == HIGHEST_SCORE or kind == HIGHEST_SCORE_IF_SURGICAL:
            return 0 if isnan(self.type_score[type]) else self.type_score[type]
        return 0

    cdef inline bint own_code(self, Row* row, Candidate* candidate) noexcept nogil:
        """Whether the key names the principal procedure (or, of any position, one) by its own code."""
        cdef uint64_t among = candidate.matched
        if self.key_exact[candidate.key] < 0:
            return False
        if not self.key_any_position[candidate.key]:
            among = bit(row.principal_proc) if row.principal_proc >= 0 else 0
        return self.named(row, self.key_exact[candidate.key], among) != 0

    cdef inline bint shadowed(self, int32_t key, int group, Candidate* found, int n) noexcept nogil:
        """Whether a candidate names in full a procedure that `key` names by its beginning."""
        cdef int i, j
        for i in range(self.key_shadows[key], self.key_shadows[key + 1]):
            for j in range(n):
                if found[j].key == self.shadow_key[i] and self.in_group(&found[j], group):
                    return True
        return False

    cdef inline bint all_leave_surgery(self, Row* row, Candidate* found, int n) noexcept nogil:
        cdef int i, j
        cdef bint left
        for i in range(n):
            if not found[i].alive or found[i].pool == COMPOSITE:
                continue
            left = False
            for j in range(row.n_procs):
                if row.procs[j] >= 0 and (row.valid & ~found[i].matched) & bit(j):
                    left = left or self.proc_class[row.procs[j]] == SURGICAL
            if not left:
                return False
        return True

    cdef inline Candidate* pick(
        self, Candidate* found, int n, int pool, int treatment, int32_t* decided
    ) noexcept nogil:
        """The candidate of a pool and class (-1: any) that stands first in the catalogue."""
        cdef Candidate* best = NULL
        cdef int i
        for i in range(n):
            if not found[i].alive or found[i].pool != pool:
                continue
            if treatment >= 0 and found[i].treatment != treatment:
                continue
            if best != NULL:
                decided[0] = CATALOGUE_ORDER
            if best == NULL or found[i].key < best.key:
                best = &found[i]
        return best

    # after the choice

    cdef inline void flag_matched(self, Row* row, uint64_t matched, uint8_t* flags) noexcept nogil:
        cdef int i, j
        for i in range(row.n_procs):
            if matched & bit(i):
                for j in range(i, row.n_procs):
                    if row.procs[j] == row.procs[i]:
                        flags[j] = MATCHED

    cdef inline int32_t factor(self, Row* row, int32_t key) noexcept nogil:
        """The auxiliary factor that applies: the largest, the first of equals; -1 for none."""
        cdef int32_t type = self.key_type[key], best = -1
        cdef int i
        for i in range(self.aux_start[type], self.aux_start[type + 1]):
            if best >= 0 and self.aux_factor[i] <= self.aux_factor[best]:
                continue
            if self.hold(row, self.aux_conds[i], self.aux_conds[i + 1], type):
                best = i
        return best
