"""A scheme in words."""

from dataclasses import replace

import pytest

from drgsim.errors import NotFoundError
from drgsim.schemes.describe import describe, describe_rows
from drgsim.schemes.model import AmbiguousAdrg, CcExclusion, CodeSet, Drg, NewbornWeight, Switches
from drgsim.schemes.registry import load
from drgsim.schemes.rules.parse import parse_rule
from tests.schemes.example import OVERLAY, SMALL


def test_the_page_of_a_scheme_carries_its_trust_and_its_choices():
    page = OVERLAY.describe()
    assert "small-2  小方案 甲  A small scheme" in page
    assert "assumed: 假定 assumed" in page
    assert "基准 base       small-1" in page
    assert "retry_single_procedures = true" in page
    assert "[made up]" in page
    assert "ambiguous groups: none" in page
    assert "2 MDC, 3 ADRG, 6 DRG, 0 QY" in page
    assert "与来源不同之处 departures from the source (1)" in describe(SMALL)


def test_the_choices_that_rules_make_are_read_off_them():
    """Grouping semantics: 1.1 takes HIV as principal diagnosis only, 2.0 as any diagnosis."""
    assert "HIV: 仅主要诊断 principal diagnosis only" in describe(load("chs-drg-1.1"))
    national = describe(load("chs-drg-2.0"))
    assert "HIV: 任一诊断 any diagnosis" in national
    assert "consultation edition" in national
    assert "医保办发〔2024〕9号" in national
    assert "no valid procedure: 187 / 187" in describe(load("zhejiang-2022"))


def test_rows_and_sets_are_found_by_how_they_begin():
    text = describe_rows(SMALL, ["bb1", "OP_ALL"])
    assert text.splitlines()[0] == "ADRG BB1 开颅术, “出血”"
    assert "       OP_BB1: 3 codes" in text
    assert "DRG  BB11" in text
    assert "SET  OP_ALL  (procedure, 5 codes)" in text
    with pytest.raises(NotFoundError, match="did you mean 'BB1"):
        describe_rows(SMALL, ["BB2"])


def test_the_page_of_a_small_scheme_says_all_of_it():
    assert describe(SMALL).splitlines() == [
        "small-1  小方案  A small scheme",
        "版本 version    1  (small)",
        "有效期 valid     2024-01-01 – 2025-12-31",
        "可信 trust      assumed: 假定 assumed",
        "来源 source     made up for tests",
        "组数 rows       2 MDC, 3 ADRG, 5 DRG, 1 QY 歧义组 ambiguous; 1 MCC, 3 CC",
        "说明 notes",
        '  一条"说明"\t',
        "  back\\slash",
        "选择 choices",
        "  cc_exclusion = same_table: 主要诊断自身的排除表号与MCC/CC相同时, 该MCC/CC不计 "
        "a CC or MCC does not count when the principal diagnosis has the same exclusion table [SC04]",
        "  newborn_weight = birth: XSRTZ 为出生体重 XSRTZ is the weight at birth",
        "  ambiguous_adrg = qy: 歧义病例的 ADRG 一律写作 QY "
        "the ADRG of an ambiguous case is called QY in every MDC",
        "  retry_single_procedures = false: 未入组病例不再试 an ungrouped case is not tried again",
        "  歧义组 ambiguous groups: B; ZYSS in OP_ALL",
        "  按年龄 < 18 岁的细分组 DRGs by age < 18: 1: BB11",
        "  内科组要求无有效手术 medical ADRGs that ask for no valid procedure: 0 / 1; "
        "有效手术 valid procedures: 5",
        "与来源不同之处 departures from the source (1)",
        "  BB1: x, y → z (because)",
        "大类 MDC (English names: own-translation)",
        "  MDCA 先期分组 Pre-MDC groups: ZYSS in OP_ALL",
        "  MDCB 神经系统疾病及功能障碍 Diseases and disorders of the nervous system: ZYZD in DI_B00",
    ]


def test_the_page_leaves_out_what_a_scheme_does_not_have_and_says_its_other_choices():
    bare = replace(
        SMALL, title_en="", family="", valid_from=None, valid_to=None, departures=(), switch_sources={},
        switches=Switches(CcExclusion.MEMBERSHIP, NewbornWeight.ADMISSION, AmbiguousAdrg.OWN, True),
        sets={name: each for name, each in SMALL.sets.items() if name != "OP_ALL"},
    )  # fmt: skip
    lines = describe(bare).splitlines()
    assert lines[:3] == ["small-1  小方案", "版本 version    1", "有效期 valid     ? –"]
    assert "departures" not in describe(bare)
    assert [line.split(": ", 1)[1] for line in lines[10:14]] == [
        "主要诊断列在MCC/CC所指排除表中时, 该MCC/CC不计 "
        "a CC or MCC does not count when its exclusion table lists the principal diagnosis",
        "XSRTZ 为入院体重 XSRTZ is the weight at admission",
        "歧义病例的 ADRG 写其本码 (如 BQY) the ADRG of an ambiguous case has its own code, BQY for example",
        "未入组时依次以第2、3…项手术单独再试 "
        "an ungrouped case is tried again with its second procedure alone, then its third, and so on",
    ]
    assert any(line.endswith("有效手术 valid procedures: 0") for line in lines)


def test_drgs_by_age_stand_under_what_they_ask_and_the_first_eight_are_named():
    young = tuple(Drg(f"BB{n}", "BB1", "", parse_rule("NL < 18")) for n in range(2, 11))
    old = Drg("BR1A", "BR1", "", parse_rule("NL >= 60 or NL < 18"))
    by_age = [line for line in describe(replace(SMALL, drgs=(*young, old))).splitlines() if "by age" in line]
    assert by_age == [
        "  按年龄 < 18 岁的细分组 DRGs by age < 18: 10: BB2 BB3 BB4 BB5 BB6 BB7 BB8 BB9 …",
        "  按年龄 >= 60 岁的细分组 DRGs by age >= 60: 1: BR1A",
    ]


def test_medical_groups_without_a_procedure_are_counted():
    barred = tuple(
        replace(each, rule=parse_rule("ZYZD in DI_BR1 and ZYSS not in OP_ALL"))
        if each.code == "BR1"
        else each
        for each in SMALL.adrgs
    )
    assert "no valid procedure: 1 / 1;" in describe(replace(SMALL, adrgs=barred))


def test_rows_name_sets_that_are_not_there_and_long_sets_are_cut():
    absent = replace(SMALL, sets={name: each for name, each in SMALL.sets.items() if name != "OP_BB1"})
    assert describe_rows(absent, ["BB1"]).splitlines()[3] == "       OP_BB1: ?"
    many = CodeSet("OP_ALL", "procedure", frozenset(f"01.24{n:02}" for n in range(42)), "有效手术")
    text = describe_rows(replace(SMALL, sets={**SMALL.sets, "OP_ALL": many}), ["op_all", "mdca"])
    codes = " ".join(f"01.24{n:02}" for n in range(40))
    assert text.splitlines() == [
        "SET  OP_ALL 有效手术 (procedure, 42 codes)",
        f"     {codes} … and 2 more",
        "MDC  MDCA 先期分组 Pre-MDC groups",
        "     ZYSS in OP_ALL",
        "       OP_ALL: 42 codes 有效手术",
    ]
