"""Every cell of the page's tables is the number of the result's table, with its sign and in its unit."""

from xml.etree import ElementTree

import numpy as np
import pytest

from drgsim.language import speaking
from drgsim.report.numbers import number, unit_for
from drgsim.report.page import page

from .conftest import SCENARIOS, TITLES, FabricatedTables, run_facts

REFORMS = SCENARIOS[1:]


def grids(html):
    """Each table of a page, or of a part of one, as rows of texts, the head first."""
    root = ElementTree.fromstring(f"<all>{html.removeprefix('<!DOCTYPE html>')}</all>")
    return [
        [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in each.iter("tr")]
        for each in root.iter("table")
    ]


@pytest.fixture(scope="module")
def tables_of(tables, facts):
    first, hospitals, regions, years, beside = grids(page(tables, facts, lang="en"))
    return {"first": first, "hospitals": hospitals, "regions": regions, "years": years, "beside": beside}


def is_written(cell, amount, unit=1.0, *, signed=False):
    """Whether a cell is the amount in the unit, to its last digit, with the sign a change needs."""
    plain = cell.replace(",", "").replace("−", "-")
    digits = len(plain.partition(".")[2])
    assert len(plain.strip("+-0.").replace(".", "")) <= 5, cell
    assert float(plain) == pytest.approx(amount / unit, abs=0.5001 * 10**-digits), (cell, amount)
    assert plain[0] == ("-" if amount < 0 else "+") or not signed, cell
    return True


def test_money_of_the_first_table_is_the_summary(tables, tables_of):
    head, *rows = tables_of["first"]
    assert [each.split("（")[1].split("）")[0] for each in head if "（" in each] == [
        "亿元", "万元", "亿元", "万元", "万元", "万元",
    ]  # fmt: skip
    summary = tables.summary()
    for row, (scenario, told) in zip(rows, summary.iterrows(), strict=True):
        assert is_written(row[1], told["fund"], 1e8)
        assert is_written(row[4], told["patient"], 1e8)
        if scenario == SCENARIOS[0]:
            assert row[2:4] + row[5:] == [""] * 6
            continue
        for place, name in ((2, "fund_change"), (5, "patient_change"), (6, "hospital_change")):
            assert is_written(row[place], told[name], 1e4, signed=True)
        assert is_written(row[3].removesuffix("%"), told["fund_change_share"] * 100, signed=True)


def test_hospitals_and_regions_of_the_first_table_are_counted(tables, tables_of):
    regions = tables.by("insured_region")
    for row, scenario in zip(tables_of["first"][2:], REFORMS, strict=True):
        change = tables.hospitals(scenario)["hospital_change"]
        assert row[7] == f"{(change > 0).sum()} / {(change < 0).sum()}"
        own = regions[regions["scenario"] == scenario].set_index("insured_region")["fund_change"]
        place, amount = row[8].split(": ")
        assert place == own.abs().idxmax()
        assert is_written(amount, own[place], 1e4, signed=True)


def test_the_table_of_hospitals_has_sides_the_middle_half_and_levels(tables, tables_of):
    head, *rows = tables_of["hospitals"]
    assert ["三级" in head[3], "二级" in head[4], "一级" in head[5]] == [True] * 3
    for row, scenario in zip(rows, REFORMS, strict=True):
        frame = tables.hospitals(scenario)
        change = frame["hospital_change"]
        assert row[1] == f"{(change > 0).sum()} / {(change < 0).sum()} / {(change == 0).sum()}"
        low, high = np.quantile(change / frame["total_cost"], [0.25, 0.75]) * 100
        for cell, share in zip(row[2].split(" ~ "), (low, high), strict=True):
            assert is_written(cell.removesuffix("%"), share, signed=True)
        levels = frame.groupby("hospital_level")["hospital_change"].sum()
        for cell, level in zip(row[3:], (3, 2, 1, 0), strict=True):
            assert is_written(cell, levels[level], 1e4, signed=True)


def test_the_table_of_regions_has_every_region_of_every_reform(tables, tables_of):
    (_, *names), *rows = tables_of["regions"]
    wide = tables.by("insured_region").pivot(index="insured_region", columns="scenario", values="fund_change")
    regions = [name.split()[0] for name in names]
    assert regions == sorted(wide.index)
    assert names[0] == "990100 甲市 City A, the capital"
    for row, scenario in zip(rows, REFORMS, strict=True):
        for cell, region in zip(row[1:], regions, strict=True):
            assert is_written(cell, wide.loc[region, scenario], 1e4, signed=True)


