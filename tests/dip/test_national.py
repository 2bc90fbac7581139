"""The national library: the published tables laid out as the official workbook, the catalogue that ships, and
every published type reached by a case made for it."""

import csv
import gzip
import json
import random
from bisect import bisect_left
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from drgsim.codes import Catalogue
from drgsim.dip import DipCatalogue, DipGrouper
from drgsim.dip.expressions import interval

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "dip-national-3.0"

# column of the published tables -> header of the sheet
HEADERS = {
    "PRE": ("一、先期分组", "name diagnoses diagnosis_name procedures procedure_name note"),
    "MERGE": (
        "二、并项规则下的核心病种",
        "diagnoses diagnosis_name procedures procedure_name related related_name",
    ),
    "BURN": (
        "三、诊断辅助细分-烧伤类病种",
        "diagnoses burn_degree other_diagnoses burn_area procedures procedure_name related related_name",
    ),
    "TUMOR": (
        "三、诊断辅助细分-肿瘤类病种",
        "diagnoses diagnosis_name other_diagnoses other_name procedures procedure_name",
    ),
    "TB": (
        "三、诊断辅助细分-结核类病种",
        "diagnoses diagnosis_name procedures procedure_name drug_resistant note",
    ),
    "BASE": ("四、基础规则下的核心病种", "diagnoses diagnosis_name procedures procedure_name"),
}


