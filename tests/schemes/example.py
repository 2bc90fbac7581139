"""A small scheme of real codes, and its neutral tables, for tests that need no reference folder."""

from dataclasses import replace
from datetime import date

from drgsim.schemes.model import Adrg, AdrgKind, CodeSet, Departure, Drg, Mdc, Switches
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.scheme import Scheme

BLEEDING = frozenset({"I60.000", "I60.000x001", "I60.100", "I61.000"})
STROKE = frozenset({"I63.000", "I63.100"})
HEART = frozenset({"37.5100"})
SKULL = frozenset({"01.2400", "01.2400x005", "01.2401"})


def _set(name, kind, codes, label=""):
    return CodeSet(name, kind, frozenset(codes), label)


SETS = {
    each.name: each
    for each in (
        _set("DI_B00", "diagnosis", BLEEDING | STROKE, "神经系统疾病及功能障碍"),
        _set("DI_BB1", "diagnosis", BLEEDING),
        _set("DI_BR1", "diagnosis", BLEEDING | STROKE),
        _set("OP_AA1", "procedure", HEART),
        _set("OP_ALL", "procedure", HEART | SKULL | {"99.9999"}),
        _set("OP_BB1", "procedure", SKULL),
    )
}


def _row(kind, code, parent, name, rule, *more):
    fields = (code, parent, name) if parent else (code, name)
    return kind(*fields, *more, parse_rule(rule))


SMALL = Scheme(
    id="small-1",
    title="小方案",
    title_en="A small scheme",
    version="1",
    family="small",
    valid_from=date(2024, 1, 1),
    valid_to=date(2025, 12, 31),
    trust="assumed",
    source="made up for tests",
    notes=('一条"说明"\t', "back\\slash"),
    mdcs=(
        _row(Mdc, "MDCA", "", "先期分组", "ZYSS in OP_ALL"),
        _row(Mdc, "MDCB", "", "神经系统疾病及功能障碍", "ZYZD in DI_B00"),
    ),
    adrgs=(
        _row(Adrg, "AA1", "MDCA", "心脏移植", "ZYSS in OP_AA1", AdrgKind.SURGICAL),
        _row(Adrg, "BB1", "MDCB", "开颅术, “出血”", "ZYZD in DI_BB1 and ZYSS in OP_BB1", AdrgKind.SURGICAL),
        _row(Adrg, "BQY", "MDCB", "歧义病案组", "ZYSS in OP_ALL", AdrgKind.AMBIGUOUS),
        _row(Adrg, "BR1", "MDCB", "脑血管病", "ZYZD in DI_BR1", AdrgKind.MEDICAL),
    ),
    drgs=(
        _row(Drg, "AA19", "AA1", "心脏移植", ""),
        _row(Drg, "BB11", "BB1", "开颅术，伴严重并发症或合并症", 'MCC and (NL < 18 or CYKS = "ICU")'),
        _row(Drg, "BB15", "BB1", "开颅术", "TRUE"),
        _row(Drg, "BQY", "BQY", "歧义病案组", "TRUE"),
        _row(Drg, "BR13", "BR1", "脑血管病，伴并发症或合并症", "MCC or CC"),
        _row(Drg, "BR15", "BR1", "脑血管病", "TRUE"),
    ),
    sets=SETS,
    cc={"E11.900": "9", "I10.x00": "10", "J18.900": ""},
    mcc={"J96.000": "12"},
    exclusion={"I60.000": ("9", "10"), "J96.000": ("12",)},
    switch_sources={"cc_exclusion": "SC04"},
    departures=(Departure("BB1", "x, y", "z", "because"),),
)

OVERLAY = replace(
    SMALL,
    id="small-2",
    title="小方案 甲",
    base="small-1",
    valid_from=date(2026, 1, 1),
    valid_to=None,
    switches=Switches(retry_single_procedures=True),
    switch_sources={"cc_exclusion": "SC04", "retry_single_procedures": "made up"},
    adrgs=(SMALL.adrgs[0], SMALL.adrgs[3], SMALL.adrgs[1]),  # no BQY, BR1 before BB1
    drgs=(
        SMALL.drgs[0],
        replace(SMALL.drgs[5], name="脑血管病 (更名)"),
        SMALL.drgs[4],
        replace(SMALL.drgs[1], rule=parse_rule("CC")),
        SMALL.drgs[2],
        _row(Drg, "BB17", "BB1", "", "ZYTS < 3"),
    ),
    sets={
        **{name: listed for name, listed in SETS.items() if name != "DI_BR1"},
        "DI_BB1": _set("DI_BB1", "diagnosis", BLEEDING - {"I61.000"} | {"I62.000"}, "出血"),
        "DI1_BR1": _set("DI1_BR1", "diagnosis", STROKE | {"Z99.x99x999"}),
    },
    cc={"E11.900": "8", "I10.x00": "10"},
    mcc={"J96.000": "12", "I50.900": "12"},
    exclusion={"I60.000": ("9",), "I50.900": ("11", "12")},
    departures=(),
)

TABLES = {
    "mdc": "mdc,name,order,rule\nMDCB,神经系统,2,principal(mdc)\nMDCA,先期分组,1,main(valid) | main[96.72%]\n"
    "MDCZ,多发创伤,3,principal(mdc) & sections>=2\n",
    "mdc_diagnosis": "mdc,section,code\nMDCB,,I60.000\nMDCB,,I63.000\nMDCZ,头部,S06.000\nMDCZ,胸部,S27.000\n",
    "adrg": "adrg,mdc,name,order,type,rule\nBR1,MDCB,脑血管病,2,medical,principal(dx)\n"
    'BB1,MDCB,开颅术,1,surgical,"(main(proc1) & any(proc2)) | other[I60.%]"\n'
    "AA1,MDCA,心脏移植,1,surgical,main(proc)\n",
    "adrg_code": "adrg,list,kind,code\nBR1,dx,dx,I63.000\nBB1,proc1,proc,01.2400\nBB1,proc2,proc,01.2401\n"
    "AA1,proc,proc,37.5100\n",
    "drg": "drg,adrg,name,order,split\nBR15,BR1,不伴,2,always\nBR11,BR1,伴,1,has_mcc\n"
    "BB19,BB1,开颅术,1,always\nAA19,AA1,心脏移植,1,always\n",
    "mcc": "code,exclusion_table\nJ96.000,12\n",
    "cc": "code,exclusion_table\nE11.900,9\n",
    "exclusion": "code,table\nI60.000,12\nI60.000,9\n",
    "valid_procedure": "code\n37.5100\n01.2400\n",
}


def write_tables(folder, **changed):
    """The neutral tables of a small scheme, as files; `changed` replaces one by another text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**TABLES, **changed}.items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder
