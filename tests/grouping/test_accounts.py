"""Whole accounts of cases under a small scheme, each line worked out from its rules by hand."""

import numpy as np
import pytest

from drgsim import DrgGrouper
from drgsim.grouping.case import Reason
from drgsim.grouping.numbers import NewbornWeights, problems_of
from tests.schemes.example import SMALL

# I60.000 is in the exclusion tables 9 and 10: J96.000 (MCC, table 12) counts, E11.900 (CC, table 9) does not,
# J18.900 (CC of no table) does
PEDIATRIC_BLEEDING = {
    "diagnoses": "I60.000|J96.000|E11.900|J18.900|ZZ9",
    "procedures": "01.2400|99.9999",
    "sex": 1,
    "age": 17,
    "department": "内科",
}
PEDIATRIC_BLEEDING_ZH = """\
分组方案 small-1 小方案 [假定]
输入
  主要诊断 I60.000 颈动脉弯管和杈的蛛网膜下出血
  其他诊断 J96.000 急性呼吸衰竭
  其他诊断 E11.900 2型糖尿病
  其他诊断 J18.900 肺炎
  其他诊断 ZZ9 [目录中无此编码]
  主要手术操作 01.2400 其他颅骨切开术 [灰码]
  其他手术操作 99.9999 [目录外，方案自列]
  性别 1 男
  年龄 17岁
  出院科室 内科
并发症合并症 CC/MCC
  ✓ J96.000 MCC，排除表 12，主要诊断的排除表是 9, 10，不同：计入
  ✗ E11.900 CC，排除表 9，与主要诊断的排除表相同：被排除，不计入
  ✓ J18.900 CC，排除表 —，主要诊断的排除表是 9, 10，不同：计入
✓ MDCA 先期分组
  规则 ZYSS in OP_ALL
  ✓ ZYSS in OP_ALL：01.2400 在表中
  ✗ 不符合的 ADRG（1 个）：AA1
    ✗ AA1 心脏移植
      规则 ZYSS in OP_AA1
      ✗ ZYSS in OP_AA1：01.2400 不在表中
✓ MDCB 神经系统疾病及功能障碍
  规则 ZYZD in DI_B00
  ✓ ZYZD in DI_B00：I60.000 在表中
  ✓ BB1 开颅术, “出血”
    规则 ZYZD in DI_BB1 and ZYSS in OP_BB1
    ✓ ZYZD in DI_BB1：I60.000 在表中
    ✓ ZYSS in OP_BB1：01.2400 在表中
    ✓ BB11 开颅术，伴严重并发症或合并症
      规则 MCC and (NL < 18 or CYKS = "ICU")
      ✓ MCC：J96.000
      ✓ NL < 18：年龄 17岁
      ✗ CYKS = "ICU"：出院科室 内科
怎样会是另一组
  BB15 开颅术：需无计入的 MCC，或（年龄 >= 18岁，且出院科室 != ICU）
提示：有其他诊断编码不在医保版目录中
结果 MDCB BB1 BB11 grouped（已入组）
"""
PEDIATRIC_BLEEDING_EN = """\
scheme small-1 A small scheme [assumed; names of groups: own-translation]
input (names of codes are Chinese: no English edition of the insurance catalogues is published)
  principal diagnosis I60.000 颈动脉弯管和杈的蛛网膜下出血
  secondary diagnosis J96.000 急性呼吸衰竭
  secondary diagnosis E11.900 2型糖尿病
  secondary diagnosis J18.900 肺炎
  secondary diagnosis ZZ9 [unknown]
  main procedure 01.2400 其他颅骨切开术 [gray: retired]
  other procedure 99.9999 [of the scheme, in no catalogue]
  sex 1 male
  age 17 years
  department 内科
complications: CC and MCC
  ✓ J96.000 MCC, exclusion table 12, the principal's is 9, 10: it counts
  ✗ E11.900 CC, exclusion table 9, the same as the principal's: excluded, it does not count
  ✓ J18.900 CC, exclusion table —, the principal's is 9, 10: it counts
✓ MDCA Pre-MDC groups
  rule ZYSS in OP_ALL
  ✓ ZYSS in OP_ALL: 01.2400 is in the list
  ✗ ADRGs that do not fit (1): AA1
    ✗ AA1 Heart transplant
      rule ZYSS in OP_AA1
      ✗ ZYSS in OP_AA1: 01.2400 is not in the list
✓ MDCB Diseases and disorders of the nervous system
  rule ZYZD in DI_B00
  ✓ ZYZD in DI_B00: I60.000 is in the list
  ✓ BB1 开颅术, “出血”
    rule ZYZD in DI_BB1 and ZYSS in OP_BB1
    ✓ ZYZD in DI_BB1: I60.000 is in the list
    ✓ ZYSS in OP_BB1: 01.2400 is in the list
    ✓ BB11 开颅术，伴严重并发症或合并症
      rule MCC and (NL < 18 or CYKS = "ICU")
      ✓ MCC: J96.000
      ✓ NL < 18: age 17 years
      ✗ CYKS = "ICU": department 内科
what would have made it another group
  BB15 开颅术: needs no MCC that counts or (age >= 18 years and department != ICU)
note: another diagnosis is in no insurance-edition catalogue
answer MDCB BB1 BB11 grouped (a DRG takes it)
"""
BLEEDING_IN_ICU = {
    "diagnoses": "I60.000",
    "procedures": "01.2401",
    "sex": 2,
    "age": 70,
    "department": " ICU ",
}
BLEEDING_IN_ICU_ZH = """\
分组方案 small-1 小方案 [假定]
输入
  主要诊断 I60.000 颈动脉弯管和杈的蛛网膜下出血
  主要手术操作 01.2401 颅后窝血肿清除术
  性别 2 女
  年龄 70岁
  出院科室 ICU
其他诊断中无 CC/MCC
✓ MDCA 先期分组
  规则 ZYSS in OP_ALL
  ✓ ZYSS in OP_ALL：01.2401 在表中
  ✗ 不符合的 ADRG（1 个）：AA1
    ✗ AA1 心脏移植
      规则 ZYSS in OP_AA1
      ✗ ZYSS in OP_AA1：01.2401 不在表中
✓ MDCB 神经系统疾病及功能障碍
  规则 ZYZD in DI_B00
  ✓ ZYZD in DI_B00：I60.000 在表中
  ✓ BB1 开颅术, “出血”
    规则 ZYZD in DI_BB1 and ZYSS in OP_BB1
    ✓ ZYZD in DI_BB1：I60.000 在表中
    ✓ ZYSS in OP_BB1：01.2401 在表中
    ✗ BB11 开颅术，伴严重并发症或合并症
      规则 MCC and (NL < 18 or CYKS = "ICU")
      ✗ MCC：无计入的 MCC
      ✗ NL < 18：年龄 70岁
      ✓ CYKS = "ICU"：出院科室 ICU
    ✓ BB15 开颅术
      规则 TRUE
      ✓ TRUE：总成立
怎样会是另一组
  BB11 开颅术，伴严重并发症或合并症：需有计入的 MCC
结果 MDCB BB1 BB15 grouped（已入组）
"""
BLEEDING_IN_ICU_EN = """\
scheme small-1 A small scheme [assumed; names of groups: own-translation]
input (names of codes are Chinese: no English edition of the insurance catalogues is published)
  principal diagnosis I60.000 颈动脉弯管和杈的蛛网膜下出血
  main procedure 01.2401 颅后窝血肿清除术
  sex 2 female
  age 70 years
  department ICU
no secondary diagnosis is listed as CC or MCC
✓ MDCA Pre-MDC groups
  rule ZYSS in OP_ALL
  ✓ ZYSS in OP_ALL: 01.2401 is in the list
  ✗ ADRGs that do not fit (1): AA1
    ✗ AA1 Heart transplant
      rule ZYSS in OP_AA1
      ✗ ZYSS in OP_AA1: 01.2401 is not in the list
✓ MDCB Diseases and disorders of the nervous system
  rule ZYZD in DI_B00
  ✓ ZYZD in DI_B00: I60.000 is in the list
  ✓ BB1 开颅术, “出血”
    rule ZYZD in DI_BB1 and ZYSS in OP_BB1
    ✓ ZYZD in DI_BB1: I60.000 is in the list
    ✓ ZYSS in OP_BB1: 01.2401 is in the list
    ✗ BB11 开颅术，伴严重并发症或合并症
      rule MCC and (NL < 18 or CYKS = "ICU")
      ✗ MCC: no MCC counts
      ✗ NL < 18: age 70 years
      ✓ CYKS = "ICU": department ICU
    ✓ BB15 开颅术
      rule TRUE
      ✓ TRUE: always
what would have made it another group
  BB11 开颅术，伴严重并发症或合并症: needs an MCC that counts
answer MDCB BB1 BB15 grouped (a DRG takes it)
"""
STROKE = {"diagnoses": "I63.000|E11.900", "procedures": "", "sex": 2, "age": 70}
STROKE_ZH = """\
分组方案 small-1 小方案 [假定]
输入
  主要诊断 I63.000 入脑前动脉血栓形成引起的脑梗死
  其他诊断 E11.900 2型糖尿病
  性别 2 女
  年龄 70岁
并发症合并症 CC/MCC
  ✓ E11.900 CC，排除表 9，主要诊断的排除表是 —，不同：计入
✗ MDCA 先期分组
  规则 ZYSS in OP_ALL
  ✗ ZYSS in OP_ALL：无主要手术操作
✓ MDCB 神经系统疾病及功能障碍
  规则 ZYZD in DI_B00
  ✓ ZYZD in DI_B00：I63.000 在表中
  ✗ 不符合的 ADRG（2 个）：BB1 BQY
    ✗ BB1 开颅术, “出血”
      规则 ZYZD in DI_BB1 and ZYSS in OP_BB1
      ✗ ZYZD in DI_BB1：I63.000 不在表中
      ✗ ZYSS in OP_BB1：无主要手术操作
    ✗ BQY 歧义病案组
      规则 ZYSS in OP_ALL
      ✗ ZYSS in OP_ALL：无主要手术操作
  ✓ BR1 脑血管病
    规则 ZYZD in DI_BR1
    ✓ ZYZD in DI_BR1：I63.000 在表中
    ✓ BR13 脑血管病，伴并发症或合并症
      规则 MCC or CC
      ✗ MCC：无计入的 MCC
      ✓ CC：E11.900
怎样会是另一组
  BR15 脑血管病：需无计入的 MCC，且无计入的 CC
结果 MDCB BR1 BR13 grouped（已入组）
"""
STROKE_EN = """\
scheme small-1 A small scheme [assumed; names of groups: own-translation]
input (names of codes are Chinese: no English edition of the insurance catalogues is published)
  principal diagnosis I63.000 入脑前动脉血栓形成引起的脑梗死
  secondary diagnosis E11.900 2型糖尿病
  sex 2 female
  age 70 years
complications: CC and MCC
  ✓ E11.900 CC, exclusion table 9, the principal's is —: it counts
✗ MDCA Pre-MDC groups
  rule ZYSS in OP_ALL
  ✗ ZYSS in OP_ALL: there is no main procedure
✓ MDCB Diseases and disorders of the nervous system
  rule ZYZD in DI_B00
  ✓ ZYZD in DI_B00: I63.000 is in the list
  ✗ ADRGs that do not fit (2): BB1 BQY
    ✗ BB1 开颅术, “出血”
      rule ZYZD in DI_BB1 and ZYSS in OP_BB1
      ✗ ZYZD in DI_BB1: I63.000 is not in the list
      ✗ ZYSS in OP_BB1: there is no main procedure
    ✗ BQY Ambiguous cases
      rule ZYSS in OP_ALL
      ✗ ZYSS in OP_ALL: there is no main procedure
  ✓ BR1 脑血管病
    rule ZYZD in DI_BR1
    ✓ ZYZD in DI_BR1: I63.000 is in the list
    ✓ BR13 脑血管病，伴并发症或合并症
      rule MCC or CC
      ✗ MCC: no MCC counts
      ✓ CC: E11.900
what would have made it another group
  BR15 脑血管病: needs no MCC that counts and no CC that counts
answer MDCB BR1 BR13 grouped (a DRG takes it)
"""


