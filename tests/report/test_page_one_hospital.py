"""The page of one hospital's file speaks of that hospital."""

import numpy as np
import pandas as pd
import pytest

import drgsim

N = 60


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    pytest.importorskip("matplotlib")
    cases = pd.DataFrame({
        "case_id": [f"SECRET{n}" for n in range(N)], "drg": ["ES35", "HC23"] * (N // 2), "sex": 1, "age": 60,
        "status": "grouped", "insurance": "employee", "los": 6, "department": ["内科", "外科"] * (N // 2),
        "discharge_date": "2025-03-01", "total_cost": np.linspace(3_000, 60_000, N).round(2),
    })  # fmt: skip
    found = drgsim.simulate(cases, ["baseline-drg", {"outlier.high.threshold/3": 1.2}], hospital={"level": 3})
    target = tmp_path_factory.mktemp("page") / "page.html"
    found.to_html(target)
    return found, target.read_text(encoding="utf-8")


def test_it_has_the_margin_the_departments_and_the_groups_under_each_reform(page):
    found, text = page
    assert "本院：各方案下的结余" in text
    assert "科室：各方案下结余的变化最大者" in text
    assert "病组：各方案下结余的变化最大者" in text
    margin = -found.hospitals()["borne_by_hospital"].sum()
    assert f"{margin:,.2f}" in text
    assert f">{margin / found.hospitals()['total_cost'].sum():.2%}<".replace("-", "−") in text
    moved = found.by("department").set_index(["scenario", "department"])["hospital_change"]
    assert f"{moved['reform', '内科']:,.2f}" in text
    assert "SECRET" not in text


def test_it_speaks_of_no_flows_and_no_other_hospitals(page):
    _, text = page
    assert "流向" not in text
    assert "谁受益、谁受损" not in text
