"""The published conformance cases of every scheme, through kernel and twin, whole and in pieces."""

import numpy as np
import pandas as pd
import pytest

from .support import GROUP, grouper, read_cases, readable_twin, wrong

# the national editions, and local schemes that between them use every predicate
ALWAYS = (
    "chs-drg-1.0",
    "chs-drg-1.1",
    "chs-drg-1.1-opendrg",
    "chs-drg-2.0",
    "chs-drg-3.0",  # weight at admission, exclusion by membership
    "foshan-2022",  # ICU hours, further lists at DRG level
    "guangxi-2022",  # any valid procedure
    "wuxi-2022",  # ADRGs without a DRG for every case
    "zhejiang-2022",  # department, retry over single procedures
)
OTHERS = (
    "chs-drg-1.0-opendrg",
    "anyang-2021",
    "beijing-2022",
    "changsha-2023",
    "changzhou-2022",
    "chongqing-2022",
    "fuzhou-2022",
    "haerbin-2022",
    "handan-2022",
    "hefei-2023",
    "lanzhou-2023",
    "leshan-2023",
    "liaocheng-2022",
    "linfen-2022",
    "nanping-2023",
    "qingdao-2023",
    "suzhou-2023",
    "taizhou-2022",
    "wlmq-2022",
    "wuhan-2022",
    "xjbt-2022",
    "yancheng-2023",
    "yantai-2023",
    "yinchuan-2023",
    "yunnan-2022",
    "yunnan-2023",
)
ALL = [*ALWAYS, *(pytest.param(scheme, marks=pytest.mark.slow) for scheme in OTHERS)]

pytestmark = pytest.mark.shared


@pytest.fixture(params=ALL)
def scheme(request):
    return request.param


def cases_of(shared, scheme):
    name = scheme.replace("-", "_").replace(".", "_")
    return read_cases(shared / "conformance" / f"{name}.csv.gz")


def test_every_case_is_grouped_as_expected(shared, scheme):
    cases = cases_of(shared, scheme)
    assert wrong(grouper(scheme).group(cases), cases) == []


def test_a_sample_is_grouped_as_expected_by_the_twin(shared, scheme):
    cases = cases_of(shared, scheme)[::97]
    with readable_twin():
        assert wrong(grouper(scheme).group(cases), cases) == []


@pytest.mark.slow
def test_the_twin_agrees_on_every_case(shared, scheme):
    cases = cases_of(shared, scheme)
    answer = grouper(scheme).group(cases)
    with readable_twin():
        pd.testing.assert_frame_equal(grouper(scheme).group(cases), answer)


@pytest.mark.parametrize("id", ["chs-drg-2.0", "chs-drg-3.0"])
@pytest.mark.parametrize("threads", [2, 4])
@pytest.mark.parametrize("chunk", [1, 7, 1000, 1 << 16])
def test_threads_and_chunks_change_nothing(shared, monkeypatch, id, threads, chunk):
    cases = cases_of(shared, id)[: {1: 200, 7: 1000}.get(chunk)]
    monkeypatch.setattr("drgsim.grouping.grouper.CHUNK", chunk)
    assert wrong(grouper(id, threads=threads).group(cases), cases) == []


def test_encoded_cases_can_be_cut_anywhere(shared):
    cases = cases_of(shared, "chs-drg-1.1")
    made = grouper("chs-drg-1.1")
    encoded = made.encode(cases)
    whole = made.group_encoded(encoded)
    for start, stop in [(0, 0), (0, 1), (255, 258), (1000, 1256), (19_990, len(cases))]:
        part = made.group_encoded(encoded[start:stop])
        for column in ("mdc", "adrg", "drg", "severity", "status", "reason"):
            np.testing.assert_array_equal(getattr(part, column), getattr(whole, column)[start:stop])


@pytest.mark.parametrize("id", ["chs-drg-2.0", "chs-drg-3.0"])
@pytest.mark.parametrize(
    "kind", ["arrow", "polars", "reader", "dictionary", "lists", "numbers", "objects", "python strings"]
)
def test_any_container_gives_the_same(shared, id, kind):
    cases = cases_of(shared, id)[::8].reset_index(drop=True)
    answer = grouper(id).group(CONTAINERS[kind](cases))
    frame = answer if isinstance(answer, pd.DataFrame) else answer.to_pandas()
    assert wrong(frame, cases) == []
    assert list(frame.columns[:3]) == GROUP[:3]


def _arrow(cases):
    return pytest.importorskip("pyarrow").Table.from_pandas(cases)


def _lists(cases):
    split = {name: cases[name].map(lambda text: text.split("|")) for name in ("diagnoses", "procedures")}
    return cases.assign(**split)


CONTAINERS = {
    "arrow": _arrow,
    "polars": lambda cases: pytest.importorskip("polars").from_pandas(cases),
    "reader": lambda cases: _arrow(cases).to_reader(max_chunksize=999),
    "dictionary": lambda cases: _arrow(cases.astype({"diagnoses": "category", "procedures": "category"})),
    "lists": _lists,
    "numbers": lambda cases: cases.astype(
        {"sex": int, "age": "Int16", "age_days": float, "birth_weight": float}
        | ({"admission_weight": "Int32"} if "admission_weight" in cases else {})
    ),
    "python strings": lambda cases: cases.astype(pd.StringDtype("python", na_value=float("nan"))),
    "objects": lambda cases: cases.astype(object).where(cases != "", None),
}


@pytest.mark.parametrize("id", ["chs-drg-1.1", "chs-drg-3.0"])
def test_one_case_as_a_dict(shared, id):
    cases = cases_of(shared, id)[::500]
    made = grouper(id)
    found = pd.DataFrame([made.group(case).to_dict() for case in cases.to_dict("records")])
    assert wrong(found, cases.reset_index(drop=True)) == []


def test_strangers_cases_never_fail(shared):
    cases = read_cases(shared / "conformance" / "machine_made_10k.csv").replace("NA", "")
    cases = cases.rename(columns={"gender": "sex", "oper_p": "procedures"})
    answer = grouper("chs-drg-1.1").group(cases.assign(diagnoses=cases["diag_p"] + "|" + cases["diag_oth"]))
    assert len(answer) == len(cases)
    assert set(answer["status"]) <= {"grouped", "ambiguous", "ungrouped", "invalid"}
