"""The page of a transition: for a hospital with its own file, or for a bureau with the files of many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language import either
from ..transition.flows import MOVES
from ..words import named, title_in
from . import fonts
from .figures.gains import gains
from .markup import CSS, Cell, bullets, chart, document, heading, pair, paragraph, section, svg, table
from .numbers import NONE, count, level, money, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from ..transition.transition import Transition

_SHOWN = 10
_KEYS = named("hospital_id", "department", "hospital_level", "insurance", "group_a", "mdc")


def transition_page(found: Transition, *, lang: str | None = None) -> str:
    """The whole page as HTML text: sums only, no case rows; Chinese with English beside."""
    lang = fonts.language(lang)
    single = found.hospitals <= 1
    title = (
        ("分组方案切换：对本院的影响", "What the new scheme does to this hospital")
        if single
        else ("分组方案切换：对医院与基金的影响", "What the new scheme does to hospitals and the fund")
    )
    body = [
        heading(*title, rank=1),
        paragraph(pair(*found.headline()), kind="lead"),
        section(bullets(pair(*note) for note in found.notes), kind="trust"),
        _figures(found),
        *_money(found, lang, single),
        _flows(found),
        _moved(found, "department" if single else "hospital_id"),
        _moved(found, "mdc"),
        _explained(found),
        _watched(found),
    ]
    return document(title, CSS, body)


def _figures(found: Transition) -> str:
    """The numbers everyone asks for first."""
    row = found.shares["all"].iloc[0]
    rows: list[list[Cell]] = [
        [pair("病例", "cases"), count(row["cases"])],
        [pair("换组病例", "cases that move"), f"{count(row['moved'])} ({percent(row['moved_share'])})"],
    ]
    rows += [[pair(*MOVES[name]), count(row[name])] for name in MOVES if row.get(name, 0)]
    rows += [
        [pair("严重程度升高", "severity gained"), count(row["severity_gained"])],
        [pair("严重程度降低", "severity lost"), count(row["severity_lost"])],
    ]
    if found.money:
        paid = found.money["all"].iloc[0]
        rows += [
            [
                pair("CMI 前 / 后", "CMI before / after"),
                f"{paid['cmi_before']:.4f} / {paid['cmi_after']:.4f}",
            ],
            [pair("原方案应付", "paid before"), money(paid["before"], either("zh", "en"))],
            [pair("预算中性系数", "budget-neutral factor"), f"{found.neutral_factor:.4f}"],
            [pair("无法付费", "not payable"), count(paid["not_payable"])],
        ]
    heads = [("指标", "measure"), ("数值", "value")]
    return section(heading("总体", "In all"), table(heads, rows))


def _money(found: Transition, lang: str, single: bool) -> Iterator[str]:
    keys = ["department", "group_a", "insurance"] if single else ["hospital_id", "hospital_level", "group_a"]
    for key in keys:
        if key not in found.money or len(found.money[key]) < 2:
            continue
        rows = _named(found, key)
        drawn = svg(gains(rows, shown=6, lang=lang), f"gains-{key}", describe=" ".join(_KEYS[key]))
        zh, en = _KEYS[key]
        yield chart(drawn, f"谁受益、谁受损：{zh}", f"Who gains and who loses: {en}")
        yield _money_table(rows, key)


def _named(found: Transition, key: str) -> pd.DataFrame:
    rows = found.money[key]
    if key == "group_a":
        return rows.set_axis(
            [f"{group} {title_in(found.a.name_of(str(group)))}".strip() for group in rows.index]
        )
    if key == "hospital_level":
        return rows.set_axis([level(each, either("zh", "en")) for each in rows.index])
    return rows


def _money_table(rows: pd.DataFrame, key: str) -> str:
    half = _SHOWN // 2
    shown = rows if len(rows) <= _SHOWN else rows.iloc[[*range(half), *range(len(rows) - half, len(rows))]]
    heads = [
        _KEYS[key], ("病例", "cases"), ("原应付", "before"), ("换组", "regrouped"), ("换价", "repriced"),
        ("合计变化", "change"), ("变化率", "share"), ("CMI 前", "CMI before"), ("CMI 后", "after"),
        ("无法付费", "not payable"),
    ]  # fmt: skip
    return table(
        heads,
        [
            [
                str(name),
                count(row["cases"]),
                money(row["before"], either("zh", "en")),
                *(
                    money(row[each], either("zh", "en"), signed=True)
                    for each in ("regrouped_change", "repriced_change", "change")
                ),
                percent(row["change_share"], signed=True),
                f"{row['cmi_before']:.3f}" if row["cmi_before"] == row["cmi_before"] else NONE,
                f"{row['cmi_after']:.3f}" if row["cmi_after"] == row["cmi_after"] else NONE,
                count(row["not_payable"]),
            ]
            for name, row in shown.iterrows()
        ],
    )


def _flows(found: Transition) -> str:
    """The flows that move most: by money where there is any, by cases otherwise, each with its reason."""
    reasons = found.reasons
    if len(found.flow_money) and len(reasons):
        reasons = reasons.merge(found.flow_money, on=["group_a", "group_b"], how="left")
        reasons = reasons.reindex(reasons["change"].abs().sort_values(ascending=False, kind="stable").index)
    rows = [
        [
            f"{row['group_a']} → {row['group_b']}",
            pair(*MOVES[row["move"]]),
            row["principals"],
            pair(row["zh"], row["en"]),
            count(row["cases"]),
            money(row["change"], either("zh", "en"), signed=True) if "change" in reasons else NONE,
        ]
        for _, row in reasons.head(_SHOWN).iterrows()
    ]
    heads = [
        ("流向", "flow"), ("类型", "kind"), ("常见主诊", "principals"), ("原因", "reason"), ("病例", "cases"),
        ("支付变化", "change"),
    ]  # fmt: skip
    note = pair("原因取自该流向中一例的两版分组路径。", "Reasons: from the account of one case of the flow.")
    return section(
        heading("变化最大的流向", "The flows that move most"), table(heads, rows, words=4), paragraph(note)
    )


def _moved(found: Transition, key: str) -> str:
    if key not in found.shares:
        return ""
    rows = found.shares[key].head(_SHOWN)
    kinds = [name for name in MOVES if name in rows and name not in ("same", "still_without")]
    heads = [_KEYS[key], ("病例", "cases"), ("换组率", "moved"), *(MOVES[name] for name in kinds)]
    heads += [("严重程度升", "severity up"), ("降", "down")]
    body = [
        [
            str(name),
            count(row["cases"]),
            percent(row["moved_share"]),
            *(count(row[kind]) for kind in kinds),
            count(row["severity_gained"]),
            count(row["severity_lost"]),
        ]
        for name, row in rows.iterrows()
    ]
    zh, en = _KEYS[key]
    return section(heading(f"换组：{zh}", f"Cases that move: {en}"), table(heads, body))


def _explained(found: Transition) -> str:
    if not len(found.explained):
        return ""
    rows = found.explained.head(_SHOWN)
    banded = "riv_low" in rows
    heads = [
        ("主要诊断大类", "MDC"), ("病例", "cases"), ("RIV 原", "RIV before"), ("RIV 新", "after"),
        ("差（90% 区间）", "difference (90 % band)"), ("组内CV 原", "CV before"), ("CV 新", "after"),
        ("不稳定组占比 原", "unstable before"), ("新", "after"),
    ]  # fmt: skip
    body: list[list[Cell]] = []
    for name, row in rows.iterrows():
        band = (
            f" [{number(row['riv_low'], signed=True)}, {number(row['riv_high'], signed=True)}]"
            if banded
            else ""
        )
        body.append(
            [
                pair("合计", "all") if name == "all" else str(name),
                count(row["cases"]),
                f"{row['riv_a']:.4f}",
                f"{row['riv_b']:.4f}",
                f"{number(row['riv_difference'], signed=True)}{band}",
                f"{row['cv_a']:.3f}",
                f"{row['cv_b']:.3f}",
                percent(row["unstable_share_a"]),
                percent(row["unstable_share_b"]),
            ]
        )
    title = heading("哪一版更能解释费用", "Which scheme explains cost better")
    return section(title, table(heads, body))


def _watched(found: Transition) -> str:
    rows: list[list[Cell]] = [
        [pair(row["zh"], row["en"]), count(row["cases"])] for _, row in found.look_at.iterrows()
    ]
    title = heading("需与编码员核对的病例", "Cases to look at with a coder")
    note = pair(
        "名单在工作簿中（to_excel(cases=True) 或命令行 --case-list）。",
        "The list: to_excel(cases=True), or --case-list on the command line.",
    )
    return section(title, table([("类型", "kind"), ("病例", "cases")], rows), paragraph(note))
