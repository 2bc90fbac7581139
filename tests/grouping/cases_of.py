"""Cases for tests of explanations: from the conformance files, and made at random around a scheme."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

from drgsim.codes import Catalogue

SCHEMES = ("chs-drg-2.0", "chs-drg-1.1", "beijing-2022", "foshan-2022", "zhejiang-2022")
EXPECTED = ("mdc", "adrg", "drg", "status")


def conformance_cases(shared: Path, scheme: str, n: int) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """About `n` cases and their answers, evenly taken from the whole file, texts as they stand there."""
    name = scheme.replace("-", "_").replace(".", "_")
    with gzip.open(shared / "conformance" / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows[:: max(1, len(rows) // n)]:
        expected = tuple(row.pop(column) for column in EXPECTED)
        yield row, expected


def random_cases(scheme) -> st.SearchStrategy[dict]:
    """Cases of codes that the scheme knows, gray and garbage ones among them, with numbers at its edges."""
    diagnoses = [*Catalogue.load("diagnosis").codes[::97], *list(scheme.mcc)[:60], *list(scheme.cc)[:60]]
    procedures = list(Catalogue.load("procedure").codes[::61])
    for code_set in scheme.sets.values():
        (diagnoses if code_set.kind == "diagnosis" else procedures).extend(sorted(code_set.codes)[:2])
    return st.fixed_dictionaries(
        {
            "sex": st.sampled_from([1, 2, "男", "F", 1.0, "2", 0, None, "x"]) | st.sampled_from([1, 2]),
            "age": st.sampled_from([0, 6, 16, 17, 45, "80", None, -1, 200, "?"]) | st.just(45),
            "age_days": st.sampled_from([None, 0, 28, 29, 365, "x"]),
            "birth_weight": st.sampled_from([None, 0, 1499, 1500, 2500, "abc"]),
            "los": st.sampled_from([None, 1, 6, 7, 14, 61]),
            "discharge": st.sampled_from([None, 1, 4, 5, 9, "死亡"]),
            "icu_hours": st.sampled_from([None, 0, 1, 120, 121]),
            "dept": st.sampled_from([None, "", "ICU", " ICU ", "内科"]),
            "diagnoses": codes(diagnoses, "nonsense"),
            "procedures": codes(procedures, "00.00x"),
        }
    )


def codes(known: list[str], garbage: str):
    one = st.sampled_from(known) | st.sampled_from(["", garbage, known[0]])
    lists = st.lists(one, max_size=5)
    return lists.map("|".join) | lists | st.none()
