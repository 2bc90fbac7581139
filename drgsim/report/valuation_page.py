"""The valuation report: data, assumptions with sources, method, results, sensitivity, reconciliation,
limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._atomic import replacing
from .._rows import rows_of
from ..fund.sensitivity import sensitivity
from ..fund.words import pots
from ..language import stated_language, told
from ..sources import resolve
from ..words import chinese, word_in
from . import fonts
from .markup import CSS, Cell, bullets, document, heading, pair, paragraph, section, table
from .numbers import NONE, money, number
from .thirty_years import thirty_years

if TYPE_CHECKING:
    from ..fund.record import Reconciliation
    from ..fund.sensitivity import Sensitivity
    from ..fund.valuation import Valuation

TITLE = ("医保基金长期测算报告", "Valuation of the medical insurance fund")
STATES = chinese("trust")
METHOD = (
    ("人口：按单岁、性别逐年推算在职、退休、居民与未参保，含出生、死亡、退休、流动；",
     "People year by year, by single age and sex: active, retired, residents, not insured; births, deaths, retirement, movement."),  # noqa: E501
    ("收入：人数×工资×缴费基数比×费率；居民人数×（个人缴费+财政补助）；结余利息；起始年以公布数为准；",
     "Income: heads × wage × declared base × rate; residents × (premium + subsidy); interest; the start year as published."),  # noqa: E501
    ("支出：起始年各项之和等于公布支出，其余列为“未能分解”；随人数与年龄、单位费用、待遇变动；",
     "Spending: parts of the start year sum to what is published, the rest stands as not explained; it grows with people by age, cost and benefits."),  # noqa: E501
    ("账：每池单独记账，金额为整分，每年每次抽样均核对：期末=期初+收入−支出，划转双方相等；",
     "Books: each pot by itself in whole fen; in every year and draw the balance rolls and transfers have two equal sides."),  # noqa: E501
    ("不确定性：假设按区间与相关系数抽样，另加年度波动；区间为50%、80%、90%。",
     "Uncertainty: assumptions drawn from intervals with correlations, and stray of single years; bands of 50, 80 and 90 %."),  # noqa: E501
)  # fmt: skip
LIMITS = (
    ("长期增长率为假定，结果对其高度敏感，应读区间而非单一数值。", "Long-run growth is assumed and moves everything: read bands."),  # noqa: E501
    ("未假定费率、保费变化引起的缴费基数或参保行为变化，除非情景中写明。", "No response of bases or enrolment unless a scenario states one."),  # noqa: E501
    ("年度波动的下限、次年留存比例与单一地区的放大系数是看过 2018 至 2024 年数据后定的，回测不能证明它们。", "The least yearly stray, how much of it stays, and how much more one region strays were set with 2018 to 2024 in sight: the back-test is no proof of them."),  # noqa: E501
    ("未公布的拆分（病种内外、异地、慢特病）为估计。", "Splits that are not published are estimates."),
)  # fmt: skip


def valuation_page(
    valuation: Valuation,
    *,
    told: Sensitivity | None = None,
    reconciliation: Reconciliation | None = None,
    signed: str = "",
    lang: str | None = None,
) -> str:
    """The whole report as HTML text; sums only, no script, no network.

    Parameters
    ----------
    told : what the tornado shows; months of the employee (or else resident) fund in the last year when None.
    reconciliation : from the last valuation, where there is one.
    signed : who answers for it, printed at the end.
    """
    lang = fonts.language(lang)
    if told is None:
        pot = "employee" if valuation.fund.regions[0].accounts.income.get("employee_pool") else "resident"
        told = sensitivity(valuation.fund, f"reserve_months.{pot}", years=valuation.years)
    assumed = sum(each.state == "assumed" for each in valuation.fund.assumptions.values())
    body = [
        heading(*TITLE, rank=1),
        section(
            paragraph(
                pair(
                    f"可信度：{len(valuation.fund.assumptions)} 项假设中 {assumed} 项为假定",
                    f"Trust: {assumed} of {len(valuation.fund.assumptions)} assumptions are assumed",
                )
            ),
            bullets(pair(f"{zh}（{STATES[state]}）", en) for zh, en, state in valuation.notes),
            kind="trust",
        ),
        thirty_years(valuation, told, lang=lang),
        _results(valuation),
        _bars(valuation),
        *([_reconciled(reconciliation)] if reconciliation is not None else []),
        _data(valuation),
        _assumptions(valuation),
        section(heading("方法", "Method"), bullets(pair(*each) for each in METHOD)),
        section(heading("局限", "Limits"), bullets(pair(*each) for each in LIMITS)),
        section(
            paragraph(pair(f"测算人：{signed or '＿＿＿＿'}　复核：＿＿＿＿", f"signed: {signed or '____'}; reviewed: ____")),  # noqa: E501
            paragraph(
                pair(
                    f"drgsim，假设 {valuation.fund.assumptions.hash}，抽样 {valuation.draws} 次，种子 {valuation.seed}",  # noqa: E501
                    f"drgsim, assumptions {valuation.fund.assumptions.hash}, draws {valuation.draws}, seed {valuation.seed}",  # noqa: E501
                ),
                kind="mono",
            ),
        ),
    ]  # fmt: skip
    return document(TITLE, CSS, body)


def write_valuation(valuation: Valuation, path: Any, **options: Any) -> None:
    """Write the report as one HTML file; options are those of `valuation_page`."""
    text = valuation_page(valuation, **options)
    with replacing(path) as part:
        Path(part).write_text(text, encoding="utf-8")


def _money(amount: Any, *, signed: bool = False) -> str:
    return money(float(amount), "en" if stated_language() == "en" else "zh", signed=signed)


def _trust(state: str) -> str:
    return state if stated_language() == "en" else STATES.get(state, "")


def _place(region: str) -> str:
    return word_in(region, "table")


def _heads(region: Any) -> list[tuple[str, str, float]]:
    words = (("active", "在职", "active"), ("retired", "退休", "retired"), ("resident", "居民", "residents"))
    return [(zh, en, float(region.heads[name])) for name, zh, en in words]


def _results(valuation: Valuation) -> str:
    """Income, spending, balance and reserve of the baseline's pots in some years."""
    last = valuation.first_year + valuation.years - 1
    years = sorted({valuation.first_year, *range(valuation.first_year + 4, last + 1, 5), last})
    frame = valuation.frame
    region = "all" if len(valuation.fund.regions) > 1 else valuation.fund.regions[0].id
    rows: list[list[Cell]] = []
    for pot in valuation.used_pots:
        own = frame[
            (frame["scenario"] == valuation.scenarios[0])
            & (frame["pot"] == pot)
            & (frame["region"] == region)
        ].set_index("year")
        for year in years:
            row = own.loc[year]
            months = row["reserve_months"]
            amounts = [_money(row[name]) for name in ("income", "spending", "balance", "reserve")]
            held = number(float(months)) if months == months else NONE
            rows.append([pair(pots()[pot].zh, pots()[pot].en), str(year), *amounts, held])
    heads = [("基金", "pot"), ("年份", "year"), ("收入", "income"), ("支出", "spending"), ("当期结余", "balance"),  # noqa: E501
             ("累计结余", "reserve"), ("可支付月数", "months")]  # fmt: skip
    return section(heading("基线结果", "Results of the baseline"), table(heads, rows, words=2))


