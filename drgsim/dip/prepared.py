"""A catalogue under a rule set, ready for both groupers: keys by pool, facts, factors by type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..codes import Codebook
from .classes import ProcedureClasses
from .dip_errors import DipRulesError
from .expressions import CodeIndex, Pattern, base_code, codebook
from .facts import shipped_facts
from .model import EVERY_TYPE, CatalogueRecord, DiagnosisFact, DipKey, DipType, ExcludedProcedure
from .rules import RuleSet
from .stages import Auxiliary, Choose, Codes, Composite, Fallback, MapCodes
from .words import CLASSES, POOLS, Kind, Pool, ProcedureNote

ANY_DIAGNOSIS = Pattern("A00", "Z99")
_COMPLETE = 7  # characters of a procedure code that is not a beginning


@dataclass(frozen=True)
class Prepared:
    """What both groupers read. Keys are positions in `catalogue.keys`, in catalogue order."""

    catalogue: CatalogueRecord
    rules: RuleSet
    classes: ProcedureClasses
    diagnoses: Codebook
    procedures: Codebook
    pools: Mapping[Pool, tuple[int, ...]]
    facts: Mapping[str, DiagnosisFact]
    factors: Mapping[str, tuple[int, ...]]  # type -> positions of the auxiliary factors it may have
    crosswalk: Mapping[str, str]
    excluded_procedures: Mapping[str, ExcludedProcedure]

    def under(self, pool: Pool, principal: str) -> tuple[int, ...]:
        """Keys of a pool that may name a principal diagnosis: those of its letter, and those of none."""
        return self._by_letter.get((pool, principal[:1]), ())

    @cached_property
    def _by_letter(self) -> dict[tuple[Pool, str], tuple[int, ...]]:
        found: dict[tuple[Pool, str], list[int]] = {}
        for pool, places in self.pools.items():
            for place in places:
                for letter in _letters(self.catalogue.keys[place].diagnoses):
                    found.setdefault((pool, letter), []).append(place)
        return {where: tuple(places) for where, places in found.items()}

    @cached_property
    def range_gives_way(self) -> bool:
        stage = self.rules.one(Composite)
        return stage is not None and (stage.derive or stage.range_code == "category")

    def takes_category(self, key: DipKey) -> bool:
        """Whether the code of an answer takes the case's own category in place of the key's range."""
        return (
            self.range_gives_way
            and self.catalogue.types[key.type].kind is Kind.COMPOSITE
            and bool(key.diagnoses)
            and all(pattern.last for pattern in key.diagnoses)
        )


def _letters(patterns: tuple[Pattern, ...]) -> list[str]:
    """The first letters of the codes that patterns match, in order."""
    if not patterns:  # a blank type
        return [chr(number) for number in range(ord("A"), ord("Z") + 1)]
    letters = {
        chr(number)
        for pattern in patterns
        for number in range(ord(pattern.first[0]), ord((pattern.last or pattern.first)[0]) + 1)
    }
    return sorted(letters)


def code_of_answer(prepared: Prepared, key: DipKey, principal: str) -> str:
    """The code that an answer by `key` carries: `A00-C50-4` becomes `B05-4` where the rules say so."""
    if not prepared.takes_category(key):
        return key.type
    return principal[:3] + key.type[len(str(key.diagnoses[0])) :]


def prepare(catalogue: CatalogueRecord, rules: RuleSet, classes: ProcedureClasses) -> Prepared:
    """Bring a catalogue and a rule set together.

    Raises DipRulesError when the catalogue has types of a kind that the rule set never looks for.
    """
    composite = rules.one(Composite)
    if composite and composite.derive:
        catalogue = with_derived_composites(catalogue)
    classes = classes.with_facts(catalogue.procedure_facts.values())
    pools = _pools(catalogue, rules)
    return Prepared(
        catalogue=catalogue,
        rules=rules,
        classes=classes,
        diagnoses=codebook("diagnosis", _own_diagnoses(catalogue)),
        procedures=codebook("procedure", {*_own_procedures(catalogue), *classes.own}),
        pools=pools,
        facts={**shipped_facts(), **catalogue.diagnosis_facts},
        factors=_factors(catalogue, rules),
        crosswalk=catalogue.crosswalk if rules.one(MapCodes) else {},
        excluded_procedures=_with_ranges(catalogue),
    )


def names(named: str, code: str, rule: Codes) -> bool:
    """Whether the catalogue's procedure code `named` stands for the case's `code` under a rule set."""
    if rule.match == "prefix" and len(named) < rule.prefix_below:
        return code.startswith(named)
    if rule.match == "extension" and base_code(named) == named:
        return base_code(code) == named
    if rule.match == "extension":
        return code in (named, base_code(named))
    return code == named


def with_derived_composites(catalogue: CatalogueRecord) -> CatalogueRecord:
    """The same with a composite type of each class, without a score, for every category that has none.

    Four wide keys stand for them; the code of an answer takes the category of the case.
    """
    types, keys = dict(catalogue.types), list(catalogue.keys)
    for treatment in CLASSES:
        code = f"{ANY_DIAGNOSIS}-{treatment.rank + 1}"
        if code not in types:
            types[code] = DipType(code, f"{Kind.COMPOSITE.zh}：{treatment.zh}", Kind.COMPOSITE)
            keys.append(DipKey(code, (ANY_DIAGNOSIS,), treatment_class=treatment))
    return replace(catalogue, types=types, keys=tuple(keys))


def _pools(catalogue: CatalogueRecord, rules: RuleSet) -> dict[Pool, tuple[int, ...]]:
    composite, fallback = rules.one(Composite), rules.one(Fallback)
    searched: set[Pool] = {*rules.entry_pools, *(fallback.pools if fallback else ())}
    if composite:
        searched.add(Pool.COMPOSITE)
    found: dict[Pool, list[int]] = {pool: [] for pool in searched}
    strays: set[str] = set()
    for place, key in enumerate(catalogue.keys):
        kind = catalogue.types[key.type]
        pool = _pool(kind, rules)
        by_letter = pool is Pool.COMPOSITE and any(len(pattern.first) == 1 for pattern in key.diagnoses)
        if by_letter and Pool.LETTER in searched:
            found[Pool.LETTER].append(place)
        if pool is not None and pool in searched:
            found[pool].append(place)
        elif kind.kind is not Kind.BLANK:
            strays.add(f"primary-care {kind.kind}" if kind.primary_care else kind.kind.value)
    if strays:
        raise DipRulesError(
            f"the rule set {rules.id!r} never looks for {', '.join(sorted(strays))} types, which the "
            f"catalogue {catalogue.id!r} has",
            got=rules.id,
            do=f"choose a rule set made for such a catalogue; it names {catalogue.rules!r}",
        )
    return {pool: tuple(places) for pool, places in found.items()}


def _pool(kind: DipType, rules: RuleSet) -> Pool | None:
    """Where a rule set keeps a type; None for a composite one on a primary-care list it does not search."""
    if kind.primary_care and Pool.PRIMARY_CARE in rules.entry_pools:
        if kind.kind is Kind.CORE:
            return Pool.PRIMARY_CARE
        composite = rules.one(Composite)
        if kind.kind is Kind.COMPOSITE and composite and Pool.PRIMARY_CARE not in composite.pools:
            return None
    return Pool(kind.kind.value)


def _factors(catalogue: CatalogueRecord, rules: RuleSet) -> dict[str, tuple[int, ...]]:
    """A type's own factors, and those of every type whose class it does not state itself."""
    stage = rules.one(Auxiliary)
    if stage is None:
        return {}
    own: dict[str, list[int]] = {code: [] for code in catalogue.types}
    shared: list[int] = []
    for place, factor in enumerate(catalogue.auxiliary):
        dimension = catalogue.auxiliary_classes[factor.name].dimension
        if not stage.dimensions or dimension in stage.dimensions:
            (shared if factor.type == EVERY_TYPE else own[factor.type]).append(place)
    stated = {(factor.type, factor.name) for factor in catalogue.auxiliary}
    for code, places in own.items():
        places.extend(place for place in shared if (code, catalogue.auxiliary[place].name) not in stated)
    return {code: tuple(places) for code, places in own.items() if places}


