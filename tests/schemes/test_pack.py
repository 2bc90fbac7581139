"""Packs: written and read back the same, whole and as overlays; malformed ones are refused."""

import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.schemes.model import AdrgKind, CodeSet, Drg
from drgsim.schemes.pack import read_pack
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.scheme import Scheme
from drgsim.schemes.scheme_errors import PackError, RuleSyntaxError
from tests.schemes.example import OVERLAY, SMALL
from tests.schemes.strategies import leaf_rules


@pytest.fixture
def pack(tmp_path):
    return write_pack(SMALL, tmp_path / "small-1")


@pytest.fixture
def overlay(tmp_path):
    return write_pack(OVERLAY, tmp_path / "small-2", base=SMALL)


def test_a_whole_pack_reads_back_the_same(pack):
    assert read_pack(Scheme, pack) == SMALL


def test_an_overlay_reads_back_the_same_and_states_only_differences(overlay):
    assert read_pack(Scheme, overlay, base=SMALL) == OVERLAY
    rows = (overlay / "adrg.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["change,code,mdc,name,kind,rule", "remove,BQY,,,,"]
    assert not (overlay / "mdc.csv").exists()
    assert (overlay / "order.csv").read_text(encoding="utf-8").splitlines() == [
        "parent,children",
        "MDCB,BR1 BB1",
        "BR1,BR15 BR13",
    ]
    sets = (overlay / "sets.txt").read_text(encoding="utf-8")
    assert "DI_BR1 drop\n" in sets
    assert "OP_ALL" not in sets
    assert (overlay / "extra_codes.txt").read_text(encoding="utf-8").split()[-1] == "Z99.x99x999"


def test_an_equal_overlay_is_only_its_metadata(tmp_path):
    same = replace(SMALL, id="same", base="small-1", departures=())
    folder = write_pack(same, tmp_path / "same", base=SMALL)
    assert [path.name for path in folder.iterdir()] == ["scheme.toml"]
    assert read_pack(Scheme, folder, base=SMALL) == same


def test_the_same_scheme_gives_the_same_bytes_over_an_older_pack(tmp_path, pack):
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    write_pack(OVERLAY, pack, base=SMALL)
    write_pack(SMALL, pack)
    assert {path.name: path.read_bytes() for path in pack.iterdir()} == before


def test_overlays_stand_on_overlays(tmp_path):
    third = replace(OVERLAY, id="small-3", base="small-2", drgs=OVERLAY.drgs[:-1])
    folder = write_pack(third, tmp_path / "small-3", base=OVERLAY)
    assert read_pack(Scheme, folder, base=OVERLAY) == third
    back = replace(SMALL, id="back", base="small-2")
    assert read_pack(Scheme, write_pack(back, tmp_path / "back", base=OVERLAY), base=OVERLAY) == back


@st.composite
def changed_schemes(draw):
    """SMALL with rows left out, moved, renamed, and other rules, sets and tables."""
    adrgs = draw(st.permutations(draw(st.lists(st.sampled_from(SMALL.adrgs), unique=True))))
    adrgs = sorted(adrgs, key=lambda adrg: adrg.mdc)
    kept = {adrg.code for adrg in adrgs}
    drgs = [drg for drg in draw(st.permutations(SMALL.drgs)) if drg.adrg in kept]
    drgs = [replace(d, name=draw(st.sampled_from([d.name, "新 名,称"]))) for d in drgs]
    drgs += [
        Drg(code, a, "", draw(leaf_rules))
        for a in sorted(kept)
        for code in draw(st.sets(st.sampled_from([a + "X", a + "Z"])))
    ]
    drgs = sorted(drgs, key=lambda drg: [adrg.code for adrg in adrgs].index(drg.adrg))
    codes = st.frozensets(
        st.sampled_from(["I60.000", "I61.000", "I63.000", "J96.000", "Q99.x00"]), max_size=5
    )
    names = draw(st.lists(st.sampled_from([*SMALL.sets, "DI_NEW"]), unique=True))
    sets = {
        name: CodeSet(name, "diagnosis", draw(codes), draw(st.sampled_from(["", "标签"])))
        for name in sorted(names)
    }
    tables = st.sampled_from(["", "1", "EX_20"])
    return replace(
        SMALL,
        base="small-1",
        adrgs=tuple(adrgs),
        drgs=tuple(drgs),
        sets={**sets, "OP_ALL": SMALL.sets["OP_ALL"]},
        cc=draw(st.dictionaries(st.sampled_from(["E11.900", "I10.x00", "J44.900"]), tables)),
        exclusion=draw(st.dictionaries(st.sampled_from(["I60.000", "I61.000"]), st.just(("EX_3", "1")))),
    )  # fmt: skip


@settings(max_examples=40)
@given(changed_schemes())
def test_any_change_of_a_scheme_can_be_an_overlay_on_it(tmp_path_factory, changed):
    folder = tmp_path_factory.mktemp("pack")
    assert read_pack(Scheme, write_pack(changed, folder, base=SMALL), base=SMALL) == changed
    whole = replace(changed, base=None)
    assert read_pack(Scheme, write_pack(whole, folder)) == whole
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("mdc.csv", "MDCB,", "MDCA,", "a row stands twice.*mdc.csv line 3"),
        ("mdc.csv", "MDCB,", ",", "a row without a code"),
        ("mdc.csv", "code,name,rule", "code,name,rules", "a column is missing"),
        ("mdc.csv", "code,name,rule", "change,code,name,rule", "unknown column.*'change'"),
        ("adrg.csv", ",MDCB,脑", ",MDCX,脑", "names a parent that is not there.*BR1 under MDCX"),
        ("adrg.csv", "medical", "internal", "unknown kind of ADRG.*adrg.csv line 5"),
        ("drg.csv", "BR13,BR1", "BR13,BR2", "names a parent.*BR13 under BR2"),
        ("sets.txt", "I60", "I60.999", "fits no code.*DI_B00"),
        ("sets.txt", "DI_BB1 diagnosis", "DI_BB1 add", "no such code list"),
        ("severity.txt", "CC/9 diagnosis", "CC/9 procedure", "lists diagnoses"),
        ("severity.txt", "CC/9", "XC/9", "not a severity"),
        ("severity.txt", "CC/9 diagnosis\n", "CC/9 diagnosis\n  I10.x00\n", "one CC in two tables"),
        ("exclusion.txt", "12 diagnosis", "12 label x", "lists diagnoses|no such code list"),
        ("extra_codes.txt", "99.9999", "-99.9999", "only plain codes"),
        ("departures.csv", "item", "items", "a column is missing"),
        ("scheme.toml", 'id = "small-1"', 'id = "small-1"\nbase = "x"', "has another base"),
    ],
)
def test_a_malformed_pack_is_refused_with_its_place(pack, file, old, new, message):
    path = pack / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError, match=message) as caught:
        read_pack(Scheme, pack)
    assert pack.name in str(caught.value)