def _bars(valuation: Valuation) -> str:
    parts = []
    for course in valuation.courses[1:]:
        if not course.scenario.order:
            continue
        bars = valuation.waterfall(course.scenario.id)
        told = bars.attrs
        title = course.scenario.title
        rows: list[list[Cell]] = [
            [
                pair(row.zh, row.en),
                f"{row.source} {_trust(row.state)}".strip(),
                _money(row.value, signed=place not in (0, len(bars) - 1)),
                f"{_money(row.low_90)} … {_money(row.high_90)}" if row.low_90 == row.low_90 else NONE,
            ]
            for place, row in enumerate(rows_of(bars))
        ]
        heads = [
            ("步骤", "step"),
            ("来源", "source"),
            (f"{told['year']}年末累计结余", "reserve"),
            ("90%区间", "90 % band"),
        ]
        pot = pots()[told["pot"]]
        parts.append(
            paragraph(pair(f"{title['zh']}：{pot.zh}", f"{title['en']}: {pot.en}"))
            + table(heads, rows, words=2)
        )
    return section(heading("逐项分解", "What each change moves"), *parts) if parts else ""


def _reconciled(told: Reconciliation) -> str:
    rows: list[list[Cell]] = [
        [pair(pots()[row.pot].zh, pots()[row.pot].en), pair(row.zh, row.en), _money(row.value, signed=True)]
        for row in rows_of(told.frame)
    ]  # fmt: skip
    heads = [
        ("基金", "pot"),
        ("步骤", "step"),
        (f"{told.year}年末累计结余", f"reserve at the end of {told.year}"),
    ]
    changed = ", ".join(told.changed) or "–"
    return section(
        heading("与上次测算对账", "Reconciliation with the last valuation"),
        table(heads, rows, words=2),
        paragraph(pair(f"改变的假设：{changed}", f"assumptions that changed: {changed}"), kind="small"),
    )


def _data(valuation: Valuation) -> str:
    rows: list[list[Cell]] = []
    for region in valuation.fund.regions:
        for row in rows_of(region.accounts.frame):
            rows.append(
                [
                    pair(f"{_place(region.id)} {pots()[row.pot].zh}", f"{_place(region.id)} {pots()[row.pot].en}"), pair(row.zh, row.en), f"{row.source} {_trust(row.state)}",  # noqa: E501
                    _money(row.amount), f"{row.share:.1%}",
                ]
            )  # fmt: skip
    heads = [("基金", "pot"), ("项目", "line"), ("来源", "source"), ("金额", "amount"), ("占比", "share")]
    people = [
        pair(
            f"{_place(region.id)}：" + "，".join(f"{zh} {heads:,.0f}" for zh, _, heads in _heads(region)),
            f"{_place(region.id)}: " + ", ".join(f"{en} {heads:,.0f}" for _, en, heads in _heads(region)),
        )
        for region in valuation.fund.regions
    ]
    return section(
        heading(
            f"数据：{valuation.fund.year}年账目与参保", f"Data: accounts and members of {valuation.fund.year}"
        ),
        bullets(people),
        table(heads, rows, words=3),
    )


def _assumptions(valuation: Valuation) -> str:
    rows: list[list[Cell]] = []
    cited: dict[str, None] = {}
    for row in rows_of(valuation.fund.assumptions.frame):
        interval = f"{row.low:.4g} … {row.high:.4g}" if row.low is not None and row.low == row.low else NONE
        rows.append([pair(row.zh, row.en), f"{row.source} {_trust(row.state)}", f"{row.value:.4g}", interval])
        cited[row.source] = None
    heads = [("假设", "assumption"), ("来源", "source"), ("取值", "value"), ("90%区间", "90 % interval")]
    sources = bullets(f"{each}: {told(resolve(each).title)}" for each in sorted(cited))
    return section(heading("假设与来源", "Assumptions and sources"), table(heads, rows, words=2), sources)
