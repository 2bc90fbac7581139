"""An explanation says every line in the language asked for: heads in Chinese, or no Chinese in English."""

import re

import pandas as pd
import pytest

from drgsim.payment.pay import pay

from .streets import policy
from .test_pay import EVERYTHING, TABLE, table

CHINESE = re.compile("[\u4e00-\u9fff]")
HOME = {
    "insured_region": "330100", "care_region": "330100", "registration": "referral", "patient_id": "P1",
    "admission_date": "2024-01-05", "out_of_scope": 0.0, "total_cost": 9_000.0, "discharge": 1,
    "new_technology_cost": 0.0, "commercial_list_cost": 0.0,
}  # fmt: skip
STAYS = [
    HOME | own
    for own in (
        {"total_cost": 50_000.0},
        {"total_cost": 2_000.0},
        {"total_cost": 95_000.0},
        {"insured_region": "110000", "registration": "unregistered"},
        {"los": 70},
        {"drg": "ZZ99"},
        {"drg": "0000"},
        {"drg": "RE19", "new_technology_cost": 3_000.0, "commercial_list_cost": 500.0},
        {"discharge": 4, "los": 2},
        {"total_cost": None},
        {"insurance": "other"},
        {"total_cost": 39_000.0, "insurance": "resident", "aid_class": "低保", "patient_id": "P2"},
    )
]
RULES = {
    "rules/per-day": {"when": "los = 5", "effect": {"per_diem": {"rate": 300}}},
    "rules/heavier": {"when": "los = 6", "effect": {"weight": {"multiply": 1.1}}},
    "rules/dearer": {"when": "los = 7", "effect": {"price": {"add": 100}}},
    "rules/kinder": {"when": "los = 7", "effect": {"benefit": {"ratio_points": 0.05}}},
    "rules/capped": {"when": "los = 8", "effect": {"outlier": {"pay": "cost", "mark": "low"}}},
}
RULED = [HOME | {"los": days} for days in (5, 6, 7, 8)]


@pytest.mark.parametrize("method", ["drg_rate", "drg_points", "dip", "ffs"])
def test_every_line_is_in_the_language_asked_for(method):
    plain = pay(table(STAYS), policy(EVERYTHING, method), weights=TABLE)
    ruled = pay(table(RULED), policy(EVERYTHING, method).reform(RULES), weights=TABLE)
    for paid, count in ((plain, len(STAYS)), (ruled, len(RULED))):
        for number in range(count):
            english = paid.explain(f"C{number}", "en").replace("低保", "").split("\n")  # a value of the table
            assert [line for line in english if CHINESE.search(line)] == []
            for line in paid.explain(f"C{number}", "zh").split("\n"):
                head = line if line.startswith(" ") else line.partition(":")[0]
                assert CHINESE.search(head) or f"rules/{head}" in RULES, line


def test_the_heads_of_an_explanation_by_name():
    stay = table([HOME])
    paid = pay(stay, policy(EVERYTHING), weights=pd.DataFrame(TABLE))
    heads = [
        [line.partition(":")[0] for line in paid.explain("C0", lang).split("\n") if line[0] != " "]
        for lang in ("zh", "en")
    ]
    chinese = ["病组", "权重表", "日期", "患者账单", "统筹基金", "合计", "来源"]
    english = ["group", "weight table", "dates", "patient's bill", "basic fund", "total", "sources"]
    for named, told in zip((chinese, english), heads, strict=True):
        assert [each for each in told if each in named] == named
