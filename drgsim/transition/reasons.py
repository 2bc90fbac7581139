"""Why a flow goes where it goes, in words: what differs between the two schemes for a case of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ..codes import Catalogue
from ..errors import DrgsimError
from ..grouping.explain import explain
from ..grouping.explanation import Explanation, Node, Words
from ..schemes.rules.walk import print_rule
from .flows import places
from .sides import Side

_PRINCIPALS = 3  # named with a flow
_CODES = 4  # named in one sentence
_INPUTS = (
    "sex", "age", "age_days", "birth_weight", "admission_weight", "los", "discharge", "icu_hours",
    "ventilation_hours", "department", "diagnoses", "procedures",
)  # fmt: skip


def flow_reasons(cases: pd.DataFrame, a: Side, b: Side, flows: pd.DataFrame) -> pd.DataFrame:
    """The flows with `principals` (the commonest codes), `zh` and `en`: the reason, from one case of each.

    The case is the one that stands first by its principal's frequency and then its codes, so that the order
    of rows cannot show. Only its codes are told, nothing that names it.
    """
    keys = places(a).astype(str) + "\x00" + places(b).astype(str)
    wanted = (flows["group_a"].astype(str) + "\x00" + flows["group_b"].astype(str)).tolist()
    rows = {key: index for key, index in keys.groupby(keys).indices.items() if key in set(wanted)}
    told = []
    for key in wanted:
        of_flow = cases.iloc[rows[key]]
        principals = of_flow["diagnoses"].astype(str).str.partition("|")[0]
        common = principals.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        case = _first(of_flow[(principals == common.index[0]).to_numpy()])
        words = _reason(case, a, b)
        told.append(
            {
                "principals": "、".join(_named(code) for code in common.index[:_PRINCIPALS]),
                "zh": words.zh,
                "en": words.en,
            }
        )
    return pd.concat([flows.reset_index(drop=True), pd.DataFrame(told, index=range(len(flows)))], axis=1)


def _first(cases: pd.DataFrame) -> dict[str, Any]:
    columns = [name for name in _INPUTS if name in cases.columns]
    texts = [repr(tuple(map(str, row))) for row in cases[columns].itertuples(index=False)]
    return dict(cases[columns].iloc[min(range(len(texts)), key=texts.__getitem__)])


def _named(code: str) -> str:
    catalogue = Catalogue.load("diagnosis")
    return f"{code} {catalogue.name_of(code)}".strip() if code in catalogue else code


def _reason(case: dict[str, Any], a: Side, b: Side) -> Words:
    if a.kind != "drg" or b.kind != "drg":
        return Words(
            "两种分组方式不同：DRG 按临床过程，DIP 按诊断与操作组合", "DRG and DIP group by different rules"
        )
    try:
        before, after = explain(a.grouper, case), explain(b.grouper, case)
    except DrgsimError as error:  # such a case has no account; the flow still stands
        return Words(f"无法解释：{error.code}", f"not explained: {error.code}")
    told = list(_differences(before, after, a, b))
    if not told:
        told = [Words("规则相同，病组更名或代码调整", "the same rules; the group has another code or name")]
    return Words("；".join(each.zh for each in told), "; ".join(each.en for each in told))


def _differences(before: Explanation, after: Explanation, a: Side, b: Side) -> Iterator[Words]:
    old, new = before.answer, after.answer
    if new.drg == old.drg and new.status == old.status:
        return
    if new.reason and new.reason != old.reason:
        yield Words(f"{b.id}：{new.reason.text('zh')}", f"{b.id}: {new.reason.text('en')}")
    if old.reason and new.reason != old.reason:
        yield Words(f"{a.id}：{old.reason.text('zh')}", f"{a.id}: {old.reason.text('en')}")
    if old.mdc != new.mdc:
        yield from _entry("mdc", before, after, a, b)
    if old.adrg != new.adrg:
        yield from _entry("adrg", before, after, a, b)
        yield from _closed(old.adrg, after, a, b)
        yield from _closed(new.adrg, before, b, a, opened=True)
        return
    yield from _severity(before, after, a, b)
    yield from _split(new.adrg, a, b)


def _entry(kind: str, before: Explanation, after: Explanation, a: Side, b: Side) -> Iterator[Words]:
    """By which codes the case came in, under each scheme."""
    for scheme, account in ((a, before), (b, after)):
        row = _row(account, kind, getattr(account.answer, kind))
        if row is None:
            continue
        codes = _deciding(row)
        with_codes = f"（{'、'.join(codes)}）" if codes else ""
        with_codes_en = f" by {', '.join(codes)}" if codes else ""
        yield Words(
            f"{scheme.id} 入 {row.words.zh}{with_codes}", f"{scheme.id}: {row.words.en}{with_codes_en}"
        )


def _closed(
    code: str, account: Explanation, home: Side, other: Side, *, opened: bool = False
) -> Iterator[Words]:
    """Why the ADRG of one scheme does not take the case in the other: it is not there, or a term fails."""
    scheme = other.scheme
    assert scheme is not None
    if not code or code.strip("0") == "":
        return
    if all(row.code != code for row in scheme.adrgs):
        zh = f"{code} 为 {home.id} 新设" if opened else f"{other.id} 不再设 {code}"
        en = f"{code} is new in {home.id}" if opened else f"{other.id} has no {code}"
        yield Words(zh, en)
        return
    row = _row(account, "adrg", code)
    failed = (
        [] if row is None else [node for node in _atoms(row) if not node.passed and node.facts["decides"]]
    )
    if failed:
        yield Words(
            f"{other.id} 的 {code} 不收：{'、'.join(node.words.zh for node in failed[:_CODES])}",
            f"{code} of {other.id} does not take it: {', '.join(node.words.en for node in failed[:_CODES])}",
        )


def _severity(before: Explanation, after: Explanation, a: Side, b: Side) -> Iterator[Words]:
    """Complications that count for another severity."""
    old, new = ({node.facts["code"]: node for node in _complications(each)} for each in (before, after))
    for code in sorted({*old, *new})[:_CODES]:
        was, now = (_weight_of(each.get(code)) for each in (old, new))
        if was != now:
            yield Words(
                f"{_named(code)} 在 {a.id} {was.zh}、在 {b.id} {now.zh}",
                f"{code} {was.en} in {a.id} and {now.en} in {b.id}",
            )


def _weight_of(node: Node | None) -> Words:
    if node is None:
        return Words("不在 CC/MCC 表中", "is no CC or MCC")
    severity = node.facts["severity"]
    if not node.passed:
        return Words(f"列为 {severity} 但被主诊断排除", f"is {severity} but excluded by the principal")
    return Words(f"计为 {severity}", f"counts as {severity}")


def _split(adrg: str, a: Side, b: Side) -> Iterator[Words]:
    """How the two schemes split the ADRG, where they do not split it alike."""
    old, new = (_splits(each, adrg) for each in (a, b))
    if [rule for _, rule in old] == [rule for _, rule in new]:
        return
    zh = [" / ".join(f"{code}（{rule or '其余'}）" for code, rule in each) for each in (old, new)]
    en = [" / ".join(f"{code} ({rule or 'the rest'})" for code, rule in each) for each in (old, new)]
    yield Words(f"{adrg} 的细分由 {zh[0]} 变为 {zh[1]}", f"{adrg} was split {en[0]} and is now {en[1]}")


def _splits(each: Side, adrg: str) -> list[tuple[str, str]]:
    assert each.scheme is not None
    rules = [(row.code, print_rule(row.rule)) for row in each.scheme.drgs if row.adrg == adrg]
    return [(code, "" if rule == "TRUE" else rule) for code, rule in rules]


def _row(account: Explanation, kind: str, code: str) -> Node | None:
    """The last test of a row in the account: the one of the attempt that counts."""
    found = [
        node
        for top in account.nodes
        for node in top.walk()
        if node.kind == kind and node.facts["code"] == code
    ]
    return found[-1] if found else None


def _atoms(row: Node) -> list[Node]:
    return [node for node in row.children if node.kind == "atom"]


def _deciding(row: Node) -> list[str]:
    codes = [
        code for node in _atoms(row) if node.passed and node.facts["decides"] for code in node.facts["codes"]
    ]
    return list(dict.fromkeys(codes))[:_CODES]


def _complications(account: Explanation) -> Iterator[Node]:
    return (node for top in account.nodes for node in top.walk() if node.kind == "complication")