def test_years_ahead_are_first_deficits_reserves_with_bands_and_months(tables, tables_of):
    head, *rows = tables_of["years"]
    assert "2030" in head[2]
    whole = tables.projection().query("region == 'all'")
    for row, scenario in zip(rows, SCENARIOS, strict=True):
        for place, insurance in ((1, "employee"), (4, "resident")):
            of_fund = (whole["scenario"] == scenario) & (whole["insurance"] == insurance)
            own = whole[of_fund].set_index("year")
            short = own.index[own["balance"] < 0]
            first = str(short.min()) if len(short) else "无 none"
            assert row[place] == first
            reserve, band = row[place + 1].removesuffix(")").split(" (")
            low, high = band.split(" ~ ")
            assert is_written(reserve, own.loc[2030, "reserve"], 1e8)
            assert is_written(low, own.loc[2030, "reserve_low"], 1e8)
            assert is_written(high, own.loc[2030, "reserve_high"], 1e8)
            assert is_written(row[place + 2], own.loc[2030, "reserve_months"])


def test_without_bands_a_reserve_stands_alone():
    html = page(FabricatedTables(draws=0), run_facts(), lang="en")
    rows = grids(html)[3][1:]
    assert len(rows) == len(SCENARIOS)
    assert not any("~" in row[2] or "(" in row[2] for row in rows)


def test_small_and_large_numbers_keep_their_digits():
    assert [number(each) for each in (0.0, 0.00001, 0.5, 1.0, 12.34, 99.96, 1234.5)] == [
        "0", "0", "0.50", "1.00", "12.3", "100.0", "1,234",
    ]  # fmt: skip
    assert [number(each, figures=4) for each in (9.9999, 20.2, -1234.5678)] == ["10.000", "20.20", "−1,235"]


def test_a_unit_is_the_largest_that_the_largest_amount_fills():
    assert [unit_for(each, "zh").name for each in ([], [0.0], [float("nan"), 5.0], [1e4, -3e8])] == [
        "元", "元", "元", "亿元",
    ]  # fmt: skip
    assert unit_for([], "en").name == "yuan"


def test_who_reads_english_reads_english_titles_and_units_in_every_table(tables, facts):
    """Amounts were in 万元 and 亿元 under heads that named no unit, beside Chinese titles."""
    with speaking("en"):
        first, hospitals, regions, years, _ = grids(page(tables, facts, lang="en"))
    summary = tables.summary()
    for table in (first, hospitals, regions, years):
        named = [row[0] for row in table[1:] if row[0] != "baseline"]
        assert named == [f"{mark} {TITLES[each]['en']}"[: len(name.rstrip("…"))] + "…" * name.endswith("…")
                         for mark, each, name in zip("ABCD", REFORMS, named, strict=True)]  # fmt: skip
    assert [head for head in first[0] if "yuan" in head] == [
        "basic fund, million yuan", "change of fund, million yuan", "patients, million yuan",
        "change for patients, million yuan", "change for hospitals, million yuan",
        "region moved most, million yuan",
    ]  # fmt: skip
    for row, (_, told) in zip(first[1:], summary.iterrows(), strict=True):
        assert is_written(row[1], told["fund"], 1e6)
    for row, (_, told) in zip(first[2:], summary.loc[list(REFORMS)].iterrows(), strict=True):
        assert is_written(row[2], told["fund_change"], 1e6, signed=True)
    moved = tables.by("insured_region")
    for row, scenario in zip(first[2:], REFORMS, strict=True):
        own = moved[moved["scenario"] == scenario].set_index("insured_region")["fund_change"]
        assert is_written(row[-1].split(": ")[1], own[own.abs().idxmax()], 1e6, signed=True)
    assert regions[0][0] == "scenario: change of what each region's fund pays, million yuan"
    assert all(head.endswith(", million yuan") for head in hospitals[0][3:])
    assert sum(head.endswith("(90 %), million yuan") for head in years[0]) == 2
    reserve = years[1][2].split()[0]
    with speaking("zh"):
        *_, chinese, _ = grids(page(tables, facts, lang="zh"))
    assert float(reserve.replace(",", "")) == pytest.approx(
        float(chinese[1][2].split()[0].replace(",", "")) * 100, rel=0.005
    )
