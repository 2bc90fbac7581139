"""What tables for hospitals and bureaus call their columns and words, in Chinese."""

from __future__ import annotations

from ..engine.problems import Problem
from ..engine.state import Review, Route
from ..engine.steps.routes import ROUTE_WORDS
from ..engine.steps.special_review import REVIEW_WORDS
from .estimate_words import OUTLIER_WORDS
from .standing import Standing

MONEY = {
    "total_cost": "总费用",
    "carved_out": "除外费用",
    "standard": "支付标准",
    "payment": "应付总额",
    "fund_by_item": "统筹基金(按项目)",
    "fund": "统筹基金",
    "fund_insured_region": "参保地统筹基金",
    "fund_care_region": "就医地统筹基金",
    "catastrophic": "大病保险",
    "medical_aid": "医疗救助",
    "other_funds": "其他基金",
    "commercial": "商业保险",
    "patient": "个人负担",
    "patient_account": "个人账户",
    "patient_cash": "个人现金",
    "borne_by_hospital": "医院承担",
}
STAY = {
    "case_id": "病案号",
    "department": "科室",
    "group": "病组编码",
    "group_name": "病组名称",
    "status": "状态",
    "problem": "无法付费原因",
    "route": "付费途径",
    "weight": "权重",
    "coefficient": "系数",
    "unit_price": "单位权重价格",
    "ratio": "倍率(政策口径)",
    "ratio_to_standard": "费用/标准",
    "outlier": "倍率类别",
    "review": "特例单议",
}
ESTIMATE = {
    "margin": "结余",
    "standing": "结余口径",
    "patient_unknown": "患者负担无法计算的原因",
    "review_open": "可申请特例单议",
    "review_gain": "通过后增加",
    "reasons_zh": "申请理由",
}
WORKLIST = {
    "case_id": "病案号",
    "hospital_id": "医疗机构",
    "department": "科室",
    "group": "病组编码",
    "period": "周期",
    "total_cost": "总费用",
    "standard": "支付标准",
    "payment": "现应付",
    "if_accepted": "通过后应付",
    "gain": "增加",
    "acceptance": "通过率",
    "expected_gain": "预期增加",
    "rank": "排序",
    "within_quota": "名额内",
    "reasons_zh": "申请理由",
}
UNPAID = {"case_id": "病案号", "group": "病组编码", "problem": "代码", "zh": "原因"}
TOTALS = {"cases": "病例数", "not_payable": "无法付费", "cmi": "CMI"}
WORDS = {
    "status": {"paid": "已付费", "not_payable": "无法付费"},
    "problem": {problem.name.lower(): problem.zh for problem in Problem},
    "route": {route.name.lower(): ROUTE_WORDS[route][0] for route in Route},
    "outlier": {name: zh for name, (zh, _) in OUTLIER_WORDS.items()},
    "standing": {each.name.lower(): each.zh for each in Standing},
    "review": {review.name.lower(): REVIEW_WORDS[review][0] for review in Review},
}