def _with_ranges(catalogue: CatalogueRecord) -> dict[str, ExcludedProcedure]:
    """A limited procedure without a stated range may be principal where an entry names it."""
    ranges: dict[str, set[Pattern]] = {}
    for key in catalogue.keys:
        for code in (code for term in key.procedures for code in term):
            ranges.setdefault(base_code(code), set()).update(key.diagnoses)
    return {
        code: replace(item, allowed_with=tuple(sorted(ranges.get(base_code(code), ()))))
        if item.note is ProcedureNote.LIMITED and not item.allowed_with
        else item
        for code, item in catalogue.excluded_procedures.items()
    }


def _own_diagnoses(catalogue: CatalogueRecord) -> set[str]:
    """Complete diagnosis codes that the catalogue names, whether or not the national catalogue has them."""
    return {
        *(code for code in catalogue.extra_codes if code[0].isalpha()),
        *catalogue.excluded_diagnoses,
        *catalogue.complications,
        *(code for pair in catalogue.crosswalk.items() for code in pair if code[0].isalpha()),
    }


def _own_procedures(catalogue: CatalogueRecord) -> set[str]:
    """Complete procedure codes that the catalogue names."""
    return {
        *(code for code in catalogue.extra_codes if code[0].isdigit()),
        *catalogue.excluded_procedures,
        *(code for pair in catalogue.crosswalk.items() for code in pair if code[0].isdigit()),
        *(
            code
            for key in catalogue.keys
            for term in (*key.procedures, *key.related)
            for code in term
            if len(code) >= _COMPLETE
        ),
    }


