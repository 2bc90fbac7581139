"""A scheme in words: what it is, how far it is trusted, what it chooses; and English names of its groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from .. import sources
from ..errors import NotFoundError
from ..language import both, stated_language, told
from ..words import OWN, english_name, pairs, word_in
from .model import AdrgKind, AmbiguousAdrg, CcExclusion, NewbornWeight, StatedScheme
from .rows import TABLES, AnyRow, table_rows
from .rules.terms import Compare, Member, Role, Rule, Variable
from .rules.walk import leaves, print_rule, set_names

_TRUST = pairs("trust_told")
_SWITCHES = {
    ("cc_exclusion", CcExclusion.SAME_TABLE): (
        "主要诊断自身的排除表号与MCC/CC相同时, 该MCC/CC不计",
        "a CC or MCC does not count when the principal diagnosis has the same exclusion table",
    ),
    ("cc_exclusion", CcExclusion.MEMBERSHIP): (
        "主要诊断列在MCC/CC所指排除表中时, 该MCC/CC不计",
        "a CC or MCC does not count when its exclusion table lists the principal diagnosis",
    ),
    ("newborn_weight", NewbornWeight.BIRTH): ("XSRTZ 为出生体重", "XSRTZ is the weight at birth"),
    ("newborn_weight", NewbornWeight.ADMISSION): ("XSRTZ 为入院体重", "XSRTZ is the weight at admission"),
    ("ambiguous_adrg", AmbiguousAdrg.QY): (
        "歧义病例的 ADRG 一律写作 QY",
        "the ADRG of an ambiguous case is called QY in every MDC",
    ),
    ("ambiguous_adrg", AmbiguousAdrg.OWN): (
        "歧义病例的 ADRG 写其本码 (如 BQY)",
        "the ADRG of an ambiguous case has its own code, BQY for example",
    ),
    ("retry_single_procedures", False): ("未入组病例不再试", "an ungrouped case is not tried again"),
    ("retry_single_procedures", True): (
        "未入组时依次以第2、3…项手术单独再试",
        "an ungrouped case is tried again with its second procedure alone, then its third, and so on",
    ),
}
_SHOWN = 40  # codes of a set
_AGES = 8  # DRGs that ask for an age


def describe(scheme: StatedScheme) -> str:
    """The whole scheme on one page, Chinese and English side by side."""
    return "\n".join(_about(scheme))


def describe_rows(scheme: StatedScheme, codes: Sequence[str]) -> str:
    """MDCs, ADRGs, DRGs and code sets that are called one of `codes`, or begin so, with their rules.

    Raises NotFoundError when one of them fits nothing.
    """
    parts: list[str] = []
    for code in codes:
        found = [*_rows(scheme, code), *_sets(scheme, code)]
        if not found:
            names = [row.code for rows in table_rows(scheme).values() for row in rows]
            raise NotFoundError(
                f"nothing in {scheme.id} begins so",
                got=code,
                nearest=[*names, *scheme.sets],
                do="drgsim scheme show ID",
            )
        parts += found
    return "\n".join(parts)


def _about(scheme: StatedScheme) -> Iterator[str]:
    counts = scheme.counts
    title = both(scheme.title, scheme.title_en, "  ") if scheme.title_en else scheme.title
    yield f"{scheme.id}  {title}"
    yield f"版本 version    {scheme.version}" + (f"  ({scheme.family})" if scheme.family else "")
    if scheme.base:
        yield f"基准 base       {scheme.base}"
    yield f"有效期 valid     {scheme.valid_from or '?'} – {scheme.valid_to or ''}".rstrip()
    zh, en = _TRUST[scheme.trust]
    yield f"可信 trust      {both(f'{scheme.trust}: {zh}', en)}"
    yield f"来源 source     {_source(scheme.source)}"
    yield (
        f"组数 rows       {counts['mdc']} MDC, {counts['adrg']} ADRG, {counts['drg']} DRG, "
        f"{counts['ambiguous']} QY {both('歧义组', 'ambiguous')}; {len(scheme.mcc)} MCC, {len(scheme.cc)} CC"
    )
    yield "说明 notes"
    yield from (f"  {note}" for note in scheme.notes)
    yield "选择 choices"
    for each in fields(scheme.switches):
        value = getattr(scheme.switches, each.name)
        zh, en = _SWITCHES[each.name, value]
        source = scheme.switch_sources.get(each.name)
        yield f"  {each.name} = {str(value).lower()}: {both(zh, en)}" + (f" [{source}]" if source else "")
    yield from (f"  {line}" for line in _rule_choices(scheme))
    if scheme.departures:
        yield f"{both('与来源不同之处', 'departures from the source')} ({len(scheme.departures)})"
        for one in scheme.departures:
            yield f"  {one.item}: {told(one.source)} → {told(one.here)} ({told(one.evidence)})"
    yield both("大类 MDC", f"(English names: {OWN})")
    yield from (f"  {mdc.code} {_named(mdc.name)}: {print_rule(mdc.rule)}" for mdc in scheme.mdcs)


def _named(name: str) -> str:
    """The name; for readers of English with our translation beside it."""
    english = english_name(name)
    return both(name, english) if english else name


def _rule_choices(scheme: StatedScheme) -> Iterator[str]:
    """Choices that the rows themselves make, read off their rules."""
    ambiguous = [adrg for adrg in scheme.adrgs if adrg.kind is AdrgKind.AMBIGUOUS]
    where = {adrg.mdc.removeprefix("MDC"): adrg.rule for adrg in ambiguous}
    if not where:
        yield both("歧义组: 不设", "ambiguous groups: none")
    else:
        rules = sorted({print_rule(rule) for rule in where.values()})
        yield f"{both('歧义组', 'ambiguous groups')}: {' '.join(where)}; {' | '.join(rules)}"
    for mdc in scheme.mdcs:
        if mdc.code.endswith("Y"):
            anywhere = any(Role.OTHER_DIAGNOSES in leaf.roles for leaf in _members(mdc.rule))
            any_or_one = (
                ("任一诊断", "any diagnosis") if anywhere else ("仅主要诊断", "principal diagnosis only")
            )
            yield f"HIV: {both(*any_or_one)}"
    yield from _age_choices(scheme)
    medical = [adrg for adrg in scheme.adrgs if adrg.kind is AdrgKind.MEDICAL]
    barred = sum(
        any(leaf.negated and not leaf.roles[0].is_diagnosis for leaf in _members(a.rule)) for a in medical
    )
    valid = len(scheme.sets["OP_ALL"].codes) if "OP_ALL" in scheme.sets else 0
    asking = both("内科组要求无有效手术", "medical ADRGs that ask for no valid procedure")
    yield f"{asking}: {barred} / {len(medical)}; {both('有效手术', 'valid procedures')}: {valid}"


def _age_choices(scheme: StatedScheme) -> Iterator[str]:
    """DRGs that ask for an age, by what they ask."""
    found: dict[str, list[str]] = {}
    for drg in scheme.drgs:
        for leaf in leaves(drg.rule):
            if isinstance(leaf, Compare) and leaf.variable is Variable.AGE:
                found.setdefault(f"{leaf.comparison} {leaf.value}", []).append(drg.code)
    for asked, codes in sorted(found.items()):
        some = " ".join(codes[:_AGES]) + (" …" if len(codes) > _AGES else "")
        yield f"{both(f'按年龄 {asked} 岁的细分组', f'DRGs by age {asked}')}: {len(codes)}: {some}"


def _members(rule: Rule) -> list[Member]:
    return [leaf for leaf in leaves(rule) if isinstance(leaf, Member)]


def _source(source: str) -> str:
    found = sources.load().get(source)
    return f"{source} {told(found.title)} ({told(found.issuer)}, {found.date})" if found else source


def _rows(scheme: StatedScheme, start: str) -> Iterator[str]:
    for table in TABLES:
        for row in table_rows(scheme)[table.name]:
            if row.code.upper().startswith(start.upper()):
                yield from _row(scheme, table.name, row)


def _row(scheme: StatedScheme, table: str, row: AnyRow) -> Iterator[str]:
    yield f"{table.upper():5}{row.code} {_named(row.name)}"
    yield f"     {print_rule(row.rule)}"
    for name in set_names(row.rule):
        listed = scheme.sets.get(name)
        size = f"{_counted(len(listed.codes))} {_named(listed.label)}".rstrip() if listed else "?"
        yield f"       {name}: {size}"


def _sets(scheme: StatedScheme, start: str) -> Iterator[str]:
    for name, listed in scheme.sets.items():
        if name.upper().startswith(start.upper()):
            codes = sorted(listed.codes)
            kind = word_in(listed.kind, "code_kind")
            yield f"SET  {name} {_named(listed.label)} ({kind}, {_counted(len(codes))})"
            more = len(codes) - _SHOWN
            rest = f" {_chinese_or(f'……另有 {more} 个', f'… and {more} more')}" if more > 0 else ""
            yield f"     {' '.join(codes[:_SHOWN])}{rest}"


def _counted(codes: int) -> str:
    return _chinese_or(f"{codes} 个编码", f"{codes} codes")


def _chinese_or(zh: str, en: str) -> str:
    return zh if stated_language() == "zh" else en
