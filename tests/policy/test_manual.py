"""The manual page of a parameter, an effect and a fact, and the document to start from."""

import datetime

import pytest

from drgsim import Policy
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.language import speaking
from drgsim.policy.display import value_text
from drgsim.policy.manual import _flow, _read_for, manual, template
from drgsim.policy.parameters import catalogue
from drgsim.policy.yaml_text import plain_yaml


def test_the_page_of_a_choice_says_every_choice_and_what_it_needs():
    lines = manual("outlier.low.method").split("\n")
    assert lines[0] == "outlier.low.method  低倍率病例的付费 how low outliers are paid"
    assert lines[1].startswith("  allowed 可取: none, by_item, ratio")
    assert lines[2] == "  default 默认: none (按支付标准)"
    assert "    by_item: 按实际费用 actual cost F (needs 需要 outlier.low.threshold)" in lines
    assert "    none: 按支付标准 the standard" in lines
    assert lines[-2:] == [
        "  in a document 写法:",
        "    outlier.low.method: {value: none, source: R090, state: assumed}",
    ]


def test_the_page_of_a_parameter_that_varies_shows_how_it_is_written():
    lines = manual("outlier.high.threshold").split("\n")
    assert lines[2] == "  default 默认: –"
    assert lines[-1].strip() == (
        "outlier.high.threshold: {value: {KEY: [[1, 1], [null, 1]], other: [[1, 1], [null, 1]]}, "
        "source: R090, state: assumed}"
    )
    assert "required by" not in "\n".join(lines)
    rate = manual("standard.base_rate").split("\n")
    assert "  required by 必填于: drg_rate" in rate
    assert "  Money for one unit of weight; total cost, not the fund's part of it." in rate
    assert rate[-1].strip() == (
        "standard.base_rate: {value: {KEY: 1, other: 1}, source: R090, state: assumed}"
    )
    flag = manual("settlement.prepayment_gate.no_deficit").split("\n")
    assert flag[-1].strip().startswith("settlement.prepayment_gate.no_deficit: {value: true,")
    assert manual("routes.excluded.groups").split("\n")[-1].strip().startswith(
        "routes.excluded.groups: {value: [CODE],"
    )  # fmt: skip


def test_what_a_page_shows_in_a_document_is_read():
    for path, parameter in catalogue().items():
        if parameter.by or parameter.band is not None:
            continue  # KEY stands for a key of one's own
        entry = plain_yaml(manual(path).split("\n")[-1].strip(), name=path)
        document = {
            "drgsim_policy": 1, "id": "own", "title": "own", "parameters": entry,
            "valid": {"from": "2024-01-01", "to": "2026-12-31"},
        }  # fmt: skip
        assert Policy.load(document).entry(path).source == "R090", path


def test_the_page_of_an_effect_says_its_arguments_stage_and_example():
    lines = manual("cap_total").split("\n")
    assert lines == [
        "cap_total  机构合计封顶 what a hospital is paid for these stays in a period is capped",
        "  stage 环节: total, after 在其后: special_review",
        "    share: 封顶比例 part of the cost; a number above 0; required 必填",
        "    period: 周期 in which period; year, quarter, month; default 默认 year",
        "  The cap is `share` of what the same stays cost; every payment above it is cut by one factor, "
        "to the fen.",
        "  in a document 写法:",
        "    rules:",
        "      - id: NAME",
        "        when: route = per_diem",
        "        effect: {cap_total: {share: 1.02}}",
        "        source: R090",
        "        state: assumed",
    ]
    assert "  at least one of 至少其一: set, multiply, floor, cap, add" in manual("price").split("\n")
    assert "at least one of" not in manual("cap_total")


def test_the_page_of_a_fact_says_kind_unit_values_and_key():
    assert manual("days_from_previous").split("\n") == [
        "days_from_previous  距上次同组出院天数 days since the person's last discharge from the same group",
        "  kind 类型: number, unit 单位: days",
    ]
    kind = manual("hospital_kind").split("\n")
    assert kind[:2] == ["hospital_kind  医院类别 kind of hospital", "  kind 类型: text"]
    assert kind[-1].startswith("  values 取值: general (综合医院 general hospital), specialist (")
    assert manual("item_cost").split("\n")[-1] == "  asked with a key 需带键: item_cost[…]"
    share = manual("share").split("\n")[-1]
    assert share.startswith(
        "  share[DIMENSION+DIMENSION: condition or expression 条件或表达式]; dimensions 维度: all,"
    )
    assert "[DIMENSION" not in manual("weight")


def test_an_area_lists_its_parameters_and_an_unknown_name_the_nearest():
    with speaking("en"):
        assert manual("outlier.low").split("\n")[:2] == [
            "outlier.low.method  how low outliers are paid",
            "outlier.low.threshold  low-outlier threshold",
        ]
        assert len(manual("outlier.low").split("\n")) == 4
    with speaking("zh"):
        assert manual("outlier.low").split("\n")[0] == "outlier.low.method  低倍率病例的付费"
    with pytest.raises(NotFoundError, match=r"outlier\.low\.threshold"):
        manual("outlier.low.treshold")


def test_values_stand_as_yaml_writes_them():
    value = {"a": [True, False, None], "b": "los > 3", "c": "x", "d": 1.5}
    assert _flow(value) == '{a: [true, false, null], b: "los > 3", c: x, d: 1.5}'
    assert plain_yaml(_flow(value), name="value") == value


@pytest.mark.parametrize("like", [None, "common-drg", "national-drg-rate", "national-dip", "harbin"])
def test_a_document_to_start_from_is_a_policy_as_it_stands(like):
    text = template("own-2025", like=like)
    policy = Policy.load(plain_yaml(text, name="own"))
    base = None if like is None else _read_for(like, datetime.date(2025, 12, 31))
    assert policy.id == "own-2025"
    assert (policy.document.valid_from, policy.document.valid_to) == (
        datetime.date(2025, 1, 1),
        datetime.date(2025, 12, 31),
    )
    assert policy.method == ("drg_rate" if base is None or base.method is None else base.method)
    own = policy.in_force
    lacking = base is None or base["standard.base_rate"] is None
    if policy.method == "drg_rate":
        assert (own["standard.base_rate"].source == "NOTICE") == lacking
        assert ("# base rate 基础费率, yuan/weight" in text) == lacking
    if base is not None:
        assert f"extends: [{like}]" in text
        assert set(base.in_force) <= set(own)
        for path, dated in base.in_force.items():  # the comment says what holds in the document's own year
            assert f"  # {path}: {value_text(own[path].value, catalogue()[path])}  # " in text
            assert own[path].value == dated.value


def test_the_year_of_a_document_is_that_of_its_name_else_this_one():
    assert "from: 2024-01-01, to: 2024-12-31" in template("city-2023-2024")
    year = datetime.date.today().year
    for name in ("city", "city-120231"):  # digits of a longer number are no year
        assert f"from: {year}-01-01, to: {year}-12-31" in template(name)
    with pytest.raises(ArgumentError, match="not a name for a policy"):
        template("a b")
    assert template("a.b-c").startswith("# A policy document.")
    with pytest.raises(NotFoundError):
        template("city", like="no-such-policy")


@pytest.mark.parametrize(
    ("lang", "said", "unsaid"),
    [("en", "# the days the rules are known to hold", "已知有效期"), ("zh", "# 已知有效期", "the days")],
)
def test_a_document_to_start_from_speaks_the_language_asked_for(lang, said, unsaid):
    with speaking(lang):
        text = template("city-2024", like="national-drg-rate")
    assert said in text
    assert unsaid not in text
    assert not (set("|<") & set(text))