Ints = npt.NDArray[np.int64]


def key_lookups(
    prepared: Prepared, index: CodeIndex
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int16]]:
    """`lookup_span` [diagnoses, pools, 2], and the keys with how narrow their diagnosis is.

    The keys of pool `p` under diagnosis `d` stand at `span[d, p, 0]` to `span[d, p, 1]`, the narrowest first,
    then in catalogue order. Diagnoses with the same keys share them: what stays in the cache is short.
    """
    spans = np.zeros((len(prepared.diagnoses), len(POOLS), 2), dtype=np.int32)
    lists: dict[bytes, int] = {}  # keys and how narrow they are, and where they stand
    total = 0
    for row, pool in enumerate(POOLS):
        diagnosis, key, narrow = _placements(prepared, pool, index)
        # a key that names a diagnosis twice keeps its narrowest naming
        order = np.lexsort((-narrow, key, diagnosis))
        diagnosis, key, narrow = diagnosis[order], key[order], narrow[order]
        kept = np.append(True, (np.diff(diagnosis) != 0) | (np.diff(key) != 0))[: len(key)]
        diagnosis, key, narrow = diagnosis[kept], key[kept], narrow[kept]
        order = np.lexsort((key, -narrow, diagnosis))
        if not len(order):
            continue
        named, first = np.unique(diagnosis[order], return_index=True)
        told = np.stack((key[order], narrow[order]), axis=1)
        lengths = np.diff(first, append=len(key))
        anew = _unlike_the_last(told, first, lengths)
        text, places = told.tobytes(), []
        for start, length in zip((16 * first[anew]).tolist(), lengths[anew].tolist(), strict=True):
            place = lists.setdefault(text[start : start + 16 * length], total)
            total = max(total, place + length)
            places.append(place)
        spans[named, row, 0] = np.array(places)[np.cumsum(anew) - 1]
        spans[named, row, 1] = spans[named, row, 0] + lengths
    whole = np.frombuffer(b"".join(lists), np.int64).reshape(-1, 2)
    return spans, whole[:, 0].astype(np.int32), whole[:, 1].astype(np.int16)


