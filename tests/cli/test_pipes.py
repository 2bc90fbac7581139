"""A pipe that nobody writes to, wherever a command takes a file: an error at once, never waiting for ever."""

import os
import shutil
import signal
import sys

import pytest

from drgsim.cli import main
from drgsim.dip import DipCatalogue

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")

CASES = "case_id,sex,age,total_cost,diagnoses,procedures\n1,1,60,900,I10.x00x002,\n"
WORDS = """
group {pipe}.csv -o out.csv
group {pipe}.parquet -o out.csv
group {folder} -o out.csv
group {folder}/*.json -o out.csv
group cases.csv --layout {pipe}.toml -o out.csv
group cases.csv --scheme {pack} -o out.csv
group cases.csv -o {pipe}.csv
check {pipe}.xlsx
check cases.csv --out {pipe}.csv
convert {pipe}.gz out.csv
estimate cases.csv --policy national-drg-rate --weights {pipe}.csv -o out.xlsx
estimate cases.csv --policy {pipe}.yaml -o out.xlsx
estimate cases.csv --policy harbin --hospital {pipe}.toml -o out.xlsx
office cases.csv --policy harbin --last {pipe}.csv --out out
office cases.csv --policy harbin --peers {pipe}.csv --out out
office cases.csv --policy harbin --reference {pipe}.csv --out out
office cases.csv --policy harbin --thresholds {pipe}.toml --out out
reconcile cases.csv {pipe}.csv --policy harbin -o out.xlsx
audit {pipe}.csv -o out
audit cases.csv --items {pipe}.csv -o out
audit cases.csv --members {pipe}.parquet -o out
audit cases.csv --map {pipe}.csv -o out
audit cases.csv --decisions {pipe}.csv -o out
audit cases.csv --rules {folder} -o out
simulate cases.csv --baseline {pipe}.yaml --out out
simulate cases.csv --baseline harbin --reform {pipe}.yaml --out out
simulate cases.csv --baseline harbin --reform baseline-drg --budgets {pipe}.csv --out out
policy check {pipe}.yaml
scheme check {pack}
dip group cases.csv --catalogue {catalogue} -o out.csv
exchange show {pipe}.zip
exchange pack cases.csv --policy harbin --sender a --period 2024 --key-file {pipe}.csv -o out.zip
verify {pipe}.json
value {pipe}.xlsx
value --last {pipe}.json
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("piped")
    (tmp_path / "cases.csv").write_text(CASES)
    folder = tmp_path / "pipes"
    folder.mkdir()
    for ending in ("csv", "parquet", "json", "toml", "xlsx", "gz", "yaml", "zip"):
        os.mkfifo(folder / f"pipe.{ending}")
    from drgsim._paths import data_path

    pack = tmp_path / "pack"
    shutil.copytree(data_path("schemes", "chs-drg-1_1"), pack)
    (pack / "mdc.csv").unlink()
    os.mkfifo(pack / "mdc.csv")
    catalogue = tmp_path / "catalogue"
    DipCatalogue.load("example").save(catalogue)
    (catalogue / "types.csv").unlink()
    os.mkfifo(catalogue / "types.csv")
    return tmp_path


PLACES = {"pipe": "pipes/pipe", "folder": "pipes", "pack": "pack", "catalogue": "catalogue"}


def refuse(*_):
    raise RuntimeError("waits for a pipe")


@pytest.mark.parametrize("words", WORDS.strip().splitlines())
def test_a_pipe_is_refused(folder, capsys, monkeypatch, words):
    monkeypatch.chdir(folder)
    before = signal.signal(signal.SIGALRM, refuse)
    signal.alarm(30)
    try:
        code = main(words.format(**PLACES).split())
    except SystemExit as end:
        code = end.code
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    told = capsys.readouterr().err
    assert code in (2, 3), told
    assert "nobody foresaw" not in told
    assert "pipe or a device" in told or "no such" in told or "no file" in told, told