def table(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def laid_out(folder: Path, path: Path) -> Path:
    """The published tables at their rows in sheets named and headed as the workbook's structure says."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    structure = json.loads((folder / "official_workbook_structure.json").read_text(encoding="utf-8"))
    columns = {sheet["name"]: sheet["columns"] for sheet in structure["sheets"]}
    first = {sheet["name"]: sheet["first_data_row_0based"] for sheet in structure["sheets"]}
    types = table(folder / "types.csv.gz")
    with xlsxwriter.Workbook(str(path)) as book:
        for name in columns:
            book.add_worksheet(name).write(0, 0, name)
        for kind, (name, fields) in HEADERS.items():
            sheet, rows = book.get_worksheet_by_name(name), [row for row in types if row["kind"] == kind]
            sheet.write_row(min(int(row["row"]) for row in rows) - 1, 0, columns[name])
            for row in rows:
                cells = [row.get(field, "") for field in fields.split()]
                sheet.write_row(int(row["row"]), 0, ["", int(row["seq"]), *cells])
        second = ["分类", "序号", "分组名称", "诊断编码", "诊断名称", "日龄", "出生体重", "备注"]
        book.get_worksheet_by_name("一、先期分组").write_row(19, 0, second)
        for name, file, fields in (
            ("附表—结核耐药诊断", "resistance.csv", "code name"),
            ("五、不纳入分组的主要诊断", "excluded_diagnoses.csv.gz", "code name"),
            ("五、不纳入分组的主要手术操作", "excluded_procedures.csv.gz", "code name note"),
            ("六、基层病种", "primary_care.csv", "seq diagnoses diagnosis_name procedures procedure_name"),
        ):
            sheet = book.get_worksheet_by_name(name)
            sheet.write_row(first[name] - 1, 0, columns[name])
            for place, row in enumerate(table(folder / file), start=first[name]):
                sheet.write_row(place, 0, [row.get(field, "") for field in fields.split()])
    return path


@pytest.fixture(scope="module")
def tables(shared):
    return shared / "reference" / "dip_3_0"


@cache
def shipped() -> DipCatalogue:
    return DipCatalogue.load(NAME)


@cache
def grouper() -> DipGrouper:
    return DipGrouper(shipped(), threads=1)


@pytest.mark.shared
@pytest.mark.filterwarnings("error")
def test_the_official_workbook_is_imported_as_it_is(tables, tmp_path):
    pytest.importorskip("python_calamine")
    made = DipCatalogue.from_official_workbook(laid_out(tables, tmp_path / "dip.xlsx"), strict=True)
    assert made.summary() == {
        "id": NAME,
        "trust": "read",
        "types": 5125,
        "early": 19,
        "combined": 1725,
        "subdivided": 113,
        "basic": 3268,
        "primary_care": 127,
        "with_score": 0,
        "keys": 5140,
        "auxiliary_factors": 0,
        "excluded_diagnoses": 4742,
        "excluded_procedures": 4111,
    }
    assert len(made.diagnosis_facts["resistant_principal"].values) == 48
    assert len(made.extra_codes) == 8
    assert sum("17.7300x002" in note for note in made.notes) == 1  # told once
    assert replace(made, trust=shipped().trust, source=shipped().source) == shipped()


@pytest.mark.shared
def test_the_catalogue_that_ships_is_built_again_byte_for_byte(tables, tmp_path):
    from tools.dip_national import main

    assert main(["--reference", str(tables), "--target", str(tmp_path)]) == 0
    ships = REPOSITORY / "data" / "dip" / "catalogues" / "dip-national-3_0"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in ships.iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ships / path.name).read_bytes(), path.name


class TestEveryType:
    """Cases made from the catalogue's own rows, the diagnoses in full and each procedure it names."""

    @staticmethod
    @cache
    def diagnoses() -> list[str]:
        excluded = shipped().excluded_diagnoses
        return sorted(code for code in Catalogue.load("diagnosis").codes if code not in excluded)

    def under(self, pattern) -> list[str]:
        codes = self.diagnoses()
        if pattern.last:
            return [code for code in codes if pattern.matches(code)]
        return codes[bisect_left(codes, pattern.first) : bisect_left(codes, pattern.first + "\uffff")]

    def keys(self, kind):
        return [key for key in shipped().keys if shipped().types[key.type].kind == kind]

    def landed(self, rows) -> pd.DataFrame:
        cases = pd.DataFrame(rows, columns=["type", "diagnoses", "procedures"])
        answers = grouper().group(cases, columns=["dip_code", "status", "score_state"])
        return cases.assign(**{name: answers[name].astype(object) for name in answers})

    def test_basic_types_with_every_diagnosis_and_procedure(self):
        combined = {
            (code, procedure)
            for key in self.keys("combined")
            if not key.related
            for pattern in key.diagnoses
            for code in self.under(pattern)
            for term in key.procedures
            for procedure in term
        }
        rows = [
            (key.type, code, procedure)
            for key in self.keys("basic")
            for pattern in key.diagnoses
            for code in self.under(pattern)
            for procedure in (key.procedures[0] if key.procedures else [""])
            if (code, procedure) not in combined
        ]
        found = self.landed(rows)
        assert found["type"].nunique() >= 3266  # two are named in full by a combined type before them
        wrong = found[found["dip_code"] != found["type"]]
        assert wrong.empty, wrong.head()
        assert set(found["score_state"]) == {"not_stated"}

    def test_combined_types(self):
        rows = [
            (key.type, self.under(key.diagnoses[0])[0], "|".join(["", *[term[0] for term in key.related]]))
            for key in self.keys("combined")
        ]
        rows = [
            (code, diagnosis, key.procedures[0][0] + related)
            for (code, diagnosis, related), key in zip(rows, self.keys("combined"), strict=True)
        ]
        found = self.landed(rows)
        wrong = found[found["dip_code"] != found["type"]]
        # eleven rows are named whole by another row as well: it asks for less, or it stands before them
        assert len(wrong) <= 11, wrong
        assert wrong["dip_code"].str.startswith("BX-").all()

    def test_burns(self):
        rows = [
            (
                key.type,
                f"{self.under(pattern)[0]}|{other}00",
                "|".join(t[0] for t in (*key.procedures, *key.related)),
            )
            for key in self.keys("subdivided")
            if key.diagnoses[0].first.startswith("T2")
            for pattern in key.diagnoses
            for other in map(str, key.other_diagnoses)
        ]
        found = self.landed(rows)
        assert found["type"].nunique() == 25
        assert (found["dip_code"] == found["type"]).all()

    def test_tumours(self):
        rows = [
            (
                key.type,
                f"{self.under(key.diagnoses[0])[0]}|J18.900|{other}",
                "|".join(term[0] for term in key.procedures),
            )
            for key in self.keys("subdivided")
            if key.diagnoses[0].first.startswith("Z51")
            for pattern in key.other_diagnoses
            for other in (self.under(pattern)[0], self.under(pattern)[-1])
        ]
        found = self.landed(rows)
        assert found["type"].nunique() == 42
        assert (found["dip_code"] == found["type"]).all(), found[found["dip_code"] != found["type"]]

    def test_tuberculosis(self):
        rows = []
        for key in self.keys("subdivided"):
            if not key.diagnoses[0].first.startswith("A1"):
                continue
            conditions = dict(interval(condition)[:2] for condition in key.conditions)
            code = next(c for c in self.under(key.diagnoses[0]) if c not in self.listed())
            if conditions.get("resistant_principal") == 1:
                code = next(c for c in sorted(self.listed()) if key.diagnoses[0].matches(c))
            if conditions.get("resistant_other") == 1:
                code = f"{code}|U84.300"
            rows.append((key.type, code, "|".join(term[0] for term in key.procedures)))
        found = self.landed(rows)
        assert found["type"].nunique() == 46
        assert (found["dip_code"] == found["type"]).all(), found[found["dip_code"] != found["type"]]

    @staticmethod
    def listed() -> list[str]:
        fact = shipped().diagnosis_facts["resistant_principal"]
        return [pattern.first for pattern, _ in fact.values]

    @pytest.mark.parametrize(
        ("number", "case"),
        [
            *(
                (number, {"diagnoses": "K35.300", "procedures": procedure})
                for number, procedure in (
                    *((1, "33.6x00"), (2, "37.5100"), (3, "50.5902"), (4, "50.5100x002"), (5, "52.8300")),
                    *((6, "55.6901"), (7, "33.5000x001"), (8, "41.0200"), (9, "41.0600"), (11, "39.6500")),
                    *((12, "37.5200x001"), (13, "96.7201|39.9500x007"), (14, "96.7201")),
                    (15, "50.9200x001"),
                )
            ),
            (10, {"diagnoses": "K35.300", "procedures": "41.0401"}),
            (11, {"diagnoses": "K35.300", "procedures": "47.0100|39.6500x001"}),
            (13, {"diagnoses": "K35.300", "procedures": "47.0100|39.9500x007|96.7201"}),
            (14, {"diagnoses": "K35.300", "procedures": "99.1500|96.7201"}),
            *(
                (
                    number,
                    {
                        "diagnoses": diagnoses,
                        "procedures": procedures,
                        "age": 0,
                        "age_days": 28,
                        "birth_weight": weight,
                    },
                )
                for number, weight in ((16, 0), (16, 999), (17, 1000), (18, 1999), (19, 2000), (19, 2499))
                for diagnoses, procedures in (("P07.101", ""), ("P22.000|P07.101", "93.9000x002"))
            ),
        ],
    )
    def test_early_groups(self, number, case):
        assert grouper().group(case)["dip_code"] == f"XQ-{number}"
        assert grouper().explain(case).dip_code == f"XQ-{number}"

    def test_newborns_beyond_the_bands_or_the_days_are_no_early_group(self):
        newborn = {"diagnoses": "P22.000|P07.101", "age": 0, "age_days": 28, "birth_weight": 2400}
        assert grouper().group({**newborn, "age_days": 29})["dip_code"] == "JC-4485"
        assert grouper().group({**newborn, "birth_weight": 2500})["dip_code"] == "JC-4485"


def test_a_liver_transplant_from_oneself_is_told_from_anothers_though_their_codes_share_a_base():
    found = [
        grouper().group({"diagnoses": "K74.600", "procedures": code})["dip_code"]
        for code in ("50.5100", "50.5100x001", "50.5100x002")
    ]
    assert found == ["XQ-3", "XQ-3", "XQ-4"]


def test_an_excluded_principal_diagnosis_and_each_note():
    cases = [
        {"diagnoses": "A00.000", "procedures": ""},
        {"diagnoses": "K25.000", "procedures": "44.1401"},  # in the stated range: principal
        {"diagnoses": "J18.900", "procedures": "44.1401"},  # outside it: a conservative stay
        {"diagnoses": "M17.000", "procedures": "00.3101|81.5400x004"},  # cannot be principal: the next is
        {"diagnoses": "M17.000", "procedures": "00.0100|81.5400x004"},  # the stay is conservative
        {"diagnoses": "M17.000", "procedures": "81.5400x004|17.4100"},  # not principal, yet related
    ]
    found = grouper().group(cases)
    assert found["status"].tolist() == ["excluded_principal_diagnosis", *["grouped"] * 5]
    assert found["dip_code"].astype(object).tolist()[1:] == [
        *("BX-883", "JC-3414", "BX-1122", "JC-3948", "BX-1120")
    ]


def test_what_is_left_goes_to_the_composite_type_of_its_class_without_a_score():
    cases = [{"diagnoses": "K35.300", "procedures": code} for code in ("51.2300", "93.3800x001")]
    found = grouper().group(cases)
    assert found["dip_code"].tolist() == ["K35-4", "K35-3"]
    assert found["kind"].tolist() == ["composite"] * 2
    assert found["score_state"].tolist() == ["not_stated"] * 2
    assert found.attrs["drgsim"]["without_score"] == 2
    assert "目录未给出" in str(grouper().explain(cases[0]))


def test_primary_care_is_read_of_the_case_where_types_are_wider():
    cases = [
        {"diagnoses": "I63.900", "procedures": ""},  # listed; its type is all of I63
        {"diagnoses": "I63.000", "procedures": ""},
        {"diagnoses": "K35.300", "procedures": "47.0100"},
        {"diagnoses": "K35.300", "procedures": "54.1100"},
        {"diagnoses": "A00.000", "procedures": ""},
    ]
    assert grouper().group(cases)["primary_care"].tolist() == [True, False, True, False, False]
    assert "基层病种" in str(grouper().explain(cases[0]))


def mixed_cases(n: int) -> pd.DataFrame:
    """Cases of random keys: their own codes with others, doubled, excluded and unknown ones."""
    chance = random.Random(20270101)
    made = shipped()
    keys, excluded = made.keys, sorted(made.excluded_procedures)
    under = TestEveryType().under
    others = ["T31.000", "T31.300", "C34.900", "C79.500", "U84.300", "P07.101", "J18.900", "?", ""]

    def one(key):
        code = chance.choice(under(key.diagnoses[0]))
        listed = [chance.choice(term) for term in (*key.procedures, *key.related)]
        if chance.random() < 0.3:
            listed += [chance.choice((*listed, *excluded[:50], "81.5100", "81.5400x004", "96.7201", "?", ""))]
        if chance.random() < 0.2:
            listed.insert(0, chance.choice(excluded))
        if chance.random() < 0.1:
            chance.shuffle(listed)
        beside = chance.sample(others, chance.randint(0, 4))
        return "|".join([code, *beside]), "|".join(listed)

    rows = [one(chance.choice(keys)) for _ in range(n)]
    return pd.DataFrame(rows, columns=["diagnoses", "procedures"]).assign(
        age_days=[chance.choice((3, 28, 29, None)) for _ in range(n)],
        birth_weight=[chance.choice((0, 999, 1250, 2499, 2500, None)) for _ in range(n)],
        total_cost=1000.0,
    )


def test_kernel_twin_threads_chunks_and_readers_agree(monkeypatch):
    pa = pytest.importorskip("pyarrow")
    cases = mixed_cases(400)
    monkeypatch.setenv("DRGSIM_REFERENCE", "0")
    fast = grouper().group(cases)
    assert fast["kind"].nunique() == 5
    parts = pd.concat([grouper().group(cases[:150]), grouper().group(cases[150:])])
    pd.testing.assert_frame_equal(parts.astype(object), fast.astype(object))
    threaded = DipGrouper(shipped(), threads=3)
    pd.testing.assert_frame_equal(threaded.group(cases), fast)
    arrow = threaded.group(pa.Table.from_pandas(cases, preserve_index=False)).to_pandas()
    for name in ("dip_code", "matched_procedures", "primary_care", "score_state"):
        assert arrow[name].astype(object).fillna("").tolist() == fast[name].astype(object).fillna("").tolist()
    one = grouper().group(cases.iloc[7].to_dict())
    assert one["dip_code"] == fast["dip_code"].iloc[7] or one["dip_code"] is None
    monkeypatch.setenv("DRGSIM_REFERENCE", "1")
    pd.testing.assert_frame_equal(grouper().group(cases), fast)


def test_an_answer_depends_on_no_other_row_and_not_on_the_length_of_the_record():
    case = {"diagnoses": "M17.000", "procedures": "81.5400x004|17.4100"}
    short = grouper().group(case)
    record = case["procedures"] + "".join(f"|x{number}" for number in range(30_000))
    long = grouper().group({**case, "procedures": record})
    same = ("dip_code", "reason", "matched_procedures", "treatment_class")
    assert [short[name] for name in same] == [long[name] for name in same]
