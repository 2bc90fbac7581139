"""The fixed words of charts, page and workbook in both languages."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    # measures
    "cases": ("病例数", "cases"),
    "not_payable": ("无法付费病例数", "cases not payable"),
    "not_payable_cost": ("无法付费病例的总费用", "cost of cases not payable"),
    "problem": ("原因", "reason"),
    "unpaid": ("无法付费", "not payable"),
    "cmi": ("CMI", "CMI"),
    "total_cost": ("住院总费用", "total cost"),
    "payment": ("应付总额", "payment"),
    "fund_by_item": ("按项目应付基金", "fund by item"),
    "fund": ("统筹基金支付", "fund"),
    "patient": ("个人负担", "patients"),
    "other_payers": ("其他支付方", "other payers"),
    "borne_by_hospital": ("医院承担", "borne by hospitals"),
    "margin": ("结余率", "margin"),
    "fund_change": ("基金支付变化", "change of fund"),
    "fund_change_share": ("基金支付变化率", "change of fund, share"),
    "catastrophic": ("大病保险", "catastrophic insurance"),
    "medical_aid": ("医疗救助", "medical aid"),
    "other_payers_change": ("其他支付方变化", "change for other payers"),
    "patient_change": ("个人负担变化", "change for patients"),
    "hospital_change": ("医院结余变化", "change for hospitals"),
    # keys
    "scenario": ("方案", "scenario"),
    "title": ("方案名称", "title"),
    "baseline": ("基线", "baseline"),
    "region": ("统筹区", "region"),
    "care_region": ("就医地", "care region"),
    "insured_region": ("参保地", "insured region"),
    "hospital_id": ("医疗机构", "hospital"),
    "hospital_level": ("医院等级", "hospital level"),
    "insurance": ("险种", "insurance"),
    "employee": ("职工医保", "employee"),
    "resident": ("居民医保", "resident"),
    "all": ("合计", "all"),
    "level_3": ("三级", "tertiary"),
    "level_2": ("二级", "secondary"),
    "level_1": ("一级", "primary"),
    "level_0": ("未定级", "not graded"),
    "year": ("年度", "year"),
    "lever": ("措施", "lever"),
    "mdc": ("主要诊断大类", "MDC"),
    "age_band": ("年龄组", "age band"),
    # attribution
    "kind": ("类别", "kind"),
    "mechanical": ("规则直接影响", "rule"),
    "regrouped": ("换组影响", "regrouped"),
    "repriced": ("换价影响", "repriced"),
    "behavioural": ("行为响应", "behaviour"),
    "total": ("合计", "total"),
    "value": ("金额", "value"),
    "cumulative": ("累计", "cumulative"),
    "increase": ("增加", "increase"),
    "decrease": ("减少", "decrease"),
    "net_change": ("净变化", "net change"),
    # outliers
    "low_outlier": ("低倍率", "low outlier"),
    "high_outlier": ("高倍率", "high outlier"),
    "extreme_outlier": ("极高倍率", "extreme outlier"),
    "special_review_eligible": ("特例单议：符合条件", "special review: eligible"),
    "special_review_filed": ("特例单议：已申报", "special review: filed"),
    "special_review_accepted": ("特例单议：通过", "special review: accepted"),
    "new_technology": ("新药新技术除外", "new technology"),
    "share": ("占比", "share"),
    "adjustment": ("支付调整", "adjustment"),
    # cost to standard
    "low": ("下限", "low"),
    "middle": ("中值", "middle"),
    "high": ("上限", "high"),
    # projection
    "insured": ("参保人数", "insured"),
    "inpatient_cost": ("住院费用", "inpatient cost"),
    "inpatient_fund": ("住院基金支出", "inpatient fund"),
    "inpatient_fund_low": ("住院基金支出下限", "inpatient fund, low"),
    "inpatient_fund_high": ("住院基金支出上限", "inpatient fund, high"),
    "other_spending": ("其他支出", "other spending"),
    "income": ("统筹基金收入", "income"),
    "balance": ("当期结余", "balance of the year"),
    "balance_low": ("当期结余下限", "balance, low"),
    "balance_high": ("当期结余上限", "balance, high"),
    "reserve": ("累计结余", "reserve"),
    "reserve_low": ("累计结余下限", "reserve, low"),
    "reserve_high": ("累计结余上限", "reserve, high"),
    "reserve_months": ("可支付月数", "months in reserve"),
    "warning": ("预警", "warning"),
    # bands
    "measure": ("指标", "measure"),
    "band": ("区间", "band"),
    "sampling": ("抽样", "sampling"),
    "parameters": ("参数", "parameters"),
    "difference_sampling": ("差值的抽样区间", "sampling, of the difference"),
    "difference_parameters": ("差值的参数区间", "parameters, of the difference"),
    # published, plausibility, liveness
    "simulated": ("模拟值", "simulated"),
    "published": ("公布值", "published"),
    "gap": ("差距", "gap"),
    "source": ("来源", "source"),
    "state": ("可信度", "trust"),
    "check": ("检查项", "check"),
    "ok": ("是否合理", "plausible"),
    "path": ("参数路径", "path"),
    "moved": ("是否起作用", "moved anything"),
    "reason_zh": ("原因", "reason (zh)"),
    "reason_en": ("原因（英文）", "reason"),
    "title_zh": ("名称", "title (zh)"),
    "title_en": ("英文名称", "title"),
    "unit": ("单位", "unit"),
    "published_year": ("公布年度", "year published"),
    "note": ("备注", "note"),
    "point": ("估计值", "estimate"),
    "before": ("原分组", "group before"),
    "after": ("新分组", "group after"),
    "read": ("已核原文", "read"),
    "secondary": ("二手来源", "secondary"),
    "assumed": ("假设", "assumed"),
    "default": ("中性默认", "default"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
}


def word(key: object, lang: str) -> str:
    """The word in that language; a key nobody named stands for itself."""
    pair = WORDS.get(str(key))
    return str(key) if pair is None else pair[0 if lang == "zh" else 1]


def both(key: object) -> tuple[str, str]:
    """The word in Chinese and in English."""
    return word(key, "zh"), word(key, "en")


def level(value: object, lang: str) -> str:
    """A hospital level in words: 3, 3.0 and "3" alike."""
    text = str(value)
    text = text[:-2] if text.endswith(".0") else text
    named = word(f"level_{text}", lang)
    return text if named == f"level_{text}" else named


def title(titles: Mapping[str, Mapping[str, str]] | None, key: str, lang: str) -> str:
    """The title of a scenario in that language, or in the other one, or its id."""
    found = (titles or {}).get(key) or {}
    return found.get(lang) or next((text for text in found.values() if text), key)
