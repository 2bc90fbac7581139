"""A scheme in words."""

import pytest

from drgsim.errors import NotFoundError
from drgsim.schemes.describe import describe, describe_rows
from drgsim.schemes.registry import load
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
