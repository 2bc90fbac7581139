"""The candidates of a case for a DIP type: cleaning, conditions, and the entries that are hit.

Procedures of a case are bits of one 64-bit word, in the order of the record.
"""

from libc.math cimport NAN

from ._types cimport code_t, int8_t, int32_t, uint8_t, uint64_t

cdef enum:  # notes on a procedure; drgsim/dip/words.py, after "none"
    NOT_PRINCIPAL = 1, COUNTS_AS_CONSERVATIVE, LIMITED

cdef enum:
    DROP = 1  # excluded procedures are dropped; any other mode heeds their notes

cdef enum:  # where a condition finds its number; drgsim/dip/compile.py
    FROM_COLUMN, FROM_PRINCIPAL, FROM_OTHER, FROM_ANY, FROM_MATCH

cdef enum:  # facts worked out here; MATCHED_FACTS of drgsim/dip/facts.py
    HAS_CC, HAS_MCC, SEVERITY, OPERATION_LEVEL, COST_RATIO


cdef class CandidateTables:
    """What a case is held against; `tables` maps the names below to contiguous arrays."""

    def __init__(self, tables):
        self.excluded_dx = tables["excluded_dx"]
        self.proc_minor = tables["proc_minor"]
        self.proc_class = tables["proc_class"]
        self.proc_note = tables["proc_note"]
        self.proc_level = tables["proc_level"]
        self.proc_list = tables["proc_list"]
        self.list_value = tables["list_value"]
        self.list_default = tables["list_default"]
        self.comp_level = tables["comp_level"]
        self.comp_include = tables["comp_include"]
        self.comp_exclude = tables["comp_exclude"]
        self.cond_from = tables["cond_from"]
        self.cond_index = tables["cond_index"]
        self.cond_low = tables["cond_low"]
        self.cond_high = tables["cond_high"]
        self.set_start = tables["set_start"]
        self.set_code = tables["set_code"]
        self.type_cost = tables["type_cost"]
        self.severity_conds = tables["severity_conds"]
        self.severity_value = tables["severity_value"]
        self.key_any_position = tables["key_any_position"]
        self.key_class = tables["key_class"]
        self.key_exact = tables["key_exact"]
        self.lookup_narrow = tables["lookup_narrow"]
        self.lookup_span = tables["lookup_span"]
        self.lookup_key = tables["lookup_key"]
        self.lookup_sketch = tables["lookup_sketch"]
        self.key_type = tables["key_type"]
        self.key_terms = tables["key_terms"]
        self.term_set = tables["term_set"]
        self.key_related = tables["key_related"]
        self.related_set = tables["related_set"]
        self.key_conds = tables["key_conds"]
        self.exclude_mode = tables["exclude_mode"]
        self.minor_conservative = tables["minor_conservative"]

    # cleaning

    cdef int8_t principal(self, Row* row) noexcept nogil:
        row.principal = row.dx[0] if row.n_dx else EMPTY
        if row.principal == EMPTY:
            return NO_PRINCIPAL
        if row.principal < 0:
            return UNKNOWN_PRINCIPAL
        return EXCLUDED_PRINCIPAL if self.excluded_dx[row.principal] else GROUPED

    cdef void clean(self, Row* row, uint8_t* flags) noexcept nogil:
        """The procedures that count, the principal one, and the class of the stay."""
        cdef int i, j, first
        cdef bint conservative = False, minor = True
        cdef code_t code
        cdef int note
        row.valid = row.sketch = row.present = row.present_sketch = row.again = 0
        row.principal_proc = -1
        row.treatment = 0
        for i in range(row.n_procs):
            code = row.procs[i]
            flags[i] = LEFT_OUT
            if code == EMPTY:
                continue
            first = self.earlier(row, i)
            if first >= 0:
                row.again |= bit(first)
                continue
            note = self.proc_note[code] if code >= 0 and self.exclude_mode else 0
            if note and self.exclude_mode == DROP:
                continue
            row.present |= bit(i)
            if code >= 0:
                row.present_sketch |= bit(code & 63)
            if conservative:
                continue
            if row.principal_proc < 0 and note != NOT_PRINCIPAL:
                if note == COUNTS_AS_CONSERVATIVE or (note == LIMITED and not self.allowed(row, code)):
                    conservative = True
                    continue
                row.principal_proc = i
            if note != COUNTS_AS_CONSERVATIVE:
                row.valid |= bit(i)
        if conservative or row.principal_proc < 0:
            row.valid = 0
            row.principal_proc = -1
        for i in range(row.n_procs):
            if not row.valid & bit(i):
                continue
            code = row.procs[i]
            for j in range(i, row.n_procs):  # a repeated code shares the fate of the first
                if row.procs[j] == code:
                    flags[j] = 0
            if code >= 0:
                row.sketch |= bit(code & 63)
                minor = minor and self.proc_minor[code]
                row.treatment = max(row.treatment, <int> self.proc_class[code])
        if minor and self.minor_conservative:
            row.treatment = 0

    cdef int earlier(self, Row* row, int i) noexcept nogil:
        """Where a known code stands first in the record, -1 if not before; two unknown ones may differ."""
        cdef int j
        for j in range(i):
            if row.procs[j] == row.procs[i] and row.procs[i] >= 0:
                return j
        return -1

    cdef bint allowed(self, Row* row, code_t proc) noexcept nogil:
        if self.proc_list[proc] < 0 or row.principal < 0:
            return False
        return self.list_value[self.proc_list[proc], row.principal] >= 0

    cdef int first_class(self, Row* row) noexcept nogil:
        """The class of the principal procedure."""
        cdef code_t code = row.procs[row.principal_proc] if row.principal_proc >= 0 else -1
        return self.proc_class[code] if code >= 0 else 0

    cdef uint64_t named(self, Row* row, int set, uint64_t among) noexcept nogil:
        """The procedures of the case, of those `among` the bits, that are in a set of codes (sorted)."""
        cdef uint64_t found = 0
        cdef int i, low, high, middle
        cdef code_t code
        for i in range(row.n_procs):
            code = row.procs[i]
            if code < 0 or not among & bit(i):
                continue
            low, high = self.set_start[set], self.set_start[set + 1]
            while low < high:
                middle = (low + high) >> 1
                if self.set_code[middle] < code:
                    low = middle + 1
                else:
                    high = middle
            if low < self.set_start[set + 1] and self.set_code[low] == code:
                found |= bit(i)
        return found

    # conditions

    cdef bint hold(self, Row* row, int first, int end, int32_t type) noexcept nogil:
        """Whether the conditions `first` to `end` all hold; NaN fails both comparisons."""
        cdef int i
        cdef double value
        for i in range(first, end):
            if self.cond_from[i] == FROM_COLUMN:
                value = row.facts[self.cond_index[i]]
            elif self.cond_from[i] == FROM_MATCH:
                value = self.fact(row, self.cond_index[i], type)
            else:
                value = self.listed(row, self.cond_index[i], self.cond_from[i])
            if not (self.cond_low[i] <= value <= self.cond_high[i]):
                return False
        return True

    cdef double listed(self, Row* row, int32_t list, int scope) noexcept nogil:
        """The largest value of the diagnoses in scope, or the list's default."""
        cdef int i, best = -1
        for i in range(1 if scope == FROM_OTHER else 0, 1 if scope == FROM_PRINCIPAL else row.n_dx):
            if row.dx[i] >= 0:
                best = max(best, <int> self.list_value[list, row.dx[i]])
        return self.list_default[list] if best < 0 else best

    cdef double fact(self, Row* row, int which, int32_t type) noexcept nogil:
        cdef int i
        cdef code_t code
        if which == OPERATION_LEVEL:
            code = row.procs[row.principal_proc] if row.principal_proc >= 0 else -1
            return self.proc_level[code] if code >= 0 and self.proc_level[code] > 0 else NAN
        if which == COST_RATIO:
            return row.cost / self.type_cost[type] if type >= 0 and self.type_cost[type] > 0 else NAN
        if which == SEVERITY:
            if row.severity < 0:
                row.severity = 1
                for i in range(self.severity_value.shape[0]):
                    if self.hold(row, self.severity_conds[i], self.severity_conds[i + 1], -1):
                        row.severity = self.severity_value[i]
                        break
            return row.severity
        if row.complication < 0:
            self.find_complications(row)
        return (row.complication >> (1 if which == HAS_MCC else 0)) & 1

    cdef void find_complications(self, Row* row) noexcept nogil:
        cdef int i
        cdef code_t code
        row.complication = 0
        for i in range(1, row.n_dx):
            code = row.dx[i]
            if code < 0 or not self.comp_level[code]:
                continue
            if self.comp_include[code] >= 0 and self.list_value[self.comp_include[code], row.principal] < 0:
                continue
            if self.comp_exclude[code] >= 0 and self.list_value[self.comp_exclude[code], row.principal] >= 0:
                continue
            row.complication |= self.comp_level[code]

    # candidates

    cdef bint hit(self, Row* row, int32_t key, bint principal, Candidate* candidate) noexcept nogil:
        """Whether the case meets all that a key names; fills the candidate."""
        cdef int i, first = self.key_terms[key], end = self.key_terms[key + 1]
        cdef uint64_t among = row.present if self.key_any_position[key] else row.valid
        cdef uint64_t matched = 0, related = 0, term
        for i in range(first, end):
            term = self.named(row, self.term_set[i], among)
            if not term:
                return False
            matched |= term
        if principal and first < end and not self.key_any_position[key]:
            if not matched & bit(row.principal_proc):
                return False
            if not row.again & bit(row.principal_proc):  # a related procedure is another one
                among &= ~bit(row.principal_proc)
        for i in range(self.key_related[key], self.key_related[key + 1]):
            term = self.named(row, self.related_set[i], among)
            if not term:
                return False
            related |= term
        if not self.hold(row, self.key_conds[key], self.key_conds[key + 1], self.key_type[key]):
            return False
        candidate.treatment = 0
        for i in range(row.n_procs):
            if matched & bit(i):
                candidate.treatment = max(candidate.treatment, <int> self.proc_class[row.procs[i]])
        candidate.key = key
        candidate.matched = matched | related
        candidate.related = count_bits(related)
        candidate.alive = True
        return True

    cdef int entries(
        self, Row* row, int pool, bint principal, bint every, Candidate* found, int n
    ) noexcept nogil:
        """Add the entries of one pool that are hit, of the narrowest diagnosis that has any."""
        cdef int i, narrow = -1, before = n
        cdef int first = self.lookup_span[row.principal, pool, 0]
        cdef int end = self.lookup_span[row.principal, pool, 1]
        cdef bint conservative = row.treatment == 0
        cdef uint64_t sketch
        for i in range(first, end):
            sketch = self.lookup_sketch[i]  # 0 for a key that names no procedure
            if sketch:
                if not sketch & row.present_sketch:  # most end here, and nothing else was looked up
                    continue
                if not sketch & row.sketch and not self.key_any_position[self.lookup_key[i]]:
                    continue
            elif not (conservative and every) and not self.key_any_position[self.lookup_key[i]]:
                continue
            if self.lookup_narrow[i] < narrow:
                break
            if self.hit(row, self.lookup_key[i], principal, &found[n]):
                found[n].pool = pool
                narrow = self.lookup_narrow[i]
                n += 1
        if n > before or not conservative or every:
            return n
        for i in range(first, end):
            if self.lookup_sketch[i] == 0 and self.hit(row, self.lookup_key[i], False, &found[n]):
                found[n].pool = pool
                return n + 1
        return n

    cdef int first_of(
        self, Row* row, int pool, int treatment, bint any_class, Candidate* found, int n
    ) noexcept nogil:
        """Add the first entry of a pool without procedures: of one class, or of any."""
        cdef int i
        cdef int32_t key
        for i in range(self.lookup_span[row.principal, pool, 0], self.lookup_span[row.principal, pool, 1]):
            key = self.lookup_key[i]
            if not any_class and self.key_class[key] >= 0 and self.key_class[key] != treatment:
                continue
            if self.hold(row, self.key_conds[key], self.key_conds[key + 1], self.key_type[key]):
                found[n].key = key
                found[n].pool = pool
                found[n].treatment = treatment
                found[n].related = 0
                found[n].matched = 0
                found[n].alive = True
                return n + 1
        return n