@pytest.mark.parametrize(
    ("case", "zh", "en"),
    [
        (PEDIATRIC_BLEEDING, PEDIATRIC_BLEEDING_ZH, PEDIATRIC_BLEEDING_EN),
        (BLEEDING_IN_ICU, BLEEDING_IN_ICU_ZH, BLEEDING_IN_ICU_EN),
        (STROKE, STROKE_ZH, STROKE_EN),
    ],
)
def test_the_whole_account_of_a_case(case, zh, en):
    found = DrgGrouper(SMALL).explain(case)
    assert found.text("zh", full=True).splitlines() == zh.splitlines()
    assert found.text("en", full=True).splitlines() == en.splitlines()


def weights(values, from_birth, only_birth):
    return NewbornWeights(
        None if values is None else np.array(values, np.float32), np.array(from_birth), np.array(only_birth)
    )


def test_a_weight_is_lacking_where_it_is_missing_or_that_at_birth():
    assert weights(None, [False], [False]).lacking is True
    found = weights([3000, np.nan, 2500], [False, False, True], [False] * 3)
    assert found.lacking.tolist() == [False, True, True]
    unreadable = np.full(3, Reason.WEIGHT_UNREADABLE, np.uint8)
    assert found.problems(unreadable).tolist() == [0, Reason.WEIGHT_UNREADABLE, Reason.WEIGHT_UNREADABLE]
    other = np.full(3, Reason.AGE_MISSING, np.uint8)
    assert found.problems(other).tolist() == [Reason.AGE_MISSING] * 3


