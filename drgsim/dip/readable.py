"""The readable twin of the DIP kernel: one case at a time, with an account of every entry considered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Set

from .expressions import print_expression, print_patterns, specificity
from .model import DipKey
from .prepared import Prepared
from .readable_case import CATALOGUE_ORDER, Account, Candidate, CaseReading, DipCase, Loss
from .stages import Choose, ClassOrder, Composite, Entries, Fallback, TieBreak, UnmatchedSurgery
from .words import Pool, Status, TreatmentClass


class Matcher:
    """Answers cases against a prepared catalogue, one by one."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared

    def match(self, case: DipCase) -> Account:
        """The account of one case."""
        return _Matching(self.prepared, case).account


class _Matching(CaseReading):
    def __init__(self, prepared: Prepared, case: DipCase) -> None:
        super().__init__(prepared, case)
        if self.account.status is Status.GROUPED:
            self.find()
            self.choose()
            if self.account.chosen is None:
                self.account.status = Status.NO_ENTRY
            else:
                self.factor(self.account.chosen)

    # candidates

    def find(self) -> None:
        """Everything the case meets, pool by pool."""
        for stage in self.rules.every(Entries):
            self.entries(stage)
        composite = self.rules.one(Composite)
        if composite:
            treatment = self.account.treatment
            if composite.class_from == "first_procedure":
                place = self.account.principal_procedure
                treatment = self.highest([] if place is None else [self.procedures[place]])
            self.first_of(Pool.COMPOSITE, treatment)

    def under(self, pool: Pool) -> list[tuple[int, int]]:
        """Keys of a pool under the principal diagnosis: narrowest first, then in catalogue order."""
        found = []
        for place in self.prepared.under(pool, self.diagnoses[0]):
            patterns = self.catalogue.keys[place].diagnoses
            if pool is Pool.LETTER:
                patterns = tuple(pattern for pattern in patterns if len(pattern.first) == 1)
            narrow = specificity(patterns, self.diagnoses[0]) if patterns else 0
            if narrow >= 0:
                found.append((narrow, place))
        return sorted(found, key=lambda item: (-item[0], item[1]))

    def entries(self, stage: Entries) -> None:
        conservative = self.account.treatment is TreatmentClass.CONSERVATIVE
        hits: list[Candidate] = []
        hit_narrow = -1
        bare: list[int] = []
        for narrow, place in self.under(stage.pool):
            key = self.catalogue.keys[place]
            if narrow < hit_narrow:
                self.account.missed.append((place, stage.pool, Loss("narrower")))
            elif not key.procedures and not conservative and not key.any_position:
                self.account.missed.append((place, stage.pool, Loss("not_conservative")))
            elif not key.procedures and stage.conservative == "first" and not key.any_position:
                bare.append(place)
            elif candidate := self.hit(place, stage.pool, stage.position == "principal"):
                hits.append(candidate)
                hit_narrow = narrow
        for place in bare:
            if hits:
                self.account.missed.append((place, stage.pool, Loss("others_hit")))
            elif candidate := self.hit(place, stage.pool, False):
                hits.append(candidate)
        self.account.candidates.extend(hits)

    def hit(self, place: int, pool: Pool, principal: bool) -> Candidate | None:
        """The candidate of a key whose every demand is met; else what it lacks is noted."""
        key = self.catalogue.keys[place]
        among: Set[int] = self.account.present if key.any_position else self.counting
        matched = self.named(key.procedures, among)
        others = self.others(key, among) if principal else among
        related = self.named(key.related, others)
        loss = self.lacks(key, matched, among, others, principal)
        if loss is not None:
            self.account.missed.append((place, pool, loss))
            return None
        return Candidate(
            place,
            pool,
            self.highest(self.procedures[i] for i in matched),
            matched | related,
            len(related),
        )

    def others(self, key: DipKey, among: Set[int]) -> Set[int]:
        """Where related procedures are looked for: beside the principal one, which may stand there again."""
        place = self.account.principal_procedure
        if not key.procedures or key.any_position or place in self.again:
            return among
        return among - {place}

    def lacks(
        self, key: DipKey, matched: Set[int], among: Set[int], others: Set[int], principal: bool
    ) -> Loss | None:
        """What the case has not: a procedure, at the head, or a related one; else what `fails` says."""
        for term in key.procedures:
            if not self.named((term,), among):
                return Loss("procedure", print_expression((term,)))
        for term in key.related:
            if not self.named((term,), others):
                return Loss("related", print_expression((term,)))
        if principal and key.procedures and not key.any_position:
            place = self.account.principal_procedure
            if place not in matched:
                return Loss("position", "" if place is None else self.procedures[place])
        return self.fails(key)

    def fails(self, key: DipKey) -> Loss | None:
        """The first of its conditions, or its secondary diagnoses, that the case does not meet."""
        condition = self.unmet(key.conditions, key.type)
        if condition is not None:
            return Loss("condition", str(condition))
        others = [code for code in self.diagnoses[1:] if self.prepared.diagnoses.id_of(code) >= 0]
        if key.other_diagnoses and all(specificity(key.other_diagnoses, code) < 0 for code in others):
            return Loss("other_diagnoses", print_patterns(key.other_diagnoses))
        return None

    def first_of(self, pool: Pool, treatment: TreatmentClass, *, any_class: bool = False) -> None:
        """The first entry of a pool that asks for no procedures: of one class, or of any."""
        for _, place in self.under(pool):
            key = self.catalogue.keys[place]
            if not any_class and key.treatment_class not in (None, treatment):
                self.account.missed.append((place, pool, Loss("class", key.treatment_class or "")))
            elif (loss := self.fails(key)) is not None:
                self.account.missed.append((place, pool, loss))
            else:
                self.account.candidates.append(Candidate(place, pool, treatment))
                return

    # choice

    def choose(self) -> None:
        decided: dict[Pool, str] = {}
        for stage in self.rules.every(Choose):
            by = self.thin_out(stage)
            decided.update(dict.fromkeys(stage.pools if by else (), by))
        account = self.account
        if self.rules.one(UnmatchedSurgery) and self.all_leave_surgery():
            self.pick(Pool.COMPOSITE, TreatmentClass.SURGICAL)
        order = self.rules.one(ClassOrder)
        for pool, treatment in order.order if order else ():
            if account.chosen is None:
                self.pick(pool, treatment)
        if account.chosen is not None:
            account.decided = decided.get(account.chosen.pool) or account.decided
            for candidate in self.alive():
                if candidate is not account.chosen:
                    candidate.loss = Loss("order")
            return
        fallback = self.rules.one(Fallback)
        for pool in fallback.pools if fallback else ():
            before = len(account.candidates)
            self.first_of(pool, account.treatment, any_class=True)
            if len(account.candidates) > before:
                account.chosen = account.candidates[-1]
                return

    def alive(self, pools: Iterable[Pool] = tuple(Pool)) -> list[Candidate]:
        return [item for item in self.account.candidates if item.loss is None and item.pool in tuple(pools)]

    def thin_out(self, stage: Choose) -> str:
        """Thin out the stage's pools, as a rule to one; returns what decided."""
        decided = ""
        for tie in stage.by:
            alive = self.alive(stage.pools)
            if len(alive) < 2:
                break
            metrics = [self.metric(tie, candidate, alive) for candidate in alive]
            for candidate, metric in zip(alive, metrics, strict=True):
                if metric < max(metrics):
                    candidate.loss = Loss(tie.name)
                    decided = tie.name
        left = sorted(self.alive(stage.pools), key=lambda item: item.key) if stage.leave == "one" else []
        for candidate in left[1:]:
            candidate.loss = Loss(CATALOGUE_ORDER)
            decided = CATALOGUE_ORDER
        return decided

    def metric(self, tie: TieBreak, candidate: Candidate, alive: list[Candidate]) -> float:
        """What a tie-break looks at; the largest stays."""
        key = self.catalogue.keys[candidate.key]
        kind = self.catalogue.types[key.type]
        if tie.name == "most_terms":
            return max(len(key.procedures), 1)
        if tie.name == "most_matched":
            return len(candidate.matched)
        if tie.name == "most_related":
            return candidate.related
        if tie.name == "own_code":
            named = candidate.matched if key.any_position else {self.account.principal_procedure}
            own = {code for term in key.procedures for code in term}
            return any(place is not None and self.procedures[place] in own for place in named)
        if tie.name == "fewest_related":
            return -len(key.related)
        if tie.name == "no_unmatched":
            return self.counting <= candidate.matched
        if tie.name == "names_principal":
            return self.account.principal_procedure in candidate.matched
        if tie.name == "longer_codes":
            others = [self.catalogue.keys[item.key] for item in alive if item is not candidate]
            return not any(self.shadowed(key, other, tie) for other in others)
        if tie.name == "nearest_mean_cost":
            means = [self.catalogue.types[self.catalogue.keys[item.key].type].mean_cost for item in alive]
            if math.isnan(self.case.cost) or kind.mean_cost is None or None in means:
                return 0
            return -abs(self.case.cost - kind.mean_cost)
        if tie.name == "highest_score_if_surgical" and all(
            item.treatment is not TreatmentClass.SURGICAL for item in alive
        ):
            return 0
        return kind.score or 0

    @staticmethod
    def shadowed(key: DipKey, other: DipKey, tie: TieBreak) -> bool:
        """Whether `other` names in full a procedure that `key` names by its beginning."""
        short = [code for term in key.procedures for code in term if len(code) < tie.short_below]
        long = [code for term in other.procedures for code in term if len(code) >= tie.long_from]
        return any(code.startswith(beginning) for beginning in short for code in long)

    def all_leave_surgery(self) -> bool:
        """Whether every candidate but composite ones leaves an operation unmatched."""
        operations = {
            place
            for place in self.account.counting
            if self.known(self.procedures[place])
            and self.highest([self.procedures[place]]) is TreatmentClass.SURGICAL
        }
        return all(operations - item.matched for item in self.alive() if item.pool is not Pool.COMPOSITE)

    def pick(self, pool: Pool, treatment: TreatmentClass | None) -> None:
        """Take the candidate of a pool and class that stands first in the catalogue."""
        found = [item for item in self.alive((pool,)) if treatment in (None, item.treatment)]
        if found:
            self.account.chosen = min(found, key=lambda item: item.key)
            self.account.decided = CATALOGUE_ORDER if len(found) > 1 else ""

    # after the choice

    def factor(self, chosen: Candidate) -> None:
        """The largest auxiliary factor whose class the case is in, the first of equals."""
        type_code = self.catalogue.keys[chosen.key].type
        met = [
            place
            for place in self.prepared.factors.get(type_code, ())
            if self.unmet(
                self.catalogue.auxiliary_classes[self.catalogue.auxiliary[place].name].conditions, type_code
            )
            is None
        ]
        self.account.in_classes = tuple(met)
        if met:
            self.account.auxiliary = max(
                met, key=lambda place: (self.catalogue.auxiliary[place].factor, -met.index(place))
            )
