"""Settlement lists 4101 and 4101A as JSON, and plain objects."""

import json

import pytest

from drgsim import check_cases, read_cases
from drgsim.cases.case_errors import UnreadableFileError
from drgsim.cases.read_report import report_of


def settlement(**changes):
    case = {
        "setlinfo": {
            "medcasno": "0007", "psn_no": "P1", "psn_name": "某", "certno": "110", "gend": "2", "age": 61,
            "nwb_age": None, "hi_type": "390", "insuplc": "230100", "adm_time": "2024-01-05 08:30:00",
            "dscg_time": "2024-01-11", "act_ipt_days": 6, "dscg_way": "1", "dscg_caty": "0401",
            "vent_used_dura": "1/2/30", "psn_cashpay": 1234.50,
        },
        "diseinfo": [
            {"diag_code": "I10.x00", "maindiag_flag": "0"},
            {"diag_code": "K80.100x001", "maindiag_flag": "1"},
        ],
        "oprninfo": [
            {"oprn_oprt_code": "54.5100x005", "oprn_oprt_type": "2"},
            {"oprn_oprt_code": "51.2300", "oprn_oprt_type": "1"},
        ],
        "icuinfo": [{"scs_cutd_sum_dura": "0/12/0"}, {"scs_cutd_sum_dura": "1/0/30"}],
        "iteminfo": [
            {"med_chrgitm": "09", "amt": 100.10, "fulamt_ownpay_amt": 10},
            {"med_chrgitm": "11", "amt": 0.20, "fulamt_ownpay_amt": 0},
            {"med_chrgitm": "06", "amt": 5000, "fulamt_ownpay_amt": None},
        ],
        "payinfo": [{"fund_pay_type": "390100", "fund_payamt": 3000.55}],
    }  # fmt: skip
    return {**case, **changes}


def read(file, document, **options):
    return read_cases(file("a.json", json.dumps(document, ensure_ascii=False)), **options)


def test_a_settlement_list(file, string_backend):
    case = read(file, settlement()).iloc[0]
    assert case["case_id"] == "0007"
    assert case["patient_id"] == "P1"
    assert (case["sex"], case["age"], case["los"], case["discharge"]) == (2, 61, 6, 1)
    assert case["insurance"] == "resident"
    assert case["diagnoses"] == "K80.100x001|I10.x00"
    assert case["procedures"] == "51.2300|54.5100x005"
    assert case["ventilation_hours"] == 26.5
    assert case["icu_hours"] == 36.5
    assert case["total_cost"] == 5100.30
    assert case["drug_cost"] == 100.30
    assert case["procedure_cost"] == 5000
    assert case["out_of_scope"] == 10
    assert case["fund_basic"] == 3000.55
    assert case["cash_paid"] == 1234.5


def test_identifiers_are_dropped(file):
    cases = read(file, settlement())
    assert not {"psn_name", "certno"} & set(cases)
    assert set(cases.attrs["drgsim"]["files"][0]["identifiers"]) == {"psn_name", "certno"}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda case: case,
        lambda case: [case],
        lambda case: {"infno": "4101", "input": case},
        lambda case: [{"infno": "4101", "input": case}],
        lambda case: {"data": [case]},
    ],
)
def test_wrappings(file, wrap):
    assert read(file, wrap(settlement()))["case_id"].tolist() == ["0007"]


def test_one_object_a_line(file):
    text = "\n".join(json.dumps(settlement()) for _ in range(3))
    assert len(read_cases(file("a.jsonl", text))) == 3


def test_a_principal_that_is_not_marked_is_not_guessed(file):
    none = settlement(diseinfo=[{"diag_code": "I10.x00"}, {"diag_code": "J18.900"}])
    both = settlement(diseinfo=[{"diag_code": code, "maindiag_flag": "1"} for code in ("I10.x00", "J18.900")])
    only = settlement(diseinfo=[{"diag_code": "I10.x00"}])
    cases = read(file, [none, both, only, settlement()])
    assert cases["diagnoses"].tolist() == [
        "|I10.x00|J18.900", "|I10.x00|J18.900", "I10.x00", "K80.100x001|I10.x00",
    ]  # fmt: skip
    assert check_cases(cases, rules=["principal-not-marked"]).frame["row"].tolist() == [0, 1, 2]


