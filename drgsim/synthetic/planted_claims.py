"""Claims planted with fraud and with what looks like it: charge lines, prescriptions, sales, members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

_START = datetime(2026, 1, 5, 8)
_BED, _NURSING, _ROUND = "110900001", "120100004", "110200005"
_MONITOR, _STENT, _ANGIOGRAPHY, _HBA1C = "310701022", "320500003", "320500001", "250302003"
_OF_MEN, _OF_CHILDREN, _COURSE = (
    "XG04CBD247E002010101503",
    "XN02BEX085N001010100269",
    "XN07XXD130E002010102774",
)
_DRUGS = (("ATO", 20.0, 20.0, 28.0), ("MET", 2000.0, 500.0, 60.0), ("AML", 5.0, 5.0, 30.0))


@dataclass(frozen=True)
class PlantedClaims:
    """Tables as lists of rows, and for each the rule that is right: key of a row → rule ("" for none).

    `truth` is keyed (table, key): line_id of items and dispensings, prescription_id, patient_id of members.
    """

    tables: dict[str, list[dict[str, Any]]]
    truth: dict[tuple[str, str], str]


def planted_claims(n: int = 2000, *, seed: int = 0, share: float = 0.05) -> PlantedClaims:
    """`n` visits with lines, `n` persons with prescriptions, 10 n sales, n members; `share` of each wrong.

    Beside every kind of wrong row stand right ones that look like it: 24 hours, two stents on two days, a
    refund that takes an excess back, a child, a stay of the days charged, a repeated upload, a returned box,
    a split pack, a late but regular refill, a long contribution.
    """
    rng = np.random.default_rng([seed, 16])
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("visits", "items", "prescriptions", "dispensings", "members")
    }
    truth: dict[tuple[str, str], str] = {}
    for number in range(n):
        _visit(tables, truth, number, rng, rng.random() < share)
        _refills(tables, truth, number, rng, rng.random() < share)
        _member(tables, truth, number, rng, rng.random() < share)
    _sales(tables, truth, 10 * n, rng, share)
    tables["drugs"] = [
        {"drug_code": code, "ddd": ddd, "strength": strength, "pack": pack}
        for code, ddd, strength, pack in _DRUGS
    ]
    return PlantedClaims(tables, truth)


def _visit(tables: Any, truth: Any, number: int, rng: Any, wrong: bool) -> None:
    """A stay of some days with its beds, nursing, rounds, monitoring and one drug or intervention."""
    days, sex = int(rng.integers(3, 13)), int(rng.integers(1, 3))
    start = _START + timedelta(days=int(rng.integers(0, 200)))
    visit = f"V{number}"
    age = int(rng.integers(19, 90))
    kind = int(rng.integers(0, 7))
    count = iter(range(1000))

    def line(code: str, day: float, quantity: float, price: float, rule: str = "", **more: Any) -> None:
        name = f"{visit}-{next(count)}"
        row = {"line_id": name, "visit_id": visit, "item_code": code, "time": start + timedelta(days=day)}
        tables["items"].append(row | {"quantity": quantity, "price": price} | more)
        truth["items", name] = rule

    extra = wrong and kind == 0
    for day in range(days):
        line(_BED, day, 1, 40.0)
        line(_NURSING, day, 1, 18.0)
        line(_ROUND, day, 1, 12.0)
    if extra:
        line(_BED, days - 0.5, 1, 40.0, "day-items")
    hours = 26.0 if wrong and kind == 1 else 24.0
    line(_MONITOR, 0, hours, 5.0, "hour-items" if hours > 24 else "")
    if not wrong and kind == 1:  # entered twice and taken back
        line(_MONITOR, 0, 24.0, 5.0)
        line(_MONITOR, 0, -24.0, 5.0)
    if kind == 2:
        line(_STENT, 1, 1, 5000.0)
        apart = 0.0 if wrong else 1.0
        line(_ANGIOGRAPHY, 1 - apart, 1, 3000.0, "duplicate-charge" if wrong else "")
    if kind == 3:
        sex = 2 if wrong else 1
        line(_OF_MEN, 0, 1, 90.0, "drug-sex" if wrong else "")
    if kind == 4:
        age = age if wrong else 6
        line(_OF_CHILDREN, 0, 2, 15.0, "drug-child-only" if wrong else "")
    if kind == 5:
        line(_HBA1C, 0, 1, 60.0)
        line(_HBA1C, 2 if wrong else 15, 1, 60.0, "service-cycle" if wrong else "")
    if kind == 6:
        days = max(days, 23)
        for day in range(22 if wrong else 20):
            line(_COURSE, day, 1, 70.0, "drug-course" if day >= 20 else "")
    tables["visits"].append(
        {
            "visit_id": visit, "patient_id": f"P{number}", "hospital_id": f"H{number % 20}",
            "hospital_level": 3, "sex": sex, "age": age, "way": "inpatient", "insurance": "employee",
            "admission": start, "discharge": start + timedelta(days=days), "department": "内科",
        }
    )  # fmt: skip


def _refills(tables: Any, truth: Any, number: int, rng: Any, wrong: bool) -> None:
    """A year of refills of one chronic drug; wrong: many packs at several pharmacies within days."""
    code, ddd, strength, pack = _DRUGS[int(rng.integers(0, len(_DRUGS)))]
    days = pack * strength / ddd
    day, place = float(rng.integers(0, 20)), int(rng.integers(0, 40))
    for refill in range(6):
        _purchase(tables, truth, number, f"{refill}", code, 1, day, place, "")
        day += days + float(rng.integers(0, 8))  # a little late, as people are
    if wrong:
        for step in range(3):
            packs = int(np.ceil(40 / days))
            _purchase(
                tables, truth, number, f"x{step}", code, packs, 250 + step, place + step, "supply-over-window"
            )


def _purchase(
    tables: Any, truth: Any, number: int, name: str, code: str, packs: int, day: float, place: int, rule: str
) -> None:
    key = f"R{number}-{name}"
    tables["prescriptions"].append(
        {
            "prescription_id": key, "patient_id": f"P{number}", "hospital_id": f"S{place}", "drug_code": code,
            "quantity": float(packs), "amount": 30.0 * packs, "time": _START + timedelta(days=day),
        }
    )  # fmt: skip
    truth["prescriptions", key] = rule


def _member(tables: Any, truth: Any, number: int, rng: Any, wrong: bool) -> None:
    birth = _START + timedelta(days=int(rng.integers(0, 300)))
    months = float(rng.uniform(1, 4)) if wrong else float(rng.uniform(7, 120))
    row = {
        "patient_id": f"M{number}",
        "employer_id": f"E{number % 300}",
        "base": 18000.0 if wrong else 7000.0,
    }
    row |= {"joined": birth - timedelta(days=30.44 * months), "delivery": birth, "allowance": 60000.0}
    tables["members"].append(row)
    truth["members", f"M{number}"] = "short-contribution-before-delivery" if wrong else ""


def _sales(tables: Any, truth: Any, n: int, rng: Any, share: float) -> None:
    """Boxes sold once; some again by fraud; some uploaded again, returned, or sold in parts."""
    for number in range(n):
        place = int(rng.integers(0, 50))
        day = float(rng.integers(0, 250)) + float(rng.random())
        name = f"D{number}"
        _sale(tables, truth, name, number, place, day, f"A{number}", "")
        draw = rng.random()
        if draw < share / 2:
            later = day + float(rng.integers(2, 70))
            _sale(tables, truth, f"{name}x", number, place, later, f"B{number}", "trace-doubled")
        elif draw < share:
            _sale(tables, truth, f"{name}x", number, place + 50, day + 33, f"B{number}", "trace-return-flow")
        elif draw < share * 1.5:
            _sale(tables, truth, f"{name}r", number, place, day, f"A{number}", "")
        elif draw < share * 2:
            _sale(tables, truth, f"{name}b", number, place, day + 1, f"A{number}", "", returned=1)
            _sale(tables, truth, f"{name}n", number, place, day + 3, f"C{number}", "")


def _sale(
    tables: Any,
    truth: Any,
    name: str,
    number: int,
    place: int,
    day: float,
    document: str,
    rule: str,
    **more: Any,
) -> None:
    row: dict[str, Any] = {
        "line_id": name,
        "trace_code": f"8{number % 900000:06d}{number:013d}",
        "hospital_id": f"S{place}",
    }
    row |= {"patient_id": f"P{document}", "document_id": document, "time": _START + timedelta(days=day)}
    tables["dispensings"].append(row | {"fund_paid": 40.0} | more)
    truth["dispensings", name] = rule


def wrong_rows(claims: PlantedClaims, table: str) -> Iterator[tuple[str, str]]:
    """(key, rule) of the planted rows of a table."""
    return ((key, rule) for (name, key), rule in claims.truth.items() if name == table and rule)
