"""Published worked examples: payment rules §8-3 (1.1), and the examples the scheme of 2.0 is judged by."""

import pytest

from .support import grouper

# payment rules §8-3: principal and other diagnoses, procedures, sex, the group under CHS-DRG 1.1
SECTION_8_3 = [
    ("K22.301|K11.901|E11.900|I10.x05", "96.0800x005", 1, "GZ13"),
    ("C61.x00", "60.5x02", 1, "MA19"),
    ("Z51.003", "92.2400x005", 1, "RC19"),
    ("I50.900", "", 1, "FR25"),
    ("I50.900|J96.900x001", "", 1, "FR21"),
    ("I63.900|E11.900", "", 1, "BR25"),
    ("I63.900|E11.900|J96.900x001", "", 1, "BR21"),
    ("I20.000", "36.0701", 1, "FM19"),
    ("O82.000", "74.1x01", 2, "OB19"),
    ("J96.900x001|I50.900", "96.7201", 1, "AH11"),
    ("no such code", "", 1, "0000"),
]


@pytest.mark.parametrize("scheme", ["chs-drg-1.1", "chs-drg-1.1-opendrg"])
@pytest.mark.parametrize(("diagnoses", "procedures", "sex", "drg"), SECTION_8_3)
def test_payment_rules_section_8_3(scheme, diagnoses, procedures, sex, drg):
    case = {"sex": sex, "age": 60, "diagnoses": diagnoses, "procedures": procedures}
    assert grouper(scheme).group(case).drg == drg


@pytest.mark.parametrize("scheme", ["chs-drg-1.1", "chs-drg-1.1-opendrg"])
def test_payment_rules_section_8_3_newborn(scheme):
    case = {"sex": 1, "age": 0, "age_days": 10, "birth_weight": 2300, "diagnoses": "P22.000"}
    assert grouper(scheme).group(case).drg == "PR15"


def test_gallstones_with_heart_failure_under_2_0():
    case = {"sex": 2, "age": 60, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
    answer = grouper("chs-drg-2.0").group(case)
    assert (answer.drg, answer.trust) == ("HC23", "secondary")
