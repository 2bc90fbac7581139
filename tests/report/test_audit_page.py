"""The page of a screening: sums and unnamed points, both languages, nothing of a person."""

import pandas as pd
import pytest

import drgsim
from drgsim.report.audit_page import audit_page


@pytest.fixture(scope="module")
def result():
    rows = [
        {
            "case_id": f"SECRETCASE{hospital}{number}", "patient_id": f"SECRETPERSON{hospital}{number}",
            "hospital_id": f"HOSPITAL{hospital}", "hospital_level": 3, "sex": 1, "age": 60,
            "diagnoses": "I63.900", "procedures": "",
            "los": 70 if number < (30 if hospital == 0 else 4) else 6, "drg": "BR25",
            "adrg": "BR2", "mdc": "MDCB", "severity": "none", "discharge": 1,
        }
        for hospital in range(6)
        for number in range(60)
    ]  # fmt: skip
    return drgsim.audit(pd.DataFrame(rows), only=["over_long"])


def test_the_page_holds_sums_and_no_case(result):
    text = audit_page(result, lang="en")
    assert "SECRET" not in text
    assert "HOSPITAL0" not in text
    assert "疑点不等于违规" in text
    assert "over-long stays beyond their limit" in text
    assert text.count("<svg") == 1
    assert "<script" not in text


def test_the_page_says_what_could_not_be_told(result):
    text = audit_page(result, lang="en")
    assert "360 stays were screened without a policy" in text.replace("</span>", "")
    assert "over-long-stay.most" in text  # an assumed lever is called assumed


def test_nothing_found_is_a_page_too():
    plain = [{"visit_id": "V", "time": "2026-03-01", "item_code": "310701022", "quantity": 3, "price": 5.0}]
    text = audit_page(drgsim.audit(items=plain, only=["hour-items"]))
    assert "未发现疑点" in text


def test_the_page_is_written_whole(result, tmp_path):
    assert result.to_html(tmp_path / "page.html").read_text("utf-8").startswith("<!DOCTYPE html>")
