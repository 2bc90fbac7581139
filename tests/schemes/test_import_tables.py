"""Neutral tables become a scheme: names of lists, order, errors that say where."""

import gzip

import pytest

from drgsim.schemes.import_tables import import_tables, list_set_name
from drgsim.schemes.model import AdrgKind
from drgsim.schemes.rules.walk import print_rule
from drgsim.schemes.scheme_errors import PackError, RuleSyntaxError
from tests.schemes.example import TABLES, write_tables

UNIVERSE = ("I60.000", "I60.100", "I61.000", "96.7200", "96.7201")


def imported(folder, **changed):
    return import_tables(write_tables(folder, **changed), id="t", title="t", universe=UNIVERSE)


def test_rows_stand_in_the_order_of_testing(tmp_path):
    scheme = imported(tmp_path)
    assert [mdc.code for mdc in scheme.mdcs] == ["MDCA", "MDCB", "MDCZ"]
    assert [adrg.code for adrg in scheme.adrgs] == ["AA1", "BB1", "BR1"]
    assert [drg.code for drg in scheme.drgs] == ["AA19", "BB19", "BR11", "BR15"]
    assert [adrg.kind for adrg in scheme.adrgs] == [AdrgKind.SURGICAL, AdrgKind.SURGICAL, AdrgKind.MEDICAL]


def test_lists_are_named_after_the_national_habit(tmp_path):
    scheme = imported(tmp_path)
    rules = {row.code: print_rule(row.rule) for row in (*scheme.mdcs, *scheme.adrgs, *scheme.drgs)}
    assert rules == {
        "MDCA": "ZYSS in OP_ALL or ZYSS in OP_A00",
        "MDCB": "ZYZD in DI_B00",
        "MDCZ": "ZYZD in DI_Z00 and length({DI1_Z00, DI2_Z00} ∩ {ZYZD, QTZD}) >= 2",
        "AA1": "ZYSS in OP_AA1",
        "BB1": "(ZYSS in OP1_BB1 and {ZYSS, QTSS} in OP2_BB1) or QTZD in DI_BB1",
        "BR1": "ZYZD in DI_BR1",
        "AA19": "TRUE",
        "BB19": "TRUE",
        "BR11": "MCC",
        "BR15": "TRUE",
    }
    codes = {name: sorted(listed.codes) for name, listed in scheme.sets.items()}
    assert codes["OP_A00"] == ["96.7200", "96.7201"], "every code of the universe that begins so"
    assert codes["DI_BB1"] == ["I60.000", "I60.100"]
    assert codes["DI_Z00"] == ["S06.000", "S27.000"]
    assert [scheme.sets[name].label for name in ("DI1_Z00", "DI2_Z00", "DI_B00")] == [
        "头部",
        "胸部",
        "神经系统",
    ]
    assert scheme.exclusion == {"I60.000": ("9", "12")}
    assert (scheme.mcc, scheme.cc) == ({"J96.000": "12"}, {"E11.900": "9"})


def test_a_second_group_of_codes_gets_a_name_of_its_own(tmp_path):
    mdc = "mdc,name,order,rule\nMDCB,b,1,principal(mdc) & any[I60.000] & any[I61.000]\n"
    none = {name: TABLES[name].splitlines()[0] + "\n" for name in ("adrg", "drg", "adrg_code")}
    scheme = imported(tmp_path, mdc=mdc, **none)
    assert print_rule(scheme.mdcs[0].rule).count("DI1_B00") == 1
    assert print_rule(scheme.mdcs[0].rule).count("DI2_B00") == 1


@pytest.mark.parametrize(
    ("owner", "name", "kind", "expected"),
    [
        ("BB1", "dx", "diagnosis", "DI_BB1"),
        ("AC1", "proc2", "procedure", "OP2_AC1"),
        ("BE2.6", "proc", "procedure", "OP_BE2_6"),
        ("BB1", "tumour list", "diagnosis", "DI_BB1_tumour_list"),
    ],
)
def test_the_name_of_a_list(owner, name, kind, expected):
    assert list_set_name(owner, name, kind) == expected


def test_zipped_windows_and_marked_files_are_read(tmp_path):
    write_tables(tmp_path)
    text = "\ufeff" + TABLES["mcc"].replace("\n", "\r\n")
    (tmp_path / "mcc.csv").unlink()
    (tmp_path / "mcc.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert import_tables(tmp_path, id="t", title="t").mcc == {"J96.000": "12"}


@pytest.mark.parametrize(
    ("table", "text", "message"),
    [
        ("drg", None, "no table drg.csv"),
        ("mcc", "code,table\nJ96.000,12\n", "a column is missing.*mcc.csv"),
        ("mcc", "code,exclusion_table,x\nJ96.000,12,3\n", "unknown column.*'x'"),
        ("mcc", "code,exclusion_table\nJ96.000\n", "too many or too few cells.*mcc.csv line 2"),
        ("mcc", "", "a column is missing"),
        ("cc", "code,exclusion_table,code\nE11.900,1,1\n", "a column stands twice"),
        ("cc", 'code,exclusion_table\n"E11\n', "not a table"),
        ("adrg_code", "adrg,list,kind,code\nBR1,dx,diag,I63.000\n", "unknown kind of list.*line 2"),
        (
            "adrg_code",
            "adrg,list,kind,code\nBR1,dx,dx,I63.000\nBR1,dx,proc,01.2400\n",
            "holds diagnoses and procedures",
        ),
        ("adrg", "adrg,mdc,name,order,type,rule\nBR1,MDCX,,1,medical,always\n", "unknown mdc.*MDCX.*line 2"),
        ("adrg", "adrg,mdc,name,order,type,rule\nBR1,MDCB,,1,internal,always\n", "unknown type of ADRG"),
        ("adrg", "adrg,mdc,name,order,type,rule\nBR1,MDCB,,x,medical,always\n", "`order` is not a number"),
        ("drg", TABLES["drg"] + "BR11,BR1,,3,always\n", "a drg stands twice.*BR11.*line 6"),
        ("cc", TABLES["cc"] + "E11.900,8\n", "a code stands twice.*E11.900.*cc.csv line 3"),
        ("adrg", "adrg,mdc,name,order,type,rule\nBR1,MDCB,,nan,medical,always\n", "`order` is not a number"),
        ("drg", "drg,adrg,name,order,split\nBX19,BX1,,1,always\n", "unknown adrg.*BX1"),
    ],
)
def test_a_table_that_is_wrong_is_named(tmp_path, table, text, message):
    with pytest.raises(PackError, match=message):
        imported(tmp_path, **{table: text})


def test_a_rule_that_cannot_be_read_says_where_it_stands(tmp_path):
    drg = TABLES["drg"].replace("has_mcc", "has_mc")
    with pytest.raises(RuleSyntaxError, match=r"drg\.csv line 3, column split") as caught:
        imported(tmp_path, drg=drg)
    assert str(caught.value).endswith("  has_mc\n  ^")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "mcc.csv").write_bytes("编码".encode("gb18030"))
    with pytest.raises(PackError, match="not UTF-8"):
        import_tables(tmp_path, id="t", title="t")
    (tmp_path / "mcc.csv").unlink()
    (tmp_path / "mcc.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(PackError, match="damaged or cut short"):
        import_tables(tmp_path, id="t", title="t")
