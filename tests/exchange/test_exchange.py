"""Statistics between bureaus: pooled, signed, checked, and settled to the same fen."""

import hashlib
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim.errors import ArgumentError, ColumnError, DrgsimError, NotFoundError
from drgsim.exchange import combine, protect, read_exchange, small_cells, write_exchange
from drgsim.exchange.exchange_errors import ExchangeError, SmallCellError
from drgsim.settlement import statistics
from drgsim.settlement.statistics import FLOW, HOSPITAL_MONTH, KEYS, MEASURES, merge_statistics

from ..engines.support import QUOTAS, grouped, weights

WORDS = {"sender": "甲市医保局", "scheme": "chs-drg-2.0", "policy": "hash", "period": "2024"}


@pytest.fixture(scope="module")
def paid():
    return drgsim.pay(grouped(), QUOTAS, weights=weights())


@pytest.fixture(scope="module")
def table(paid):
    return statistics(paid)


def budgets(table):
    regions = sorted({*table["insured_region"], *table["care_region"]})
    rows = [(region, kind, 5e7) for region in regions for kind in ("employee", "resident")]
    return pd.DataFrame(rows, columns=["region", "insurance", "budget"])


def random_table(draw, rows):
    keys = {
        "care_region": draw.choice(["A", "B"], rows),
        "insured_region": draw.choice(["A", "B"], rows),
        "insurance": draw.choice(["employee", "resident"], rows),
        "hospital_id": draw.choice(["h1", "h2", "h3"], rows),
        "month": draw.choice(["2024-01", "2024-02", "2024-03"], rows),
        "group": draw.choice(list("PQRSTUV"), rows),
    }
    money = {name: draw.integers(-1000, 10**6, rows) for name in MEASURES}
    made = pd.DataFrame({**keys, **money})
    made["cases"] = draw.integers(1, 30, rows)
    payers = ["fund", "patient", "other_payers", "borne_by_hospital"]
    return made.assign(total_cost=made[payers].sum(axis=1)).drop_duplicates(list(KEYS))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 120), st.integers(2, 40))
def test_nothing_small_is_left_where_there_was_more_and_no_sum_moves(seed, rows, k):
    before = random_table(np.random.default_rng(seed), rows)
    done = protect(before, k)
    after = done.frame
    for frame in (before, after):
        frame["flow"] = frame[list(FLOW)].agg("|".join, axis=1)
    pd.testing.assert_frame_equal(
        before.groupby("flow")[list(MEASURES)].sum(), after.groupby("flow")[list(MEASURES)].sum()
    )
    whole = before.groupby("flow")["cases"].sum()
    assert (whole[after.loc[after["cases"] < k, "flow"]] < k).all()
    assert len(done.small) == (after["cases"] < k).sum()
    # no pool holds what can be found by taking the rest from a total
    for flow, own in before.groupby("flow"):
        now = after[after["flow"] == flow]
        kept = {*now["month"]} - {""}
        lost = {*own["month"]} - kept
        assert len(lost) != 1 or len({*own["month"]}) == 1
        for month in kept:
            groups = {*own.loc[own["month"] == month, "group"]}
            shown = {*now.loc[now["month"] == month, "group"]} - {"*"}
            assert len(groups - shown) != 1 or len(groups) == 1


def test_the_order_of_rows_changes_nothing(table):
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(protect(table).frame, protect(shuffled).frame)


def test_what_is_protected_settles_to_the_same_fen(paid, table, tmp_path):
    done = protect(table, 10)
    assert done.months
    assert len(done.frame) < len(table)
    path = tmp_path / "甲.zip"
    write_exchange(done.frame, path, **WORDS, small_allowed=True)
    read = read_exchange(path)
    pd.testing.assert_frame_equal(read.frame, done.frame, check_dtype=False)
    one = drgsim.settle(paid, QUOTAS, budgets=budgets(table))
    other = drgsim.settle(combine([read]), QUOTAS, budgets=budgets(table))
    pd.testing.assert_frame_equal(one.ledger, other.ledger)
    pd.testing.assert_frame_equal(one.prices, other.prices)
    columns = ["care_region", "insurance", "hospital_id", "due"]
    pd.testing.assert_frame_equal(one.hospitals[columns], other.hospitals[columns])