def test_amounts_of_unknown_classes_are_told(file):
    strange = settlement(payinfo=[{"fund_pay_type": "777", "fund_payamt": 1}])
    cases = read(file, strange)
    assert "fund_basic" not in cases
    assert check_cases(cases, rules=["unknown-item"]).frame["got"].tolist() == ["777"]


def test_nested_lists_of_a_layout_of_ones_own(file):
    layout = file(
        "own.toml",
        """
        id = "own"
        label_zh = "本院"
        label_en = "own"
        source = "K91"
        state = "read"
        [columns]
        case_id = "no"
        icu_hours = "wards.hours"
        [lists.diagnoses]
        joined = ["dx.icd"]
        [nodes.dx]
        codes = "icd"
        [nodes.wards]
        total = { hours = { field = "h" } }
        """,
    )
    case = {"no": "1", "dx": [{"icd": "J18.900"}, {"icd": "I10.x00"}], "wards": [{"h": 1.5}, {"h": "2"}]}
    cases = read(file, [case], layout=layout)
    assert cases.to_numpy().tolist() == [["1", 3.5, "J18.900|I10.x00"]]


def test_an_unreadable_amount_is_told_not_left_out(file):
    cases = read(
        file, settlement(iteminfo=[{"med_chrgitm": "09", "amt": "100"}, {"med_chrgitm": "06", "amt": "?"}])
    )
    assert cases["total_cost"].isna().all()
    found = check_cases(cases, rules=["unreadable"]).frame
    assert ("total_cost", "?") in set(zip(found["column"], found["got"], strict=True))


def test_plain_objects(file):
    cases = read(file, [{"case_id": "1", "age": 61, "diagnoses": ["I10.x00", "J18.900"], "procedures": []}])
    assert cases.to_numpy().tolist() == [["1", 61, "I10.x00|J18.900", ""]]


@pytest.mark.parametrize("text", ['{"setlinfo": {"medc', "[1, 2]", "[]", '{"a": 1}\n{"b"', "[" * 100_000])
def test_what_holds_no_cases_is_an_error(file, text):
    with pytest.raises(UnreadableFileError):
        read_cases(file("a.json", text))


@pytest.mark.parametrize("text", [
    r'[{"case_id": "a\ud800", "diagnoses": "K80.101"},'
    r' {"case_id": "b\\ud800\ud83d\ude00", "diagnoses": "\uDC00"}]',
    '{"case_id": "a\\ud800", "diagnoses": "K80.101"}\n'
    r'{"case_id": "b\\ud800\ud83d\ude00", "diagnoses": "\uDC00"}',
])  # fmt: skip
def test_half_a_sign_costs_no_case_and_is_told(file, text, string_backend):
    cases = read_cases(file("a.json", text))
    assert cases["case_id"].tolist() == ["a\ufffd", "b\\ud800\U0001f600"]
    assert cases["diagnoses"].tolist()[0] == "K80.101"
    notes = [note for each in report_of(cases)["files"] for note in each["notes"]]
    assert "2 halves of signs (lone surrogates) in the JSON were read as U+FFFD" in notes


def test_half_a_sign_in_a_header_is_told_too(file):
    cases = read_cases(file("a.json", r'[{"case_id": "a", "diagnoses": "K80.101", "x\udfff": "1"}]'))
    assert report_of(cases)["files"][0]["not_read"] == ["x\ufffd"]


@pytest.mark.parametrize("cell", ["9" * 100_000, "9," * 50_000, "1.5" + "9" * 50_000 + "x", "9" * 150])
def test_a_number_without_end_is_unreadable_and_holds_nobody_up(file, cell):
    cases = read(file, [{"case_id": "a", "diagnoses": "K80.101", "age": cell}])
    assert cases["case_id"].tolist() == ["a"]
    assert "age" in report_of(cases).problems.frame["column"].tolist()
