"""What is wrong with a catalogue: what makes it unusable, and what is only doubtful."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from ..cases.conditions import Condition
from ..errors import nearest_name
from .dip_errors import DipCatalogueWarning
from .expressions import (
    CODE_FACTS,
    Expression,
    code_index,
    codebook,
    interval,
    print_conditions,
    print_expression,
    print_patterns,
)
from .facts import COLUMN_FACTS, MATCHED_FACTS, known_facts
from .model import EVERY_TYPE, CatalogueRecord, DipKey
from .rules import RuleSet
from .stages import Auxiliary, Exclude
from .words import Kind, ProcedureNote


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. An `error` makes the catalogue unusable; a `doubt` only loses an entry or a code;
    a `note` is a code in no national catalogue that the catalogue itself declares (`extra_codes`)."""

    rule: str
    severity: Literal["error", "doubt", "note"]
    where: str
    got: str
    message: str
    message_zh: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message} (got {self.got!r})"


def findings(catalogue: CatalogueRecord) -> list[Finding]:
    """Everything found, table by table."""
    return [
        *_types(catalogue),
        *_keys(catalogue),
        *_codes(catalogue),
        *_auxiliary(catalogue),
        *_lists(catalogue),
    ]


def is_doubtful(catalogue: CatalogueRecord) -> bool:
    """Whether loading it warns, where it is not refused."""
    return any(finding.severity == "doubt" for finding in findings(catalogue))


def warn_of_dimensions(catalogue: CatalogueRecord, rules: RuleSet) -> bool:
    """Warn of the dimensions of auxiliary factors to which a rule set pays no heed; whether there are any."""
    stage = rules.one(Auxiliary)
    heeded = set(stage.dimensions) if stage else set()
    stated = {catalogue.auxiliary_classes[factor.name].dimension for factor in catalogue.auxiliary}
    ignored = set() if stage and not heeded else stated - heeded
    if ignored:
        told = f"the rule set {rules.id!r} pays no heed to auxiliary factors of {sorted(ignored)}"
        warnings.warn(told, DipCatalogueWarning, stacklevel=4)
    return bool(ignored)


def findings_frame(found: Sequence[Finding]) -> pd.DataFrame:
    """The findings as a table."""
    columns = ["rule", "severity", "where", "got", "message", "message_zh"]
    return pd.DataFrame([[getattr(item, name) for name in columns] for item in found], columns=columns)


def _types(catalogue: CatalogueRecord) -> Iterator[Finding]:
    named = {key.type for key in catalogue.keys}
    for code, kind in catalogue.types.items():
        where = f"type {code}"
        for name in ("score", "mean_cost", "primary_care_factor"):
            value = getattr(kind, name)
            if value is not None and not 0 < value < float("inf"):
                message = f"{name} must be above 0"
                yield Finding(name, "error", where, str(value), message, f"{name} 必须大于 0")
        if code not in named:
            yield Finding(
                "unreachable", "doubt", where, code, "no key leads to this type", "没有条目指向该病种"
            )
    for level, value in catalogue.hospital_coefficients.items():
        if not 0 < value < float("inf"):
            where = f"hospital level {level}"
            yield Finding(
                "coefficient", "error", where, str(value), "a coefficient must be above 0", "系数必须大于 0"
            )