def test_several_bureaus_settle_as_one(paid, table, tmp_path):
    files = []
    for region, own in table.groupby("care_region"):
        path = tmp_path / f"{region}.zip"
        write_exchange(own, path, **{**WORDS, "sender": region}, small_allowed=True)
        files.append(read_exchange(path))
    assert len(files) > 1
    one, other = (drgsim.settle(t, QUOTAS, budgets=budgets(table)) for t in (paid, combine(files)))
    pd.testing.assert_frame_equal(one.ledger, other.ledger)
    with pytest.raises(ExchangeError, match="count twice"):
        combine([files[0], files[0]])
    another = tmp_path / "other.zip"
    write_exchange(table, another, **{**WORDS, "scheme": "chs-drg-1.1"}, small_allowed=True)
    with pytest.raises(ExchangeError, match="differ in their scheme"):
        combine([files[0], read_exchange(another)])


def test_small_cells_are_not_written_without_a_word(table, tmp_path):
    with pytest.raises(SmallCellError, match="fewer than 10"):
        write_exchange(table, tmp_path / "x.zip", **WORDS)
    assert not list(tmp_path.iterdir())
    assert len(small_cells(table, 10)) > 0


def test_the_same_table_makes_the_same_bytes(table, tmp_path):
    names = [tmp_path / name for name in ("a.zip", "b.zip")]
    hashes = {write_exchange(table.sample(frac=1, random_state=k), path, **WORDS, small_allowed=True)
              for k, path in enumerate(names)}  # fmt: skip
    assert len(hashes) == 1
    assert names[0].read_bytes() == names[1].read_bytes()


def test_a_key_says_who_sent_it(table, tmp_path):
    path = tmp_path / "x.zip"
    write_exchange(table, path, **WORDS, small_allowed=True, key=b"shared")
    assert read_exchange(path, key=b"shared").signed
    assert not read_exchange(path).signed  # whole by its table's hash, from whom is not known
    with pytest.raises(ExchangeError, match="key is another"):
        read_exchange(path, key=b"other")
    write_exchange(table, path, **WORDS, small_allowed=True)
    with pytest.raises(ExchangeError, match="not signed"):
        read_exchange(path, key=b"shared")