def _unlike_the_last(told: Ints, first: Ints, lengths: Ints) -> npt.NDArray[np.bool_]:
    """Which lists, end to end, differ from the one before: diagnoses side by side mostly have the same."""
    before = np.maximum(np.arange(len(told)) - np.repeat(lengths, lengths), 0)
    same = np.logical_and.reduceat((told == told[before]).all(axis=1), first)
    return ~same | (np.diff(lengths, prepend=-1) != 0)


def _placements(prepared: Prepared, pool: Pool, index: CodeIndex) -> tuple[Ints, Ints, Ints]:
    """Diagnosis, key and narrowness of every naming of a diagnosis by a key of `pool`."""
    found: dict[Pattern, Ints] = {}
    named: list[tuple[Ints, int, int]] = []
    for place in prepared.pools.get(pool, ()):
        patterns = prepared.catalogue.keys[place].diagnoses
        if pool is Pool.LETTER:
            patterns = tuple(pattern for pattern in patterns if len(pattern.first) == 1)
        elif not patterns:  # a blank type takes any diagnosis
            patterns = (ANY_DIAGNOSIS,)
        for pattern in patterns:
            if pattern not in found:
                found[pattern] = np.array(index.matching(pattern), np.int64)
            named.append((found[pattern], place, pattern.specificity))
    counts = [len(ids) for ids, _, _ in named]
    return (
        np.concatenate([np.zeros(0, np.int64), *(ids for ids, _, _ in named)]),
        np.repeat(np.array([place for _, place, _ in named], np.int64), counts),
        np.repeat(np.array([narrow for _, _, narrow in named], np.int64), counts),
    )


def shadow_pairs(prepared: Prepared) -> list[list[int]]:
    """For each key the others that name in full a procedure which it names by its beginning."""
    shadows: list[list[int]] = [[] for _ in prepared.catalogue.keys]
    for stage in prepared.rules.every(Choose):
        for tie in stage.by:
            if tie.name == "longer_codes":
                places = [place for pool in stage.pools for place in prepared.pools.get(pool, ())]
                _add_shadows(prepared, places, tie.short_below, tie.long_from, shadows)
    return shadows


def _add_shadows(
    prepared: Prepared, places: Sequence[int], short_below: int, long_from: int, shadows: list[list[int]]
) -> None:
    # keys compete only under one diagnosis, so only those that share a category are compared
    short: dict[str, list[tuple[str, int]]] = {}
    for place in places:
        key = prepared.catalogue.keys[place]
        codes = [code for term in key.procedures for code in term if len(code) < short_below]
        for category in _categories(key.diagnoses):
            short.setdefault(category, []).extend((code, place) for code in codes)
    for place in places:
        key = prepared.catalogue.keys[place]
        codes = [code for term in key.procedures for code in term if len(code) >= long_from]
        rivals = {pair for category in _categories(key.diagnoses) for pair in short.get(category, ())}
        for beginning, other in sorted(rivals):
            if other != place and any(code.startswith(beginning) for code in codes):
                shadows[other].append(place)


def _categories(patterns: Sequence[Pattern]) -> set[str]:
    """The categories that patterns touch; a pattern wider than one touches all of its letters."""
    found: set[str] = set()
    for pattern in patterns:
        if len(pattern.first) >= 3 and not pattern.last:
            found.add(pattern.first[:3])
        else:
            last = pattern.last or pattern.first + "9" * (3 - len(pattern.first))
            first = pattern.first + "0" * (3 - len(pattern.first))
            found.update(
                f"{chr(letter)}{number:02d}"
                for letter in range(ord(first[0]), ord(last[0]) + 1)
                for number in range(100)
                if first <= f"{chr(letter)}{number:02d}" <= last
            )
    return found
