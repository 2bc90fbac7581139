"""What commands print and write for who asks for one language: the other stands only in names and ids."""

import re
from contextlib import suppress

import pytest

from drgsim.cli import main

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{4,}")
# what programs read: options and commands, ids, paths of parameters, file names, sums of a file, conditions
IDS = re.compile(
    r"`[^`]*`|drgsim .*|--?[a-z][a-z-]*|[\w./]+\.(?:csv|xlsx|yaml|toml|json)|[0-9a-f]{16,}|^\[[a-z_]+\]$"
    r"|[A-Za-z0-9]+(?:[-_./|*=][A-Za-z0-9]+)+|^harbin →|\{.*\}|[A-Z]{4,5}|^ +OP_\w+: \d+ codes$|length|hash"
    r"|case|payment|level|weight|employee|resident|hospital|insurance"
)
LINES = (
    "policy list",
    "policy show harbin",
    "policy diff harbin national-drg-rate",
    "policy check harbin",
    "policy explain outlier.high.quota",
    "scheme list",
    "scheme check chs-drg-2.0",
    "scheme show chs-drg-2.0 HC1",
    "dip list",
    "audit rules list",
    "code show K80.100",
    "explain --dx K80.100|E11.900 --proc 51.2300 --sex 2 --age 60 --scheme chs-drg-2.0 --what-if",
    "value --list",
    "estimate none.csv --policy harbn -o none.xlsx",
    "group none.csv -o none.csv --scheme chs-drg-9",
    "scheme show chs-drg-9",
    "value --scenario nothing=3",
    "verify none.json",
    "scheme show chs-drg-2.0",
    "scheme show beijing-2022",
    "policy test harbin",
    "audit rules show drug-sex",
    "audit rules show nothing",
    "value --place nowhere",
    "value --years 2 --goal resident_premium:reserve_months.resident>=6",
    "estimate none.csv --policy harbin --weights nothing -o none.xlsx",
    "synth --year 1900 -o none.csv",
    "code show ZZZ",
)
NAMES = ("code show", "explain")  # codes have Chinese names alone
# a city's classes, what is quoted, numbers of documents, a text that was glued to a code
CITY = re.compile("[Ⅰ-Ⅹ]级|“[^”]*”|《[^》]*》|医保[^ ]*号|key is [^ ]*")


def said(capsys, lang, line):
    with suppress(SystemExit):
        main(["--lang", lang, *line.split()])
    out, err = capsys.readouterr()
    return (out + err).splitlines()


@pytest.mark.parametrize("line", LINES)
def test_who_asks_for_english_reads_no_chinese(capsys, line):
    told = said(capsys, "en", line)
    assert told
    if not line.startswith(NAMES):
        assert not [each for each in told if CHINESE.search(CITY.sub("", each))]


@pytest.mark.parametrize("line", LINES)
def test_who_asks_for_chinese_reads_chinese_and_ids(capsys, line):
    told = said(capsys, "zh", line)
    assert CHINESE.search("".join(told))
    assert not [each for each in told if ENGLISH.search(IDS.sub("", each)) and not CHINESE.search(each)]