def test_what_became_of_a_weight_is_told_where_nothing_more_important_is():
    told = np.array([Reason.NONE, Reason.GAP_IN_CODES, Reason.NO_DRG, Reason.WEIGHT_MISSING, 0], np.uint8)
    weights([1] * 5, [True, True, True, False, False], [False, False, False, True, True]).tell(told)
    assert told.tolist() == [
        Reason.BIRTH_WEIGHT_TAKEN, Reason.BIRTH_WEIGHT_TAKEN, Reason.NO_DRG,
        Reason.ADMISSION_WEIGHT_MISSING, 0,
    ]  # fmt: skip


def test_the_most_important_thing_wrong_with_the_numbers_is_told():
    nan = np.nan
    numbers = {"sex": np.array([1, 2, 0, 3, nan, nan, 1]), "age": np.array([0, 150, 40, nan, -1, nan, nan])}
    sex_text = np.array([False] * 5 + [True, False])
    found = problems_of(numbers, {"sex": sex_text, "age": np.zeros(7, bool)})
    assert [Reason(each).name for each in found] == [
        "NONE", "NONE", "SEX_UNREADABLE", "SEX_UNREADABLE", "SEX_MISSING", "SEX_UNREADABLE", "AGE_MISSING",
    ]  # fmt: skip
    ages = problems_of(
        {"sex": np.ones(3), "age": np.array([-1.0, 151, 150])},
        {"sex": np.zeros(3, bool), "age": np.zeros(3, bool)},
    )
    assert [Reason(each).name for each in ages] == ["AGE_OUT_OF_RANGE", "AGE_OUT_OF_RANGE", "NONE"]
