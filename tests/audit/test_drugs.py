"""Over-prescription, rings, maternity allowances on inputs of their kind."""

import datetime

import numpy as np
import polars as pl
import pytest

import drgsim
from drgsim.audit.drugs.screen import prepared, rings, with_stock, with_window

DAY = datetime.datetime(2026, 1, 1, 9)
ATORVASTATIN = [{"drug_code": "ATO", "ddd": 20, "strength": 20, "pack": 7}]


def bought(day, packs=1.0, *, person="P1", place="A", drug="ATO", **more):
    time = DAY + datetime.timedelta(days=day)
    plain = {"prescription_id": f"{person}{place}{drug}{day}", "patient_id": person, "hospital_id": place}
    return {**plain, "drug_code": drug, "time": time, "quantity": packs, "amount": 10.0 * packs, **more}


def test_the_published_example_is_182_days_in_30():
    result = drgsim.audit(prescriptions=[bought(0, 26)], drugs=ATORVASTATIN, only=["supply-over-window"])
    row = result.frame.iloc[0]
    assert "182天" in row["evidence_zh"]
    assert "607%" in row["evidence_zh"]  # 6.1 times
    assert not row["weak"]


def test_supply_counts_over_all_institutions():
    rows = [bought(0, 3, place="A"), bought(2, 3, place="B")]
    found = drgsim.audit(prescriptions=rows, drugs=ATORVASTATIN, only=["supply-over-window"]).frame
    assert found["amount"].tolist() == [round(30.0 * 12 / 21, 2)]
    assert found["weak"].tolist() == [True]


def test_stock_in_hand_against_a_day_by_day_count():
    rng = np.random.default_rng(4)
    days = np.sort(rng.integers(0, 120, 30))
    supply = rng.integers(1, 20, 30)
    rows = [bought(int(d), drug="X", days_supply=int(s)) for d, s in zip(days, supply, strict=True)]
    for place, row in enumerate(rows):
        row["prescription_id"] = str(place)
        row["time"] += datetime.timedelta(seconds=place)
    frame, _ = prepared(pl.DataFrame(rows), None)
    left = with_stock(frame).sort("time")["days_left"].to_numpy()
    end, expected = 0.0, []
    for row, s in zip(rows, supply, strict=True):
        at = (row["time"] - DAY).total_seconds() / 86400
        expected.append(max(end - at, 0.0) if expected else 0.0)
        end = max(end, at) + s
    assert left == pytest.approx(expected, abs=1e-6)


def test_windows_against_counting():
    rng = np.random.default_rng(5)
    rows = [
        bought(int(d), drug="X", days_supply=3.0, place="ABC"[int(d) % 3]) | {"prescription_id": str(i)}
        for i, d in enumerate(rng.integers(0, 60, 40))
    ]
    frame, _ = prepared(pl.DataFrame(rows), None)
    seen = with_window(frame, 7).filter(pl.col("window_days").is_not_null())
    days = [(row["time"] - DAY).days for row in rows]
    for row in seen.iter_rows(named=True):
        day = (row["time"] - DAY).days
        inside = [d for d in days if day - 7 < d <= day]
        assert row["window_days"] == 3.0 * len(inside)
        assert row["institutions"] == len({d % 3 for d in inside})


def test_rings_are_connected_parts_of_chained_purchases():
    edges = [("P1", "A", 0), ("P1", "B", 0), ("P2", "B", 3), ("P2", "C", 3), ("P3", "C", 5), ("P3", "A", 5)]
    edges += [("P4", "A", 1), ("P4", "D", 9), ("P5", "E", 1), ("P5", "F", 1)]
    frame = prepared(pl.DataFrame([bought(d, person=p, place=h) for p, h, d in edges]), None)[0]
    found = rings(frame, days=0, persons=3, institutions=2)
    assert found["patient_ids"].to_list() == [["P1", "P2", "P3"]]
    assert found["hospital_ids"].to_list() == [["A", "B", "C"]]
    assert found["events"].to_list() == [6]
    wide = rings(frame, days=10, persons=1, institutions=2)
    assert [len(each) for each in wide["patient_ids"]] == [4, 1]


def test_the_published_maternity_case_in_miniature():
    """30 insured, 24 claims of 9.46 each, joined two to three months before birth."""
    birth = datetime.date(2025, 6, 1)
    rows = [
        {
            "patient_id": f"P{n}",
            "employer_id": "E",
            "joined": birth - datetime.timedelta(days=75),
            "base": 17000.0,
        }
        | ({"delivery": birth, "allowance": 94600.0} if n < 24 else {})
        for n in range(30)
    ]
    found = drgsim.audit(members=rows, only=["maternity"])
    by_rule = found.frame.groupby("rule")["amount"].agg(["size", "sum"])
    assert by_rule.loc["short-contribution-before-delivery", "size"] == 24
    assert by_rule.loc["employer-with-many-claims"].tolist() == [1, pytest.approx(2_270_400.0)]
    assert found.findings.get_column("patient_id").drop_nulls().n_unique() == 24
