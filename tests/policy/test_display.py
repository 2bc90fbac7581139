"""A policy as people read it: each line with value, unit, trust and day, in one language or in both."""

import pytest

from drgsim import Policy
from drgsim.language import speaking
from drgsim.policy.display import trust_text, unit_text, value_text
from drgsim.policy.parameters import catalogue

from .test_policy_document import document, entry

BANDS = {"3": ((1.0, 3.0), (None, 2.5)), "other": 2.0}
POLICY = Policy.load(
    document(
        method="drg_rate",
        region="230100",
        scheme={"2024-01-01": "chs-drg-1.1", "2025-07-01": "chs-drg-2.0"},
        note="what it is",
        coverage=[{"clause": "第一条", "state": "not_modelled"}],
        parameters={
            **entry("standard.base_rate", {"employee": 1000, "other": {"A": 900, "other": 800}}),
            **entry("outlier.high.method", "excess"),
            **entry("outlier.high.threshold", {"3": [[1, 3], [None, 2.5]], "other": 2}, note="as told"),
            **entry("outlier.high.inclusive", True),
            **entry("routes.excluded.groups", ["GZ", "ES15"]),
        },
    )
)
SCHEMES = "chs-drg-2.0 (chs-drg-1.1, chs-drg-2.0 from 2025-07-01)"
HEAD = f"scheme {SCHEMES}; valid 2024-01-01 to 2025-12-31; on 2025-12-31"


def test_in_chinese():
    with speaking("zh"):
        assert POLICY.show().split("\n") == [
            "测试 (test)",
            "地区 230100；支付方式 DRG 费率法；"
            "分组方案 chs-drg-2.0 (chs-drg-1.1, chs-drg-2.0（自 2025-07-01）)；"
            "有效期 2024-01-01 至 2025-12-31；取值日 2025-12-31",
            "参数 5 个：5 假设",
            "未建模: 第一条",
            "what it is",
            "",
            "[standard]",
            "  standard.base_rate  基础费率: employee: 1,000; 其他: (A: 900; 其他: 800) 元/权重"
            "  [假设, R090, 2024-01-01 起]",
            "[routes]",
            "  routes.excluded.groups  不按病组付费的病组: ES15 GZ  [假设, R090, 2024-01-01 起]",
            "[outlier]",
            "  outlier.high.method  高倍率病例的付费: excess (标准×(起点+系数×超出倍率))"
            "  [假设, R090, 2024-01-01 起]",
            "  outlier.high.threshold  高倍率界限: 3: ≤1: 3, >1: 2.5; 其他: 2 倍, 按权重"
            "  [假设, R090, 2024-01-01 起]  # as told",
            "  outlier.high.inclusive  等于高倍率界限时算高倍率: true  [假设, R090, 2024-01-01 起]",
        ]


def test_in_english():
    with speaking("en"):
        shown = POLICY.show().split("\n")
    assert shown[:4] == [
        "Test (test)",
        f"region 230100; method drg_rate; {HEAD}",
        "5 parameters: 5 assumed",
        "not_modelled: 第一条",
    ]
    assert (
        "  standard.base_rate  base rate: employee: 1,000; other: (A: 900; other: 800) yuan/weight"
        "  [assumed, R090, since 2024-01-01]"
    ) in shown
    assert (
        "  outlier.high.method  how high outliers are paid: excess (S * (start + factor * (r - from)))"
        "  [assumed, R090, since 2024-01-01]"
    ) in shown
    assert (
        "  outlier.high.threshold  high-outlier threshold: 3: ≤1: 3, >1: 2.5; other: 2 ratio, "
        "by weight of the group  [assumed, R090, since 2024-01-01]  # as told"
    ) in shown


def test_in_both():
    shown = POLICY.show().split("\n")
    assert shown[0] == "测试 Test (test)"
    assert shown[1] == f"region 230100; method DRG 费率法 drg_rate; {HEAD}"
    assert shown[2] == "5 参数 parameters: 5 assumed 假设"
    assert (
        "  outlier.high.threshold  高倍率界限 high-outlier threshold: 3: ≤1: 3, >1: 2.5; 其他/other: 2 "
        "ratio, by 权重 weight of the group  [assumed 假设, R090, since 2024-01-01]  # as told"
    ) in shown


