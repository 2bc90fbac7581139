"""The examples of the service's description. A test sends each of them and holds the answer to it."""

from __future__ import annotations

from typing import Any

CASE: dict[str, Any] = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
PRICED: dict[str, Any] = {
    **CASE,
    "case_id": "A1",
    "total_cost": 18000.0,
    "los": 6,
    "insurance": "employee",
    "hospital_level": 3,
}
PNEUMONIA: dict[str, Any] = {
    "case_id": "A2",
    "sex": 2,
    "age": 71,
    "diagnoses": ["J18.903", "I10.x00x002", "E11.900"],
    "procedures": [],
    "total_cost": 9200.0,
    "los": 8,
    "insurance": "resident",
    "hospital_level": 2,
}
LIST_4101: dict[str, Any] = {
    "setlinfo": {
        "mdtrt_id": "1",
        "setl_id": "2",
        "medcasno": "3",
        "gend": "1",
        "age": 45,
        "hi_type": "310",
        "adm_time": "2025-03-01",
        "dscg_time": "2025-03-07",
        "act_ipt_days": 6,
        "dscg_way": "1",
        "medfee_sumamt": 18000.0,
    },
    "diseinfo": [
        {"diag_type": "1", "maindiag_flag": "1", "diag_code": "K80.101"},
        {"diag_type": "1", "maindiag_flag": "0", "diag_code": "I50.900"},
    ],
    "oprninfo": [{"oprn_oprt_type": "1", "oprn_oprt_code": "51.2300"}],
}
HQMS_ROW: dict[str, Any] = {
    "A48": "00001234",
    "A12C": "1",
    "A14": "45",
    "B12": "2025-03-01 09:30:00",
    "B15": "2025-03-07 10:00:00",
    "B20": "6",
    "B34C": "1",
    "C03C": "K80.101",
    "C06x01C": "I50.900",
    "C14x01C": "51.2300",
    "D01": "18000.00",
}
WRONG: dict[str, Any] = {**CASE, "case_id": "A3", "diagnoses": "I10.x00|O80.000"}

# call → name → (中文, English, body)
EXAMPLES: dict[str, dict[str, tuple[str, str, Any]]] = {
    "/group": {
        "one": ("一个病例", "one case", CASE),
        "batch": (
            "一批病例，指定分组方案",
            "a batch, by a scheme that is named",
            {"cases": [PRICED, PNEUMONIA], "scheme": "chs-drg-3.0"},
        ),
        "4101": ("医保结算清单", "a settlement list (4101)", LIST_4101),
        "hqms": ("HQMS 首页一行", "a front page as HQMS has it", HQMS_ROW),
    },
    "/explain": {"one": ("一个病例", "one case", CASE)},
    "/what-if": {"one": ("一个病例", "one case", CASE)},
    "/estimate": {
        "one": ("一个病例", "one case", PRICED),
        "batch": (
            "按某地政策",
            "by the policy of a city",
            {"cases": [PRICED, PNEUMONIA], "policy": "national-drg-rate"},
        ),
    },
    "/case": {"one": ("一个病例", "one case", PRICED)},
    "/check": {"one": ("男性病例有产科编码", "an obstetric code for a man", WRONG)},
    "/dip": {"one": ("一个病例", "one case", CASE)},
    "/transition": {
        "batch": (
            "2.0 版到 3.0 版",
            "from 2.0 to 3.0",
            {"cases": [PRICED, PNEUMONIA], "from": "chs-drg-2.0", "to": "chs-drg-3.0"},
        )
    },
}
SEARCHES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "initials": ("拼音首字母", "pinyin initials", {"text": "dnjs", "most": 5}),
    "words": ("中文", "Chinese words", {"text": "胆囊切除", "kind": "procedure"}),
    "code": ("编码开头", "the beginning of a code", {"text": "K80.1"}),
}