def _keys(catalogue: CatalogueRecord) -> Iterator[Finding]:
    seen: dict[Any, int] = {}
    facts = known_facts(catalogue.diagnosis_facts)
    for place, key in enumerate(catalogue.keys, start=1):
        where = f"key {place} ({print_patterns(key.diagnoses)} {print_expression(key.procedures)})"
        kind = catalogue.types.get(key.type)
        if kind is None:
            near = nearest_name(key.type, catalogue.types)
            hint = f"no such type{f', did you mean {near!r}?' if near else ''}"
            yield Finding("unknown_type", "error", where, key.type, hint, "病种编码不存在")
            continue
        if not key.diagnoses and kind.kind is not Kind.BLANK:
            yield Finding(
                "no_diagnosis", "error", where, "", "a key names a principal diagnosis", "条目缺少主要诊断"
            )
        if kind.kind is Kind.COMPOSITE and (key.procedures or key.related):
            yield Finding(
                "composite",
                "error",
                where,
                print_expression(key.procedures),
                "a composite type asks for a treatment class, not for procedures",
                "综合病种按治疗方式而非手术操作匹配",
            )
        if kind.kind is not Kind.COMPOSITE and key.treatment_class is not None:
            message = "only composite types ask for a treatment class"
            yield Finding("class", "error", where, key.treatment_class, message, "仅综合病种可限定治疗方式")
        yield from _conditions(key.conditions, where, facts)
        same = seen.setdefault((kind.kind, kind.primary_care, *_canonical(key)), place)
        if same != place:
            message = f"asks for the same as key {same}"
            yield Finding("duplicate_key", "error", where, key.type, message, f"与第 {same} 条目重复")


def _canonical(key: DipKey) -> tuple[Any, ...]:
    """What a key asks for, whatever the order it is written in."""

    def terms(expression: Expression) -> frozenset[frozenset[str]]:
        return frozenset(map(frozenset, expression))

    return (
        frozenset(key.diagnoses),
        terms(key.procedures),
        terms(key.related),
        frozenset(key.other_diagnoses),
        frozenset(key.conditions),
        key.treatment_class,
    )


def _conditions(conditions: Sequence[Condition], where: str, facts: Sequence[str]) -> Iterator[Finding]:
    for condition in conditions:
        found = interval(condition)
        for fact in sorted(condition.fact_names):
            if fact not in facts and (found or fact not in CODE_FACTS):
                near = nearest_name(fact, facts)
                hint = f"no such fact{f', did you mean {near!r}?' if near else ''}"
                yield Finding("unknown_fact", "error", where, fact, hint, "条件使用了未知的变量")
            elif found is None and fact in facts and fact not in COLUMN_FACTS:
                hint = "worked out case by case: only an interval can ask for it"
                yield Finding("no_interval", "error", where, fact, hint, "该变量仅可用于区间条件")
        if found and found[1] > found[2]:
            got = print_conditions((condition,))
            yield Finding("empty", "error", where, got, "no number lies in this interval", "条件区间为空")


def _codes(catalogue: CatalogueRecord) -> Iterator[Finding]:
    """Codes that the national catalogues do not have, and keys that no case can reach for that reason."""
    extra = catalogue.extra_codes
    diagnoses = code_index(codebook("diagnosis", [code for code in extra if code[:1].isalpha()]))
    procedures = code_index(codebook("procedure", [code for code in extra if not code[:1].isalpha()]))
    for code in extra:
        message = "in no insurance catalogue; the catalogue itself brings it"
        yield Finding("extra_code", "note", "extra_codes", code, message, "医保编码库中无此编码，由目录自带")
    barred = _barred(catalogue)
    excluded = set(catalogue.excluded_diagnoses) if _excludes_diagnoses(catalogue) else set()
    for place, key in enumerate(catalogue.keys, start=1):
        where = f"key {place} ({key.type})"
        reachable = not key.diagnoses
        for pattern in key.diagnoses:
            found = diagnoses.matching(pattern)
            reachable = reachable or any(diagnoses.code_of[place] not in excluded for place in found)
            if not found:
                yield _unknown(where, str(pattern), "diagnosis")
        for term in (*key.procedures, *key.related):
            known = [code for code in term if procedures.beginning(code)]
            for code in term:
                if code not in known:
                    yield _unknown(where, code, "procedure")
            reachable = reachable and any(code not in barred for code in known)
        if not reachable:
            got = f"{print_patterns(key.diagnoses)} {print_expression(key.procedures)}".strip()
            message = "no case can reach this key: what it names is unknown or excluded"
            yield Finding(
                "unreachable", "doubt", where, got, message, "编码未知或已被排除，任何病例都无法匹配"
            )
    for name, codes, index in (
        ("excluded_diagnoses", catalogue.excluded_diagnoses, diagnoses),
        ("excluded_procedures", catalogue.excluded_procedures, procedures),
        ("complications", catalogue.complications, diagnoses),
        ("procedure_facts", catalogue.procedure_facts, procedures),
        ("primary_care", _primary_care_codes(catalogue), procedures),
    ):
        for code in codes:
            if not index.beginning(code):
                yield _unknown(name, code, "procedure" if index is procedures else "diagnosis")