def rewritten(path, change):
    """The file with its two members changed by `change`."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def signed(manifest):
    """A manifest with the hash of its own words, as anybody can make it by the documented form."""
    words = {name: word for name, word in manifest.items() if name != "signature"}
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, indent=1)
    own = {"kind": "sha256", "hex": hashlib.sha256(text.encode()).hexdigest()}
    return json.dumps({"signature": own, **words}).encode()


def resigned(change):
    """What puts other words into the manifest and makes its hash anew."""

    def bend(members):
        manifest = json.loads(members["manifest.json"])
        change(manifest)
        members["manifest.json"] = signed(manifest)

    return bend


def put(name, value):
    return resigned(lambda manifest: manifest.update({name: value}))


def rehashed(change):
    """What makes another table, its hash and that of the manifest anew."""

    def bend(members):
        members["statistics.csv"] = change(members["statistics.csv"])
        put("sha256", hashlib.sha256(members["statistics.csv"]).hexdigest())(members)

    return bend


def bend_total(members):
    manifest = json.loads(members["manifest.json"])
    manifest["totals"]["fund"] += 1
    members["manifest.json"] = json.dumps(manifest).encode()


BENT = {
    "a digit": lambda m: m.update({"statistics.csv": m["statistics.csv"].replace(b"1", b"2", 1)}),
    "a total": bend_total,
    "no table": lambda m: m.pop("statistics.csv"),
    "another member": lambda m: m.update({"../evil": b"x"}),
    "no json": lambda m: m.update({"manifest.json": b"{"}),
    "deep json": lambda m: m.update({"manifest.json": b"[" * 100_000}),
    "a list": lambda m: m.update({"manifest.json": b"[]"}),
    "a total, its hash made anew": resigned(lambda manifest: manifest["totals"].update(fund=1)),
    "another count of rows": put("rows", 1),
    "another count of small rows": put("small_rows", 0),
    "a threshold in words": put("k", "10"),
    "a sender in figures": put("sender", 7),
    "totals in a list": put("totals", []),
    "another format": put("format", "x"),
    "a later version": put("version", 2),
    "a version that is a yes": put("version", True),
    "a threshold that hides nothing": put("k", 1),
    "a threshold that is a yes": put("k", True),
    "half of a sign": lambda m: m.update(
        {"manifest.json": m["manifest.json"].replace(b'"sender": "', b'"sender": "\\ud800')}
    ),
    "an endless amount": rehashed(lambda text: re.sub(rb",\d+\n", b",inf\n", text)),
    "a fraction of a fen": rehashed(lambda text: re.sub(rb",\d+\n", b",0.5\n", text)),
    "its signature in words": lambda m: m.update(
        {"manifest.json": json.dumps({**json.loads(m["manifest.json"]), "signature": "x"}).encode()}
    ),
}


def test_a_file_made_by_the_documented_form_is_read(table, tmp_path):
    """Hashes of JSON with sorted names and one space a level; the same words made anew are the same file."""
    path = tmp_path / "x.zip"
    write_exchange(table, path, **WORDS, small_allowed=True)
    rewritten(path, resigned(lambda manifest: None))
    found = read_exchange(path)
    pd.testing.assert_frame_equal(found.frame, statistics_of(path), check_dtype=False)
    row = found.summary().iloc[0]
    assert (row["sender"], row["rows"], row["cases"]) == ("甲市医保局", len(table), table["cases"].sum())
    assert row["fund"] == table["fund"].sum() / 100
    assert row["hospitals"] == table["hospital_id"].nunique()


def statistics_of(path):
    with zipfile.ZipFile(path) as archive, archive.open("statistics.csv") as file:
        return pd.read_csv(file, dtype=dict.fromkeys(KEYS, str), keep_default_na=False)


@pytest.mark.parametrize(
    ("cases", "shown"),
    [
        ({"A": 4, "B": 6, "C": 40}, {"*": 10, "C": 40}),  # exactly k together are enough
        ({"A": 4, "B": 4, "C": 40, "D": 50}, {"*": 48, "D": 50}),  # two are not, where they are fewer than k
        ({"A": 9, "B": 40, "C": 50}, {"*": 49, "C": 50}),  # one alone is none
        ({"A": 10, "B": 40}, {"A": 10, "B": 40}),  # k itself is not small
        ({"A": 3}, {"*": 3}),
    ],
)
def test_the_smallest_are_pooled_until_two_and_k_stays_stand_together(cases, shown):
    row = {**dict.fromkeys(KEYS, "x"), **dict.fromkeys(MEASURES, 0), "month": "2024-01"}
    done = protect(pd.DataFrame([{**row, "group": group, "cases": n} for group, n in cases.items()]), 10)
    assert dict(zip(done.frame["group"], done.frame["cases"], strict=True)) == shown
    assert done.groups == len(cases) - len(shown) + ("*" in shown)


@pytest.mark.parametrize("bend", BENT)
def test_what_was_changed_is_refused(table, tmp_path, bend):
    path = tmp_path / "x.zip"
    write_exchange(table, path, **WORDS, small_allowed=True)
    rewritten(path, BENT[bend])
    with pytest.raises(ExchangeError):
        read_exchange(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all"])
def test_what_is_no_file_of_statistics(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(ExchangeError):
        read_exchange(path)
    with pytest.raises(NotFoundError):
        read_exchange(tmp_path / "none.zip")


def test_every_byte_matters(table, tmp_path):
    path = tmp_path / "x.zip"
    write_exchange(table.head(40), path, **WORDS, small_allowed=True)
    whole = path.read_bytes()
    read = read_exchange(path).frame
    draw = np.random.default_rng(0)
    for place in draw.integers(0, len(whole), 150).tolist():
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            pd.testing.assert_frame_equal(read_exchange(path).frame, read)
        except DrgsimError:
            continue


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cases": 0}, "without a stay"),
        ({"month": "2024-13"}, "months"),
        ({"total_cost": 7}, "payers do not sum"),
        ({"fund": 10**18}, "impossibly large"),
        ({"insurance": "x"}, "insurances"),
    ],
)
def test_tables_that_cannot_be_true(table, tmp_path, change, told):
    bad = table.head(3).assign(**change)
    with pytest.raises(ExchangeError, match=told):
        write_exchange(bad, tmp_path / "x.zip", **WORDS, small_allowed=True)


def test_a_table_that_cannot_be_true_says_in_which_rows(table, tmp_path):
    rows = merge_statistics([table]).head(5)
    rows.loc[[1, 3], "total_cost"] += 1
    with pytest.raises(ExchangeError, match=r"2 costs .*rows \[2, 4\]"):
        write_exchange(rows, tmp_path / "x.zip", **WORDS, small_allowed=True)


def test_wrong_use(table, tmp_path):
    for k in (1, 2.5, True, None):
        with pytest.raises(ArgumentError, match="whole number"):
            protect(table, k)
    with pytest.raises(ColumnError):
        protect(table.drop(columns="fund"))
    with pytest.raises(ArgumentError, match="sender"):
        write_exchange(table, tmp_path / "x.zip", **{**WORDS, "sender": " "})
    with pytest.raises(ArgumentError):
        combine([])
    assert "month" in HOSPITAL_MONTH


def test_no_group_and_no_month_is_pooled_in_one_hospital_alone_where_others_have_it():
    row = {**dict.fromkeys(KEYS, "x"), **dict.fromkeys(MEASURES, 0), "month": "2024-01"}
    cells = {
        "h1": {"A": 3, "B": 20, "C": 40},
        "h2": {"A": 50, "B": 60, "C": 70, "D": 80},
        "h3": {"A": 90, "B": 91, "D": 92},
    }
    rows = [
        {**row, "hospital_id": hospital, "group": group, "cases": cases}
        for hospital, own in cells.items()
        for group, cases in own.items()
    ]
    before = pd.DataFrame(rows)
    after = protect(before, 10).frame
    shown = {(h, g): n for h, g, n in after[["hospital_id", "group", "cases"]].to_numpy().tolist()}
    # by the totals of A and of B, 143 and 171, h1's 3 and 20 would be known were they pooled there alone
    assert shown == {
        ("h1", "*"): 23, ("h1", "C"): 40, ("h2", "*"): 110, ("h2", "C"): 70, ("h2", "D"): 80,
        ("h3", "A"): 90, ("h3", "B"): 91, ("h3", "D"): 92,
    }  # fmt: skip


def sums_over(before, keys, k):
    """Which cells stand in each total of at least k stays over all but `keys`: (totals, cells) of 0 and 1."""
    label = before.groupby(keys).ngroup().to_numpy()
    total = before["cases"].groupby(label).transform("sum").to_numpy()
    return [(label == one).astype(float) for one in np.unique(label[total >= k])]


def determined(equations):
    """Which unknowns have one value in all solutions: those whose axis lies in the space of the equations."""
    _, size, axes = np.linalg.svd(np.unique(equations, axis=0), full_matrices=False)
    axes = axes[: (size > 1e-9 * size[0]).sum()]
    return np.abs((axes**2).sum(axis=0) - 1) < 1e-8


def pools(before, after):
    """Which cells stand in each row of the protected table."""
    rows = {key: place for place, key in enumerate(after[list(KEYS)].itertuples(index=False, name=None))}
    own = []
    for *flow, month, group in before[list(KEYS)].itertuples(index=False, name=None):
        names = [(*flow, m, g) for m in (month, "") for g in (group, "*")]
        own.append(next(rows[name] for name in names if name in rows))
    return (np.arange(len(after))[:, None] == np.array(own)).astype(float)


@pytest.mark.parametrize(("seed", "k"), [(1, 5), (2, 10), (3, 16), (4, 25)])
def test_no_small_cell_comes_back_from_totals_over_any_key_alone_or_solved_together(seed, k):
    before = random_table(np.random.default_rng(seed), 130).reset_index(drop=True)
    done = protect(before, k)
    table = pools(before, done.frame)
    np.testing.assert_array_equal(table @ before["cases"], done.frame["cases"])
    flow = before.groupby(list(FLOW))["cases"].transform("sum")
    each = [sums_over(before, [name for name in KEYS if name != key], k) for key in KEYS]
    recovered = np.zeros(len(before), dtype=bool)
    for known in (*each, [total for one in each for total in one]):
        if not known:
            continue
        by_both, by_totals = determined([*table, *known]), determined(known)
        recovered |= np.array(by_both & ~by_totals & (before["cases"] < k) & (flow >= k))
    assert recovered.sum() <= done.found
    assert done.summary()["still_found"].item() == done.found
    assert done.groups


def test_a_total_over_hospitals_gives_no_group_of_a_pooled_month_back():
    row = {**dict.fromkeys(KEYS, "x"), **dict.fromkeys(MEASURES, 0)}
    stays = {
        "h1": {"01A": 3, "02A": 30, "02B": 40, "03B": 50},
        "h2": {"01B": 2, "02A": 60, "03A": 62, "03B": 61},
        "h3": {"01A": 70, "01B": 71, "02A": 72, "03B": 73},
    }
    before = pd.DataFrame([
        {**row, "hospital_id": hospital, "month": f"2024-{cell[:2]}", "group": cell[2], "cases": cases}
        for hospital, own in stays.items() for cell, cases in own.items()
    ])  # fmt: skip
    done = protect(before, 10)
    # January's 73 stays of A less the 70 that h3 shows would be the 3 of h1
    shown = {*done.frame[["hospital_id", "month", "group"]].itertuples(index=False, name=None)}
    assert not {("h3", "2024-01", "A"), ("h3", "2024-01", "B")} & shown
    # where each cell of ten and more is published (over the one region), a hospital's sum gives its last
    assert done.found == 2


def test_the_same_stays_at_two_thresholds_are_not_written_and_not_laid_together(table, tmp_path):
    first, second = tmp_path / "first.zip", tmp_path / "other" / "second.zip"
    second.parent.mkdir()
    (tmp_path / "another.zip").write_bytes(b"no zip")
    write_exchange(protect(table, 10).frame, first, **WORDS, k=10, small_allowed=True)
    fine = protect(table, 2).frame
    for path in (first, tmp_path / "x.zip"):
        with pytest.raises(SmallCellError, match=r"two thresholds.*first\.zip has k = 10"):
            write_exchange(fine, path, **WORDS, k=2, small_allowed=True)
    write_exchange(fine, tmp_path / "y.zip", **{**WORDS, "period": "2025"}, k=2, small_allowed=True)
    write_exchange(fine, second, **WORDS, k=2, small_allowed=True)
    files = [read_exchange(first), read_exchange(second)]
    assert "k" in files[0].summary()
    assert "another threshold" in files[0].manifest["notice"]["en"]
    with pytest.raises(ExchangeError, match=r"two thresholds.*k = 10 and k = 2"):
        combine(files)
    write_exchange(fine.head(0), tmp_path / "z.zip", **{**WORDS, "sender": "乙"}, k=2)
    with pytest.raises(ExchangeError, match="differ in their threshold"):
        combine([files[0], read_exchange(tmp_path / "z.zip")])
