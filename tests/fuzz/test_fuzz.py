"""Readers of files and documents on broken input: an answer, or an error of ours. Nothing else, and soon.

A few tries a target with every run; `DRGSIM_FUZZ_SECONDS=60 pytest tests/fuzz` tries each for that long, from
a seed that is printed when something is found (`DRGSIM_FUZZ_SEED` starts from it).
"""

import contextlib
import os
import random
import time
import warnings
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import drgsim
from drgsim import Policy, Scenario, read_cases, write_cases
from drgsim.cases.layouts import load_layout
from drgsim.errors import DrgsimError
from drgsim.exchange import read_exchange, write_exchange
from drgsim.schemes.compiled import CompiledScheme
from drgsim.settlement.statistics import KEYS, MEASURES

SECONDS = float(os.environ.get("DRGSIM_FUZZ_SECONDS", 0))
TRIES = 12  # without a time
SLOWEST = 20.0  # seconds a single input may take, on a loaded machine
TOKENS = [
    b'"', b",", b"\t", b"|", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", "诊断".encode(), b"{", b"}",
    b"[", b"]", b": ", b"&a ", b"*a", b"1e999", b"-1", b"9" * 400, b"NaN", b"1:30",
    b"!!python/object", b"=1+1", b"extends: ", b"\xed\xa0\x80", b"0x1F", b"PK\x03\x04", b"PAR1",
]  # fmt: skip


def cases_frame():
    return pd.DataFrame({
        "case_id": ["1", "2", "3"] * 5, "sex": [1, 2, 1] * 5, "age": [60, 0, 30] * 5, "los": [3, None, 9] * 5,
        "diagnoses": ["I10.x00x002|K80.101", "P07.300", ""] * 5,
        "procedures": ["51.2300", "", "38.9300x001"] * 5,
        "discharge_date": pd.Timestamp("2024-05-01"), "total_cost": [100.5, 9e4, 0.0] * 5,
    })  # fmt: skip


def made(path):
    """A sound file of the kind that `path` ends in."""
    kind = path.suffix
    if kind == ".json":
        cases_frame().astype(str).to_json(path, orient="records", force_ascii=False)
    elif kind == ".zip":
        table = pd.DataFrame([{**dict.fromkeys(KEYS, "A"), **dict.fromkeys(MEASURES, 0), "cases": 20}])
        words = {"sender": "a", "scheme": "b", "policy": "c", "period": "d"}
        write_exchange(table.assign(insurance="employee", month="2024-01"), path, **words)
    elif kind == ".policy":
        path.write_text(Policy.load("national-drg-rate").to_yaml(), encoding="utf-8")
    elif kind == ".scenario":
        Scenario.load("special-review-ceiling").to_yaml(path)
    elif kind == ".toml":
        name = next((path_of("layouts")).glob("*.toml"))
        path.write_bytes(name.read_bytes())
    elif kind == ".scheme":
        path.write_bytes(drgsim.DrgGrouper("chs-drg-1.1").compiled.block()[:20_000])
    else:
        write_cases(cases_frame(), path)
    return path.read_bytes()


def path_of(name):
    from drgsim._paths import data_path

    return data_path(name)


def yaml_policy(path):
    return Policy.load(path.rename(path.with_suffix(".yaml")))


def yaml_scenario(path):
    return Scenario.load(path.rename(path.with_suffix(".yaml")))


TARGETS = {
    "cases.csv": read_cases,
    "cases.xlsx": read_cases,
    "cases.parquet": read_cases,
    "cases.json": read_cases,
    "a.policy": yaml_policy,
    "a.scenario": yaml_scenario,
    "a.toml": load_layout,
    "a.scheme": CompiledScheme.from_file,
    "a.zip": read_exchange,
}


def mutated(draw, data):
    """One to six changes: bytes flipped, cut out, doubled, or a token put in."""
    data = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data) + 1)
        size = min(draw.choice([1, 1, 2, 8, 64, 512]), len(data) - at)
        what = draw.randrange(4)
        if what == 0 and at < len(data):
            data[at] ^= 1 << draw.randrange(8)
        elif what == 1:
            del data[at : at + size]
        elif what == 2:
            data[at:at] = data[at : at + size] * draw.choice([1, 2, 50])
        else:
            data[at:at] = draw.choice(TOKENS)
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_broken_input_ends_in_an_answer_or_an_error_of_ours(name, tmp_path):
    path = tmp_path / name
    sound = made(path)
    seed = int(os.environ.get("DRGSIM_FUZZ_SEED", 16 if not SECONDS else time.time_ns()))
    stop = time.monotonic() + SECONDS
    tried = 0
    while time.monotonic() < stop if SECONDS else tried < TRIES:
        draw = random.Random(seed + tried)
        path.write_bytes(mutated(draw, sound))
        begun = time.monotonic()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                TARGETS[name](path)
        except DrgsimError:
            pass
        except Exception as error:
            pytest.fail(f"{name} with DRGSIM_FUZZ_SEED={seed + tried}: {type(error).__name__}: {error}")
        assert time.monotonic() - begun < SLOWEST, f"{name} with DRGSIM_FUZZ_SEED={seed + tried} is slow"
        tried += 1
    assert tried


def test_archives_that_lie(tmp_path):
    """A workbook of one part that unpacks to a thousand times itself is not unpacked into memory."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"{}")
        archive.writestr("statistics.csv", b"0" * (64 << 20))
    with pytest.raises(DrgsimError, match="too large"):
        read_exchange(path)


def test_parquet_columns_of_one_name_and_nested_values(tmp_path):
    path = tmp_path / "cases.parquet"
    twice = pa.table(
        [pa.array(["1"]), pa.array(["2"]), pa.array([[{"a": 1}]])], names=["case_id", "case_id", "sex"]
    )
    pa.parquet.write_table(twice, path)
    with contextlib.suppress(DrgsimError):
        read_cases(path)