def _primary_care_codes(catalogue: CatalogueRecord) -> list[str]:
    return [code for item in catalogue.primary_care for term in item.procedures for code in term]


def _unknown(where: str, code: str, kind: str) -> Finding:
    return Finding(
        f"unknown_{kind}",
        "doubt",
        where,
        code,
        f"no {kind} code of the insurance edition 2.0 is or begins so",
        "医保版 2.0 编码中没有该编码",
    )


def _rules(catalogue: CatalogueRecord) -> RuleSet | None:
    return RuleSet.load(catalogue.rules) if catalogue.rules in RuleSet.published() else None


def _excludes_diagnoses(catalogue: CatalogueRecord) -> bool:
    rules = _rules(catalogue)
    exclude = rules.one(Exclude) if rules else None
    return exclude is not None and exclude.diagnoses


def _barred(catalogue: CatalogueRecord) -> set[str]:
    """Procedures that the catalogue's own rules take out of every case."""
    rules = _rules(catalogue)
    exclude = rules.one(Exclude) if rules else None
    if exclude is None:
        return set()
    return {
        code
        for code, item in catalogue.excluded_procedures.items()
        if exclude.procedures == "drop" or item.note is ProcedureNote.CONSERVATIVE
    }


def _auxiliary(catalogue: CatalogueRecord) -> Iterator[Finding]:
    facts = known_facts(catalogue.diagnosis_facts)
    for name, item in catalogue.auxiliary_classes.items():
        yield from _conditions(item.conditions, f"auxiliary class {name}", facts)
    seen = set()
    for factor in catalogue.auxiliary:
        where = f"auxiliary factor {factor.type} {factor.name}"
        if factor.type != EVERY_TYPE and factor.type not in catalogue.types:
            yield Finding("unknown_type", "error", where, factor.type, "no such type", "病种编码不存在")
        if factor.name not in catalogue.auxiliary_classes:
            near = nearest_name(factor.name, catalogue.auxiliary_classes)
            hint = f"no such auxiliary class{f', did you mean {near!r}?' if near else ''}"
            yield Finding("unknown_class", "error", where, factor.name, hint, "辅助分类不存在")
        if not 0 < factor.factor < float("inf"):
            message = "a factor must be above 0"
            yield Finding("factor", "error", where, str(factor.factor), message, "系数必须大于 0")
        if (factor.type, factor.name) in seen:
            yield Finding("doubled", "error", where, factor.name, "stated twice", "重复")
        seen.add((factor.type, factor.name))


def _lists(catalogue: CatalogueRecord) -> Iterator[Finding]:
    if catalogue.rules not in RuleSet.published():
        near = nearest_name(catalogue.rules, RuleSet.published())
        message = f"no shipped rule set of this name{f', did you mean {near!r}?' if near else ''}"
        yield Finding("rules", "doubt", "rules", catalogue.rules, message, "没有该名称的匹配规则")
    for code, item in catalogue.complications.items():
        where = f"complication {code}"
        if item.level not in ("cc", "mcc"):
            yield Finding("level", "error", where, item.level, "a level is cc or mcc", "级别应为 cc 或 mcc")
        if item.exclusion and item.exclusion not in catalogue.exclusion_lists:
            yield Finding(
                "unknown_list", "error", where, item.exclusion, "no such exclusion list", "排除表不存在"
            )
    for name, fact in catalogue.diagnosis_facts.items():
        if name in COLUMN_FACTS or name in MATCHED_FACTS:
            yield Finding("fact", "error", f"fact {name}", name, "the name is taken", "变量名已被占用")
        if any(not 0 <= value <= 127 for _, value in fact.values):
            yield Finding("fact", "error", f"fact {name}", name, "values are 0 to 127", "取值须在 0 至 127")