def test_every_parameter_says_what_it_may_be():
    with speaking("en"):
        every = POLICY.show(every=True).split("\n")
        place = every.index("  outlier.low.threshold  low-outlier threshold: –  [default]")
        assert every[place + 1] == (
            "      allowed: number at least 0 at most 10000, or null; by level (0, 1, 2, 3); "
            "bands: weight weight of the group; unit: ratio"
        )
        for head in ("[effects of rules]", "[facts of conditions]"):
            assert head in every
        assert "  los  length of stay (number, days)" in every
        assert "  by_item  the stay leaves the case payment and is paid its actual cost" in every
    with speaking("zh"):
        every = POLICY.show(every=True).split("\n")
        allowed = "数值，不小于 0，不大于 10000，或 null"
        assert f"      可取: {allowed}; 按 level (0, 1, 2, 3); 分档: weight 权重; 单位: 倍" in every


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_of_a_notebook_has_a_row_for_each_value(lang):
    with speaking(lang):
        page = POLICY._repr_html_()
        rows = page.partition("<tbody>")[2].split("<tr>")[1:]
    heads = {"zh": ["参数", "路径", "值", "起", "可信度", "来源", "说明"],
             "en": ["parameter", "path", "value", "since", "trust", "source", "note"]}  # fmt: skip
    assert "".join(f"<th>{each}</th>" for each in heads[lang]) in page
    assert len(rows) == 5
    (threshold,) = (row for row in rows if "outlier.high.threshold" in row)
    cells = {
        "zh": ("高倍率界限", "3: ≤1: 3, &gt;1: 2.5; 其他: 2 倍", "假设"),
        "en": ("high-outlier threshold", "3: ≤1: 3, &gt;1: 2.5; other: 2 ratio", "assumed"),
    }[lang]
    assert threshold.startswith(
        f"<td>{cells[0]}</td><td>outlier.high.threshold</td><td>{cells[1]}</td><td>2024-01-01</td>"
        f"<td>{cells[2]}</td><td>R090</td><td>as told</td>"
    )


@pytest.mark.parametrize(
    ("value", "path", "both", "zh", "en"),
    [
        (BANDS, None, "3: ≤1: 3, >1: 2.5; 其他/other: 2", "三级: ≤1: 3, >1: 2.5; 其他: 2",
         "3: ≤1: 3, >1: 2.5; other: 2"),
        (True, None, "true", "是", "true"),
        (False, None, "false", "否", "false"),
        ((), None, "–", "–", "–"),
        (None, None, "–", "–", "–"),
        (("A", "B"), None, "A B", "A B", "A B"),
        (12_345.678, None, "12,345.678", "12,345.678", "12,345.678"),
        (10.0, None, "10", "10", "10"),
        (-0.25, None, "-0.25", "-0.25", "-0.25"),
        ("excess", "outlier.high.method", "excess (标准×(起点+系数×超出倍率))",
         "标准×(起点+系数×超出倍率)", "S * (start + factor * (r - from))"),
    ],
)  # fmt: skip
def test_values_in_words(value, path, both, zh, en):
    parameter = None if path is None else catalogue()[path]
    said = (value_text(value, parameter, plain=lang) for lang in (None, "zh", "en"))
    assert tuple(said) == (both, zh, en)


def test_units_and_trust_in_words():
    assert unit_text("yuan/point", "zh") == "元/点"
    assert unit_text("yuan/point", "en") == "yuan/point"
    assert unit_text("share of discharges", "zh") == "占出院人次"
    with speaking("en"):
        assert (trust_text({}), trust_text({"read": 1, "default": 2})) == (
            "0 parameters: none", "3 parameters: 1 read, 2 default",
        )  # fmt: skip
    with speaking("zh"):
        assert (trust_text({}), trust_text({"read": 1, "default": 2})) == (
            "参数 0 个：无", "参数 3 个：1 已核原文、2 中性默认",
        )  # fmt: skip


def test_a_place_names_its_own_classes_of_hospitals_in_the_language_asked_for():
    value = {"Ⅰ级": 12_252.7, "other": 1.0}
    with speaking("en"):
        assert value_text(value) == "class I (Ⅰ级): 12,252.7; other: 1"
    with speaking("zh"):
        assert value_text(value) == "Ⅰ级: 12,252.7; 其他: 1"
    assert value_text(value, plain="en") == "class I: 12,252.7; other: 1"