def test_a_rule_that_cannot_be_read_says_pack_file_and_line(pack):
    path = pack / "drg.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("MCC or CC", "MCC or CX"), encoding="utf-8")
    with pytest.raises(RuleSyntaxError, match=r"small-1: drg\.csv line 6, column rule"):
        read_pack(Scheme, pack)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("adrg.csv", "change,code,mdc,name,kind,rule\nremove,ZZ9,,,,\n", "cannot remove.*has no such"),
        ("adrg.csv", "change,code,mdc,name,kind,rule\nchange,ZZ9,MDCB,,medical,\n", "cannot change"),
        (
            "adrg.csv",
            "change,code,mdc,name,kind,rule\nadd,BR1,MDCB,,medical,\n",
            "cannot add.*has such a row",
        ),
        ("adrg.csv", "change,code,mdc,name,kind,rule\ndelete,BR1,,,,\n", "unknown change.*'delete'"),
        ("adrg.csv", "code,mdc,name,kind,rule\n", "a column is missing"),
        ("order.csv", "parent,children\nMDCB,BR1\n", "must name every row below its parent once"),
        ("order.csv", "parent,children\nMDCB,BR1 BB1 BB1\n", "must name every row"),
        ("order.csv", "parent,children\nMDCB,BR1 BB1\nMDCB,BB1 BR1\n", "an order stands twice"),
        ("order.csv", "parent,children\nMDCX,BR1\n", "an order for rows that are not there"),
        ("sets.txt", "DI_X drop\n", "no such code list"),
        ("sets.txt", "DI_BB1 remove\n  I63\n", "not in the list"),
    ],
)
def test_a_malformed_overlay_is_refused(overlay, file, text, message):
    (overlay / file).write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_pack(Scheme, overlay, base=SMALL)


def test_removing_a_row_above_others_is_refused(overlay):
    (overlay / "mdc.csv").write_text("change,code,name,rule\nremove,MDCB,,\n", encoding="utf-8")
    with pytest.raises(PackError, match="names a parent that is not there"):
        read_pack(Scheme, overlay, base=SMALL)


def test_an_overlay_needs_its_base(overlay, pack):
    with pytest.raises(PackError, match="has another base"):
        read_pack(Scheme, overlay)
    with pytest.raises(PackError, match="has another base"):
        read_pack(Scheme, pack, base=SMALL)
    with pytest.raises(PackError, match=r"has another base.*'small-9'.*allowed: small-1"):
        read_pack(Scheme, overlay, base=replace(SMALL, id="small-9"))


def test_windows_files_with_a_byte_order_mark_are_read(pack):
    for path in pack.iterdir():
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(("\ufeff" + text).encode())
    assert read_pack(Scheme, pack) == SMALL


@pytest.mark.parametrize(
    "broken",
    [
        replace(SMALL, sets={"X": CodeSet("X", "diagnosis", frozenset({"I60 000"}))}),
        replace(SMALL, sets={"X": CodeSet("X", "diagnosis", frozenset({"-I60"}))}),
        replace(SMALL, sets={"X": CodeSet("X", "diagnosis", frozenset({"I60.000"}), "two\nlines")}),
        replace(SMALL, drgs=(*SMALL.drgs, SMALL.drgs[0])),
        replace(SMALL, adrgs=(*SMALL.adrgs, replace(SMALL.adrgs[0], code="BX1"))),
    ],
    ids=["space", "sign", "label", "doubled", "not grouped"],
)
def test_a_scheme_that_would_not_read_back_is_not_left_unsaid(tmp_path, broken):
    good = write_pack(SMALL, tmp_path / "x")
    with pytest.raises(PackError):
        write_pack(broken, tmp_path / "x")
    assert read_pack(Scheme, good) == SMALL, "what was there stays"


def test_a_scheme_is_shown_by_its_numbers_and_trust():
    assert repr(SMALL) == "Scheme('small-1': 2 MDC, 3 ADRG, 5 DRG, 1 ambiguous; assumed)"
    assert isinstance(SMALL, Scheme)
    assert SMALL.adrgs[2].kind is AdrgKind.AMBIGUOUS
