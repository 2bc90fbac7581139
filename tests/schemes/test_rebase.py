"""A local scheme on another edition: what is put in place, what is left to the expert, and why."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from drgsim import Scheme
from drgsim.cli import main
from drgsim.errors import ArgumentError, WriteError
from drgsim.schemes.check import problems
from drgsim.schemes.model import Adrg, AdrgKind, CodeSet, Drg, Switches
from drgsim.schemes.pack import read_pack
from drgsim.schemes.rebase import rebase
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule
from tests.schemes.example import SKULL, SMALL, STROKE

LOCAL = replace(SMALL, id="city-1", title="某市", version="2025", base="small-1")
NEW = replace(SMALL, id="small-9", version="9")


def row(rows, code):
    return next(each for each in rows if each.code == code)


def with_row(rows, code, **changes):
    return tuple(replace(each, **changes) if each.code == code else each for each in rows)


def moved(local=LOCAL, new=NEW, **options):
    return rebase(local, new, old=SMALL, **options)


def ends(found):
    return {(change.part, change.row, change.change): change.status for change in found.changes}


def drg(code, adrg, rule):
    return Drg(code, adrg, code, parse_rule(rule))


CUT_BR1 = (drg("BR11", "BR1", "MCC"), drg("BR15", "BR1", "TRUE"))


def cut_again(scheme, drgs):
    adrg = drgs[0].adrg
    return replace(scheme, drgs=(*(each for each in scheme.drgs if each.adrg != adrg), *drgs))


def codes(scheme, adrg):
    return [each.code for each in scheme.drgs if each.adrg == adrg]


def test_a_scheme_without_differences_is_the_new_edition():
    found = moved()
    assert found.changes == ()
    for name in ("mdcs", "adrgs", "drgs", "sets", "cc", "mcc", "exclusion", "switches"):
        assert getattr(found.scheme, name) == getattr(NEW, name)
    assert (found.scheme.base, found.scheme.trust, found.scheme.departures) == ("small-9", "assumed", ())
    assert "初稿" in found.scheme.title


def test_a_local_cut_stands_where_the_new_edition_still_cuts_as_the_old_one():
    found = moved(cut_again(LOCAL, CUT_BR1))
    assert ends(found) == {("drg", "BR1", "cut"): "applied"}
    assert codes(found.scheme, "BR1") == ["BR11", "BR15"]


def test_a_cut_that_says_the_same_in_other_words_is_no_difference():
    """`CC` after `MCC` is `MCC or CC`."""
    national = (drg("BR11", "BR1", "MCC"), drg("BR13", "BR1", "CC"), drg("BR15", "BR1", "TRUE"))
    local = (national[0], drg("BR13", "BR1", "MCC or CC"), national[2])
    assert ends(moved(cut_again(LOCAL, local), cut_again(NEW, national))) == {("drg", "BR1", "cut"): "same"}


def test_a_cut_that_the_new_edition_changed_too_stands_for_now_and_is_shown():
    found = moved(cut_again(LOCAL, CUT_BR1), cut_again(NEW, (drg("BR19", "BR1", "TRUE"),)))
    assert ends(found) == {("drg", "BR1", "cut"): "look"}
    (change,) = found.changes
    assert (change.local, change.now) == ("BR11: MCC / BR15: TRUE", "BR19: TRUE")
    assert codes(found.scheme, "BR1") == ["BR11", "BR15"]


def test_a_code_that_became_another_group_keeps_the_national_cut():
    sets = {**NEW.sets, "DI_BR1": CodeSet("DI_BR1", "diagnosis", frozenset({"G40.900", "G40.300"}))}
    new = replace(NEW, adrgs=with_row(NEW.adrgs, "BR1", name="癫痫"), sets=sets)
    found = moved(cut_again(LOCAL, CUT_BR1), new)
    assert ends(found) == {("drg", "BR1", "cut"): "conflict"}
    assert "另一组" in found.changes[0].note_zh
    assert codes(found.scheme, "BR1") == ["BR13", "BR15"]


def test_a_group_that_is_gone_is_told_with_the_nearest_one():
    adrgs = tuple(replace(each, code="BS1") if each.code == "BR1" else each for each in NEW.adrgs)
    drgs = tuple(
        replace(each, adrg="BS1", code=each.code.replace("BR", "BS")) if each.adrg == "BR1" else each
        for each in NEW.drgs
    )
    found = moved(cut_again(LOCAL, CUT_BR1), replace(NEW, adrgs=adrgs, drgs=drgs))
    assert ends(found) == {("drg", "BR1", "cut"): "lost"}
    assert "BS1 脑血管病" in found.changes[0].note_en


def test_a_changed_rule_is_put_in_place_only_where_the_new_edition_kept_the_old_one():
    rule = parse_rule("ZYZD in DI_BR1 and NL >= 18")
    local = replace(LOCAL, adrgs=with_row(LOCAL.adrgs, "BR1", rule=rule))
    found = moved(local)
    assert ends(found) == {("adrg", "BR1", "rule"): "applied"}
    assert print_rule(row(found.scheme.adrgs, "BR1").rule) == print_rule(rule)
    other = replace(NEW, adrgs=with_row(NEW.adrgs, "BR1", rule=parse_rule("ZYZD in DI_BR1 and XB = 1")))
    found = moved(local, other)
    assert ends(found) == {("adrg", "BR1", "rule"): "conflict"}
    assert "XB = 1" in print_rule(row(found.scheme.adrgs, "BR1").rule)
    same = replace(NEW, adrgs=with_row(NEW.adrgs, "BR1", rule=rule))
    assert ends(moved(local, same)) == {("adrg", "BR1", "rule"): "same"}


def test_sets_of_the_local_scheme_come_along_with_the_rules_that_name_them():
    sets = {**LOCAL.sets, "OP2_BB1": CodeSet("OP2_BB1", "procedure", frozenset({"38.1000"}))}
    rule = parse_rule("ZYZD in DI_BB1 and ZYSS in OP_BB1 and QTSS not in OP2_BB1")
    found = moved(replace(LOCAL, sets=sets, adrgs=with_row(LOCAL.adrgs, "BB1", rule=rule)))
    assert ends(found) == {("adrg", "BB1", "rule"): "look"}
    assert found.scheme.sets["OP2_BB1"].codes == {"38.1000"}
    assert "OP2_BB1" in found.changes[0].note_zh


def added_group(local):
    adrg = Adrg("BC1", "MDCB", "血肿清除", AdrgKind.SURGICAL, parse_rule("ZYSS in OP_BC1"))
    place = [each.code for each in local.adrgs].index("BB1") + 1
    sets = {**local.sets, "OP_BC1": CodeSet("OP_BC1", "procedure", SKULL)}
    adrgs = (*local.adrgs[:place], adrg, *local.adrgs[place:])
    return replace(local, adrgs=adrgs, drgs=(*local.drgs, drg("BC19", "BC1", "TRUE")), sets=sets)


def test_an_added_group_stands_where_it_stood_among_its_neighbours():
    found = moved(added_group(LOCAL))
    assert ends(found) == {("adrg", "BC1", "added"): "look"}
    assert [each.code for each in found.scheme.adrgs] == ["AA1", "BB1", "BC1", "BQY", "BR1"]
    assert codes(found.scheme, "BC1") == ["BC19"]
    assert found.changes[0].note_en == "no group near it in the new edition", "ambiguous rows are none"
    near = moved(added_group(LOCAL), overlap=0.4).changes[0].note_en
    assert near.endswith("BB1 开颅术, “出血”")


def test_an_added_group_whose_code_the_new_edition_uses_is_not_put_in():
    adrg = Adrg("BC1", "MDCB", "另一组", AdrgKind.SURGICAL, parse_rule("ZYSS in OP_BB1"))
    new = replace(NEW, adrgs=(*NEW.adrgs, adrg), drgs=(*NEW.drgs, drg("BC15", "BC1", "TRUE")))
    found = moved(added_group(LOCAL), new)
    assert ends(found) == {("adrg", "BC1", "added"): "conflict"}
    assert codes(found.scheme, "BC1") == ["BC15"]


def test_a_group_that_was_taken_out_is_taken_out_and_shown():
    local = replace(
        LOCAL,
        adrgs=tuple(each for each in LOCAL.adrgs if each.code != "BQY"),
        drgs=tuple(each for each in LOCAL.drgs if each.adrg != "BQY"),
    )
    found = moved(local)
    assert ends(found) == {("adrg", "BQY", "removed"): "look"}
    assert "BQY" not in [each.code for each in (*found.scheme.adrgs, *found.scheme.drgs)]


def test_codes_of_a_set_are_added_and_taken_out_where_the_list_is_still_the_same():
    own = frozenset({"I60.000", "I61.000", "I63.000", "I63.100", "I64.x00"})
    local = replace(LOCAL, sets={**LOCAL.sets, "DI_BR1": CodeSet("DI_BR1", "diagnosis", own)})
    found = moved(local)
    assert ends(found) == {("set", "DI_BR1", "codes"): "applied"}
    assert found.scheme.sets["DI_BR1"].codes == own
    another = CodeSet("DI_BR1", "diagnosis", STROKE | {"I65.000", "I66.000", "I67.000"})
    found = moved(local, replace(NEW, sets={**NEW.sets, "DI_BR1": another}))
    assert ends(found) == {("set", "DI_BR1", "codes"): "conflict"}
    assert found.scheme.sets["DI_BR1"] == another
    looser = moved(local, replace(NEW, sets={**NEW.sets, "DI_BR1": another}), overlap=0.2)
    assert ends(looser) == {("set", "DI_BR1", "codes"): "applied"}


def test_severities_move_with_the_exclusion_table_of_the_new_edition():
    new = replace(NEW, cc={"E11.900": "EX_2", "I10.x00": "EX_3", "J18.900": ""}, mcc={"J96.000": "EX_9"})
    local = replace(
        LOCAL, cc={"E11.900": "9", "J18.900": ""}, mcc={"J96.000": "12", "I10.x00": "10", "I50.900": "12"}
    )
    found = moved(local, new)
    assert ends(found) == {
        ("severity", "CC → MCC", "severity"): "applied",
        ("severity", "- → MCC", "severity"): "look",
    }
    assert found.scheme.mcc == {"I10.x00": "EX_3", "I50.900": "EX_9", "J96.000": "EX_9"}
    assert found.scheme.cc == {"E11.900": "EX_2", "J18.900": ""}


def test_exclusions_cannot_move_to_tables_numbered_otherwise():
    local = replace(LOCAL, exclusion={"I60.000": ("9",), "J96.000": ("12",)})
    assert ends(moved(local)) == {("exclusion", "", "tables"): "applied"}
    assert moved(local).scheme.exclusion["I60.000"] == ("9",)
    new = replace(NEW, exclusion={"I60.000": ("EX_9",)})
    found = moved(local, new)
    assert ends(found) == {("exclusion", "", "tables"): "conflict"}
    assert found.scheme.exclusion == new.exclusion


def test_a_local_choice_moves_unless_the_new_edition_chose_too():
    local = replace(LOCAL, switches=Switches(retry_single_procedures=True))
    found = moved(local)
    assert ends(found) == {("switch", "retry_single_procedures", "value"): "applied"}
    assert found.scheme.switches.retry_single_procedures


def test_a_local_order_is_told_and_not_moved():
    adrgs = (LOCAL.adrgs[0], LOCAL.adrgs[3], LOCAL.adrgs[1], LOCAL.adrgs[2])
    found = moved(replace(LOCAL, adrgs=adrgs))
    assert ends(found) == {("adrg", "MDCB", "order"): "conflict"}
    assert found.changes[0].local == "BR1 BB1 BQY"


def test_what_is_written_is_an_overlay_with_its_table_beside_it(tmp_path):
    found = moved(cut_again(LOCAL, CUT_BR1))
    folder = found.write(tmp_path / "city-9")
    assert read_pack(Scheme, folder, base=NEW) == found.scheme
    table = (tmp_path / "city-9-rebase.csv").read_text(encoding="utf-8-sig")
    assert table.splitlines()[0] == "part,row,change,status,note_zh,note_en,local,before,now"
    assert found.frame["status"].tolist() == ["applied"]
    assert "applied as it was 1" in found.summary("en")


def test_a_table_that_finds_no_room_leaves_no_pack(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    found = moved(cut_again(LOCAL, CUT_BR1))
    monkeypatch.setattr("drgsim.cases.write.write_table", full)
    with pytest.raises(WriteError):
        found.write(tmp_path / "city-9")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert found.table_path(Path()) == tmp_path.with_name(f"{tmp_path.name}-rebase.csv")


def test_only_a_local_scheme_can_be_moved_and_only_elsewhere():
    with pytest.raises(ArgumentError, match="stated against another"):
        rebase(SMALL, NEW)
    with pytest.raises(ArgumentError, match="already"):
        rebase(replace(LOCAL, base="small-9"), NEW)
    with pytest.raises(ArgumentError, match="not a share"):
        moved(overlap=0)


@pytest.mark.slow
def test_the_command_moves_beijing_onto_3_0(tmp_path, capsys):
    out = tmp_path / "beijing"
    assert (
        main(["scheme", "rebase", "beijing-2022", "--onto", "chs-drg-3.0", "--out", str(out), "--limit", "2"])
        == 0
    )
    said = capsys.readouterr().out
    assert "新版另有规定, 请专家定" in said
    scheme = Scheme.load(out)
    assert scheme.base == "chs-drg-3.0"
    assert scheme.trust == "assumed"
    assert not [problem for problem in problems(scheme) if problem.level == "error"]
    assert (tmp_path / "beijing-rebase.csv").is_file()
    assert main(["scheme", "rebase", "beijing-2022", "--onto", "chs-drg-3.1", "--out", str(out)]) == 2
    assert "chs-drg-3.0" in capsys.readouterr().err
