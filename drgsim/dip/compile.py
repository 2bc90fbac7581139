"""A prepared catalogue as the arrays of the kernel `_dip`; every array is named as the kernel names it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cases.conditions import Condition
from .expressions import Expression, Pattern, ProcedureIndex, code_index, interval
from .facts import MATCHED_FACTS
from .model import DiagnosisFact, DipKey, DipType, Scope
from .prepared import Prepared, key_lookups, shadow_pairs
from .stages import (
    TIE_BREAKS,
    Auxiliary,
    Choose,
    ClassOrder,
    Composite,
    Entries,
    Exclude,
    Fallback,
    Severity,
    UnmatchedSurgery,
)
from .words import POOLS, ProcedureNote

_FROM_COLUMN, _FROM_MATCH = 0, 4
_FROM_SCOPE = {Scope.PRINCIPAL: 1, Scope.OTHER: 2, Scope.ANY: 3}
_COMPLICATIONS = (MATCHED_FACTS.index("cc"), MATCHED_FACTS.index("mcc"))
_NOTES = tuple(ProcedureNote)
_TIES = tuple(TIE_BREAKS)


@dataclass(frozen=True)
class CompiledDip:
    """The kernel's tables, and what its answers mean.

    `columns` are the column facts in the order the kernel expects them; `ties` the tie-breaks by the
    number the kernel reports; `factors` the catalogue's auxiliary factor behind each of the kernel's.
    """

    tables: Mapping[str, Any]
    columns: tuple[str, ...]
    ties: tuple[str, ...]
    factors: npt.NDArray[np.int32]
    crosswalks: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]] | None

    def restated(self, types: Iterable[DipType]) -> CompiledDip:
        """The same for the same types in the same order, with what they now state of score and cost."""
        return replace(self, tables={**self.tables, **_stated(types)})


def compile_dip(prepared: Prepared) -> CompiledDip:
    """Everything the kernel needs to answer cases by `prepared`."""
    return _Compiler(prepared).compile()


class _Compiler:
    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.catalogue, self.rules = prepared.catalogue, prepared.rules
        self.diagnoses = code_index(prepared.diagnoses)
        self.procedures = ProcedureIndex(prepared.procedures, self.rules.codes)
        self.types = {code: place for place, code in enumerate(self.catalogue.types)}
        self.lists: list[dict[int, int]] = []
        self.list_defaults: list[float] = []
        self.list_places: dict[Any, int] = {}
        self.columns: list[str] = []
        self.conditions: list[tuple[int, int, float, float]] = []
        self.sets: dict[tuple[int, ...], int] = {}

    def compile(self) -> CompiledDip:
        tables: dict[str, Any] = {}
        tables.update(self.keys())
        tables.update(self.procedure_tables())
        tables.update(self.stages())
        factors = self.factors(tables)
        tables.update(self.complications())  # after all conditions: only what they ask for
        tables.update(_stated(self.catalogue.types.values()))
        excluded = np.zeros(len(self.prepared.diagnoses), np.uint8)
        exclude = self.rules.one(Exclude)
        if exclude and exclude.diagnoses:
            excluded[[self.prepared.diagnoses.id_of(code) for code in self.catalogue.excluded_diagnoses]] = 1
        tables["excluded_dx"] = excluded
        tables.update(self.interned())
        ties = tuple(tie.name for stage in self.rules.every(Choose) for tie in stage.by)
        return CompiledDip(tables, tuple(self.columns), ties, factors, self.crosswalks())

    # keys

    def keys(self) -> dict[str, Any]:
        keys = self.catalogue.keys
        terms = [self.expression(key.procedures) for key in keys]
        related = [self.expression(key.related) for key in keys]
        conditions = [
            [*map(self.condition, key.conditions), *self.other_diagnoses(key.other_diagnoses)] for key in keys
        ]
        spans, lookup, narrow = key_lookups(self.prepared, self.diagnoses)
        shadows = shadow_pairs(self.prepared)
        rows = [POOLS.index(stage.pool) for stage in self.rules.every(Entries)]
        most = int((spans[:, rows, 1] - spans[:, rows, 0]).sum(axis=1).max()) if rows else 0
        return {
            "key_type": _int32(self.types[key.type] for key in keys),
            "key_class": np.array(
                [-1 if key.treatment_class is None else key.treatment_class.rank for key in keys], np.int8
            ),
            "key_any_position": np.array([key.any_position for key in keys], np.uint8),
            "key_exact": self.exact(keys),
            "key_terms": _starts(terms),
            "term_set": _int32(place for row in terms for place in row),
            "key_related": _starts(related),
            "related_set": _int32(place for row in related for place in row),
            "key_conds": self.placed(conditions),
            "key_shadows": _starts(shadows),
            "shadow_key": _int32(place for row in shadows for place in row),
            "lookup_span": spans,
            "lookup_key": lookup,
            "lookup_narrow": narrow,
            "lookup_sketch": self.sketches(terms)[lookup],
            "most_candidates": most + 1,  # and a composite one
        }

    def expression(self, expression: Expression) -> list[int]:
        """The set of procedures of each term."""
        return [
            self.sets.setdefault(
                tuple(sorted({place for code in term for place in self.procedures.named_by(code)})),
                len(self.sets),
            )
            for term in expression
        ]

    def exact(self, keys: Sequence[DipKey]) -> npt.NDArray[np.int32]:
        """For each key the set of the codes that it names themselves; -1 for one without procedures."""
        id_of = self.prepared.procedures.id_of
        named = [{id_of(code) for term in key.procedures for code in term} - {-1} for key in keys]
        return _int32(
            self.sets.setdefault(tuple(sorted(codes)), len(self.sets)) if codes else -1 for codes in named
        )

    def sketches(self, terms: Sequence[Sequence[int]]) -> npt.NDArray[np.uint64]:
        """For each key one bit for every code of its smallest term, by the code's last six bits.

        A case whose own sketch shares no bit cannot meet the key; 0 marks a key without procedures.
        """
        sets = list(self.sets)
        sketches = []
        for row in terms:
            smallest = min((sets[place] for place in row), key=len, default=())
            sketch = sum(1 << bit for bit in {code & 63 for code in smallest})
            sketches.append(sketch if smallest or not row else 1)  # a term nobody knows is never met
        return np.array(sketches, np.uint64)

    # conditions

    def condition(self, condition: Condition) -> tuple[int, int, float, float]:
        name, low, high = interval(condition) or (str(condition), 1.0, 1.0)
        fact = self.prepared.facts.get(name)
        if fact is not None:
            return (_FROM_SCOPE[fact.scope], self.fact_list(fact), low, high)
        if name in MATCHED_FACTS:
            return (_FROM_MATCH, MATCHED_FACTS.index(name), low, high)
        if name not in self.columns:
            self.columns.append(name)
        return (_FROM_COLUMN, self.columns.index(name), low, high)

    def other_diagnoses(self, patterns: tuple[Pattern, ...]) -> list[tuple[int, int, float, float]]:
        return [(_FROM_SCOPE[Scope.OTHER], self.pattern_list(patterns), 1.0, 1.0)] if patterns else []

    def placed(self, rows: Sequence[Sequence[tuple[int, int, float, float]]]) -> npt.NDArray[np.int32]:
        """Where the conditions of each row stand among all: row i has those of start i to i + 1."""
        starts = len(self.conditions) + _starts(rows)
        self.conditions.extend(condition for row in rows for condition in row)
        return starts

    # lists of diagnoses

    def fact_list(self, fact: DiagnosisFact) -> int:
        return self.listed(fact, lambda: self.diagnoses.values(fact.values), _or_nan(fact.default))

    def pattern_list(self, patterns: Iterable[Pattern]) -> int:
        patterns = tuple(patterns)
        return self.listed(patterns, lambda: self.diagnoses.values((p, 1) for p in patterns), math.nan)

    def listed(self, name: Any, values: Any, default: float) -> int:
        if name not in self.list_places:
            self.list_places[name] = len(self.lists)
            self.lists.append(values())
            self.list_defaults.append(default)
        return self.list_places[name]

    def interned(self) -> dict[str, Any]:
        """The sets of procedures, lists of diagnoses and conditions that the other tables point at."""
        value = np.full((max(len(self.lists), 1), len(self.prepared.diagnoses)), -1, np.int8)
        for row, values in enumerate(self.lists):
            value[row, list(values)] = list(values.values())
        source, index, low, high = zip(*self.conditions, strict=True) if self.conditions else ((),) * 4
        return {
            "list_value": value,
            "list_default": np.array(self.list_defaults or [math.nan], np.float64),
            "set_start": _starts(list(self.sets)),
            "set_code": _int32(place for row in self.sets for place in row),
            "cond_from": np.array(source, np.int8),
            "cond_index": _int32(index),
            "cond_low": np.array(low, np.float64),
            "cond_high": np.array(high, np.float64),
        }

    # procedures and complications

    def procedure_tables(self) -> dict[str, Any]:
        book, classes = self.prepared.procedures, self.prepared.classes
        count, classify = len(book), self.rules.classify
        note = np.zeros(count, np.int8)
        limits = np.full(count, -1, np.int32)
        for code, item in self.prepared.excluded_procedures.items():
            place = book.id_of(code)
            note[place] = _NOTES.index(item.note) + 1
            if item.note is ProcedureNote.LIMITED:
                limits[place] = self.pattern_list(item.allowed_with)
        exclude = self.rules.one(Exclude)
        rank = classes.ranks(book.codes, interventional=classify.interventional)
        return {
            "proc_class": np.where(rank == 0, np.int8(classify.conservative_as.rank), rank),
            "proc_minor": self.minor(),
            "proc_level": self.levels(),
            "proc_note": note,
            "proc_list": limits,
            "exclude_mode": 0 if exclude is None else 1 if exclude.procedures == "drop" else 2,
            "minor_conservative": int(classify.minor_is_conservative),
        }

    def minor(self) -> npt.NDArray[np.uint8]:
        if not self.rules.classify.minor_is_conservative:  # never asked for
            return np.zeros(len(self.prepared.procedures), np.uint8)
        return np.array(
            [self.prepared.classes.minor(code) for code in self.prepared.procedures.codes], np.uint8
        )

    def levels(self) -> npt.NDArray[np.int8]:
        level = np.zeros(len(self.prepared.procedures), np.int8)
        for code in self.prepared.classes.own:
            level[self.prepared.procedures.id_of(code)] = self.prepared.classes.level(code)
        return level

    def complications(self) -> dict[str, Any]:
        count = len(self.prepared.diagnoses)
        level = np.zeros(count, np.int32)
        include, exclude = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
        asked = any(
            source == _FROM_MATCH and index in _COMPLICATIONS for source, index, *_ in self.conditions
        )
        lists: dict[str, int] = {"": -1}
        for code, item in self.catalogue.complications.items() if asked else ():
            place = self.prepared.diagnoses.id_of(code)
            level[place] = {"cc": 1, "mcc": 2}[item.level]
            if item.include:
                include[place] = self.pattern_list(item.include)
            if item.exclusion not in lists:
                lists[item.exclusion] = self.pattern_list(self.catalogue.exclusion_lists[item.exclusion])
            exclude[place] = lists[item.exclusion]
        return {"comp_level": level, "comp_include": include, "comp_exclude": exclude}

    # stages

    def stages(self) -> dict[str, Any]:
        entries, chooses = self.rules.every(Entries), self.rules.every(Choose)
        composite, order = self.rules.one(Composite), self.rules.one(ClassOrder)
        fallback, severity = self.rules.one(Fallback), self.rules.one(Severity)
        lines = severity.lines if severity else ()
        places = order.order if order else ()
        return {
            "stage_pool": _int32(POOLS.index(stage.pool) for stage in entries),
            "stage_principal": _int32(stage.position == "principal" for stage in entries),
            "stage_all": _int32(stage.conservative == "all" for stage in entries),
            "composite": int(composite is not None),
            "composite_by_first": int(composite is not None and composite.class_from == "first_procedure"),
            "choose_pools": _int32(sum(1 << POOLS.index(pool) for pool in stage.pools) for stage in chooses),
            "choose_leaves_one": _int32(stage.leave == "one" for stage in chooses),
            "choose_ties": _starts([stage.by for stage in chooses]),
            "tie_kind": _int32(_TIES.index(tie.name) for stage in chooses for tie in stage.by),
            "unmatched_first": int(self.rules.one(UnmatchedSurgery) is not None),
            "order_pool": _int32(POOLS.index(pool) for pool, _ in places),
            "order_class": _int32(-1 if word is None else word.rank for _, word in places),
            "fallback_pool": _int32(POOLS.index(pool) for pool in (fallback.pools if fallback else ())),
            "severity_value": _int32(value for value, _ in lines),
            "severity_conds": self.placed([list(map(self.condition, conditions)) for _, conditions in lines]),
        }

    def factors(self, tables: dict[str, Any]) -> npt.NDArray[np.int32]:
        """Adds the tables of the auxiliary factors; returns which factor of the catalogue each row is."""
        rows = [self.prepared.factors.get(code, ()) for code in self.catalogue.types]
        places = [place for row in rows for place in row]
        factors = [self.catalogue.auxiliary[place] for place in places]
        classes = self.catalogue.auxiliary_classes
        met = {name: list(map(self.condition, item.conditions)) for name, item in classes.items()}
        tables["auxiliary"] = int(self.rules.one(Auxiliary) is not None and bool(places))
        tables["aux_start"] = _starts(rows)
        tables["aux_factor"] = np.array([factor.factor for factor in factors], np.float64)
        tables["aux_conds"] = self.placed([met[factor.name] for factor in factors])
        return _int32(places)

    def crosswalks(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]] | None:
        """For diagnoses and procedures, the id that each id is changed to; None when none is."""
        if not self.prepared.crosswalk:
            return None
        maps = []
        for book in (self.prepared.diagnoses, self.prepared.procedures):
            change = np.arange(len(book), dtype=np.int32)
            for old, new in self.prepared.crosswalk.items():
                if book.id_of(old) >= 0 and book.id_of(new) >= 0:
                    change[book.id_of(old)] = book.id_of(new)
            maps.append(change)
        return maps[0], maps[1]


def _stated(types: Iterable[DipType]) -> dict[str, Any]:
    """What tie-breaks read of the types."""
    kinds = tuple(types)
    return {
        "type_score": np.array([_or_nan(kind.score) for kind in kinds], np.float64),
        "type_cost": np.array([_or_nan(kind.mean_cost) for kind in kinds], np.float64),
    }


def _starts(rows: Sequence[Sequence[Any]]) -> npt.NDArray[np.int32]:
    """Where each row begins when all are laid end to end, and where the last ends."""
    return np.concatenate(([0], np.cumsum([len(row) for row in rows], dtype=np.int64))).astype(np.int32)


def _int32(values: Iterable[int]) -> npt.NDArray[np.int32]:
    return np.fromiter(values, np.int32)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)
