"""Each end of a local difference on another edition: what is told on three sides, and what stands."""

from dataclasses import replace

import pytest

from drgsim.schemes.model import Adrg, AdrgKind, CodeSet, Drg, Mdc, NewbornWeight, Switches
from drgsim.schemes.rebase import Rebase, rebase
from drgsim.schemes.rebase_state import Carried
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.walk import print_rule
from tests.schemes.example import SMALL, STROKE
from tests.schemes.test_rebase import (
    CUT_BR1,
    LOCAL,
    NEW,
    added_group,
    codes,
    cut_again,
    drg,
    moved,
    row,
    with_row,
)  # fmt: skip

OTHER_BR1 = {**NEW.sets, "DI_BR1": CodeSet("DI_BR1", "diagnosis", frozenset({"G40.900", "G40.300"}))}
EPILEPSY = replace(NEW, adrgs=with_row(NEW.adrgs, "BR1", name="癫痫"), sets=OTHER_BR1)


def told(found):
    """Each difference as part, row, change, status, English note, and the three sides."""
    return [(c.part, c.row, c.change, c.status, c.note_en, c.local, c.before, c.now) for c in found.changes]


def without_adrg(scheme, code):
    return replace(
        scheme,
        adrgs=tuple(each for each in scheme.adrgs if each.code != code),
        drgs=tuple(each for each in scheme.drgs if each.adrg != code),
    )


def with_rule(scheme, rule, code="BR1"):
    return replace(scheme, adrgs=with_row(scheme.adrgs, code, rule=parse_rule(rule)))


STROKE_RULE, GROWN = "脑血管病 ZYZD in DI_BR1", "脑血管病 ZYZD in DI_BR1 and NL >= 18"


def test_a_changed_rule_is_told_with_all_three_sides():
    grown = with_rule(LOCAL, "ZYZD in DI_BR1 and NL >= 18")
    assert told(moved(grown)) == [
        ("adrg", "BR1", "rule", "applied", "the rule stands", GROWN, STROKE_RULE, STROKE_RULE)
    ]
    assert told(moved(grown, with_rule(NEW, "ZYZD in DI_BR1 and XB = 1"))) == [
        (
            "adrg", "BR1", "rule", "conflict", "the new edition changed the rule too",
            GROWN, STROKE_RULE, "脑血管病 ZYZD in DI_BR1 and XB = 1",
        )
    ]  # fmt: skip
    assert told(moved(grown, with_rule(NEW, "ZYZD in DI_BR1 and NL >= 18"))) == [
        ("adrg", "BR1", "rule", "same", "the same rule", GROWN, STROKE_RULE, GROWN)
    ]


def test_a_changed_rule_of_a_group_that_is_another_or_gone_changes_nothing():
    grown = with_rule(LOCAL, "ZYZD in DI_BR1 and NL >= 18")
    found = moved(grown, EPILEPSY)
    another = "the code is another group in the new edition"
    assert told(found) == [
        ("adrg", "BR1", "rule", "conflict", another, GROWN, STROKE_RULE, "癫痫 ZYZD in DI_BR1")
    ]
    assert print_rule(row(found.scheme.adrgs, "BR1").rule) == "ZYZD in DI_BR1"
    found = moved(grown, without_adrg(NEW, "BR1"))
    assert told(found) == [
        ("adrg", "BR1", "rule", "lost", "no such group in the new edition", GROWN, STROKE_RULE, "")
    ]
    assert [each.code for each in found.scheme.adrgs] == ["AA1", "BB1", "BQY"]


def test_a_rule_that_names_a_set_found_nowhere_is_lost():
    found = moved(with_rule(LOCAL, "ZYZD in DI_BR7"))
    assert told(found) == [
        (
            "adrg", "BR1", "rule", "lost", "sets its rule names are nowhere: DI_BR7",
            "脑血管病 ZYZD in DI_BR7", STROKE_RULE, STROKE_RULE,
        )
    ]  # fmt: skip
    assert print_rule(row(found.scheme.adrgs, "BR1").rule) == "ZYZD in DI_BR1"


def test_the_rule_of_an_mdc_is_carried_and_told_too():
    local = replace(LOCAL, mdcs=with_row(LOCAL.mdcs, "MDCB", rule=parse_rule("ZYZD in DI_BR1")))
    before = "神经系统疾病及功能障碍 ZYZD in DI_B00"
    own = "神经系统疾病及功能障碍 ZYZD in DI_BR1"
    found = moved(local)
    assert told(found) == [("mdc", "MDCB", "rule", "applied", "the rule stands", own, before, before)]
    assert print_rule(row(found.scheme.mdcs, "MDCB").rule) == "ZYZD in DI_BR1"
    gone = replace(
        NEW, mdcs=NEW.mdcs[:1], adrgs=NEW.adrgs[:1],
        drgs=tuple(each for each in NEW.drgs if each.adrg == "AA1"),
    )  # fmt: skip
    assert told(moved(local, gone))[0] == (
        "mdc", "MDCB", "rule", "lost", "no such MDC in the new edition", own, before, "",
    )  # fmt: skip


def test_each_end_of_an_added_group_is_told():
    own = "血肿清除 ZYSS in OP_BC1"
    assert told(moved(added_group(LOCAL))) == [
        ("adrg", "BC1", "added", "look", "no group near it in the new edition", own, "", "")
    ]
    twin = replace(added_group(NEW))
    assert told(moved(added_group(LOCAL), twin)) == [
        ("adrg", "BC1", "added", "same", "the same rule", own, "", own)
    ]
    other = Adrg("BC1", "MDCB", "另一组", AdrgKind.SURGICAL, parse_rule("ZYSS in OP_BB1"))
    new = replace(NEW, adrgs=(*NEW.adrgs, other), drgs=(*NEW.drgs, drg("BC15", "BC1", "TRUE")))
    assert told(moved(added_group(LOCAL), new)) == [
        (
            "adrg", "BC1", "added", "conflict", "the new edition uses the code",
            own, "", "另一组 ZYSS in OP_BB1",
        )
    ]  # fmt: skip
    lost = replace(added_group(LOCAL), sets=LOCAL.sets)
    found = moved(lost)
    assert told(found) == [
        ("adrg", "BC1", "added", "lost", "sets its rule names are nowhere: OP_BC1", own, "", "")
    ]
    assert codes(found.scheme, "BC1") == []


def test_an_added_group_needs_its_mdc_and_free_codes_of_drgs():
    own = "血肿清除 ZYSS in OP_BC1"
    without = replace(
        NEW, mdcs=NEW.mdcs[:1], adrgs=NEW.adrgs[:1],
        drgs=tuple(each for each in NEW.drgs if each.adrg == "AA1"),
    )  # fmt: skip
    assert told(moved(added_group(LOCAL), without)) == [
        ("adrg", "BC1", "added", "lost", "its MDC is not in the new edition", own, "", "")
    ]
    taken = cut_again(NEW, (drg("BC19", "BR1", "TRUE"),))
    found = moved(added_group(LOCAL), taken)
    assert told(found) == [("adrg", "BC1", "added", "conflict", "its DRG codes are taken", own, "", "")]
    assert [each.code for each in found.scheme.adrgs] == ["AA1", "BB1", "BQY", "BR1"]
    assert codes(found.scheme, "BR1") == ["BC19"]


def test_an_added_mdc_and_a_group_before_all_others_stand_first():
    first = Adrg("BA1", "MDCB", "先", AdrgKind.MEDICAL, parse_rule("ZYZD in DI_BB1"))
    local = replace(
        LOCAL,
        mdcs=(Mdc("MDC0", "新大类", parse_rule("ZYZD in DI_BR1")), *LOCAL.mdcs),
        adrgs=(LOCAL.adrgs[0], first, *LOCAL.adrgs[1:]),
        drgs=(*LOCAL.drgs, Drg("BA19", "BA1", "", parse_rule("TRUE"))),
    )
    found = moved(local)
    assert [each.code for each in found.scheme.mdcs] == ["MDC0", "MDCA", "MDCB"]
    assert [each.code for each in found.scheme.adrgs] == ["AA1", "BA1", "BB1", "BQY", "BR1"]
    assert [(each.code, each.name) for each in found.scheme.drgs if each.adrg == "BA1"] == [("BA19", "先")], (
        "a DRG without a name has that of its ADRG"
    )
    assert told(found)[0] == (
        "mdc", "MDC0", "added", "look", "no group near it in the new edition",
        "新大类 ZYZD in DI_BR1", "", "",
    )  # fmt: skip


def test_each_end_of_a_group_that_was_taken_out_is_told():
    local = without_adrg(LOCAL, "BR1")
    found = moved(local)
    assert told(found) == [
        (
            "adrg", "BR1", "removed", "look", "the group is taken out; later groups take its cases",
            "", STROKE_RULE, STROKE_RULE,
        )
    ]  # fmt: skip
    assert codes(found.scheme, "BR1") == []
    assert codes(found.scheme, "BB1") == ["BB11", "BB15"]
    assert told(moved(local, without_adrg(NEW, "BR1"))) == [
        ("adrg", "BR1", "removed", "same", "not in the new edition either", "", STROKE_RULE, "")
    ]
    found = moved(local, EPILEPSY)
    assert told(found) == [
        (
            "adrg", "BR1", "removed", "conflict",
            "the code is another group in the new edition, which is kept",
            "", STROKE_RULE, "癫痫 ZYZD in DI_BR1",
        )
    ]  # fmt: skip
    assert codes(found.scheme, "BR1") == ["BR13", "BR15"]


def test_each_end_of_a_cut_is_told():
    own, before = "BR11: MCC / BR15: TRUE", "BR13: MCC or CC / BR15: TRUE"
    cut = cut_again(LOCAL, CUT_BR1)
    assert told(moved(cut)) == [("drg", "BR1", "cut", "applied", "the rule stands", own, before, before)]
    assert told(moved(cut, cut_again(NEW, CUT_BR1))) == [
        ("drg", "BR1", "cut", "same", "the same cut", own, before, own)
    ]
    taken = cut_again(NEW, (drg("BR11", "BB1", "TRUE"),))
    assert told(moved(cut, taken)) == [
        ("drg", "BR1", "cut", "conflict", "its DRG codes are taken", own, before, before)
    ]
    nowhere = cut_again(LOCAL, (drg("BR11", "BR1", "QTZD in DI_X"), drg("BR15", "BR1", "TRUE")))
    (change,) = told(moved(nowhere))
    assert change[3:5] == ("lost", "sets its rule names are nowhere: DI_X")
    carried = moved(replace(nowhere, sets={**LOCAL.sets, "DI_X": CodeSet("DI_X", "diagnosis", STROKE)}))
    (change,) = told(carried)
    assert change[3:5] == ("look", "the rule stands; code sets brought along: DI_X")
    assert carried.scheme.sets["DI_X"].codes == STROKE
    assert codes(carried.scheme, "BR1") == ["BR11", "BR15"]
    assert [each.name for each in carried.scheme.drgs if each.adrg == "BR1"] == ["BR11", "BR15"]


def test_a_set_whose_name_is_gone_or_whose_codes_stand_already_is_told():
    added = CodeSet("OP_BB1", "procedure", LOCAL.sets["OP_BB1"].codes - {"01.2401"} | {"38.1000"})
    local = replace(LOCAL, sets={**LOCAL.sets, "OP_BB1": added})
    (change,) = told(moved(local))
    assert change == (
        "set", "OP_BB1", "codes", "applied", "2 codes changed, 0 stand so already",
        "+38.1000 −01.2401", "3", "3",
    )  # fmt: skip
    (change,) = told(moved(local, replace(NEW, sets={**NEW.sets, "OP_BB1": added})))
    assert change[3:] == ("same", "0 codes changed, 2 stand so already", "+38.1000 −01.2401", "3", "3")
    gone = replace(NEW, sets={name: each for name, each in NEW.sets.items() if name != "OP_BB1"})
    gone = without_adrg(gone, "BB1")
    (change,) = told(moved(local, gone))
    assert change[3:] == ("lost", "no such set in the new edition", "+38.1000 −01.2401", "", "")


def test_only_the_first_codes_of_a_long_list_are_shown():
    more = {f"01.240{number}" for number in range(2, 8)}
    own = CodeSet("OP_BB1", "procedure", LOCAL.sets["OP_BB1"].codes | more)
    (change,) = told(moved(replace(LOCAL, sets={**LOCAL.sets, "OP_BB1": own})))
    assert change[5] == "+01.2402 01.2403 01.2404 01.2405 01.2406 … (6) "


def test_a_severity_is_left_where_the_new_edition_says_otherwise():
    local = replace(LOCAL, mcc={**LOCAL.mcc, "I10.x00": "10"}, cc={"E11.900": "9", "J18.900": ""})
    new = replace(NEW, cc={"E11.900": "9", "J18.900": ""})
    found = moved(local, new)
    assert told(found) == [
        ("severity", "CC → MCC", "severity", "conflict", "1 diagnoses", "I10.x00", "CC", "")
    ]
    assert found.scheme.mcc == new.mcc
    same = replace(NEW, cc={"E11.900": "9", "J18.900": ""}, mcc={**NEW.mcc, "I10.x00": "7"})
    found = moved(local, same)
    assert [change[3] for change in told(found)] == ["same"]
    assert found.scheme.mcc["I10.x00"] == "7"
    none = replace(LOCAL, cc={"I10.x00": "10", "J18.900": ""})
    found = moved(none)
    assert told(found) == [("severity", "CC → -", "severity", "applied", "1 diagnoses", "E11.900", "CC", "")]
    assert found.scheme.cc == {"I10.x00": "10", "J18.900": ""}


def test_a_new_severity_needs_an_exclusion_table_that_most_of_its_diagnoses_have():
    local = replace(LOCAL, mcc={**LOCAL.mcc, "I50.900": "77"})
    assert [change[3] for change in told(moved(local))] == ["conflict"], "77 has no counterpart"
    cc = {"E11.900": "A", "I10.x00": "A", "J18.900": "B"}
    own = replace(LOCAL, cc=dict.fromkeys(cc, "5"))
    local = replace(own, mcc={**LOCAL.mcc, "I50.900": "5"})
    found = moved(local, replace(NEW, cc=cc), overlap=0.6)
    assert found.scheme.mcc["I50.900"] == "A", "two of three diagnoses of table 5 are in A"
    found = moved(local, replace(NEW, cc=cc), overlap=0.7)
    assert "I50.900" not in found.scheme.mcc


def test_exclusions_move_where_the_tables_are_the_same_and_nobody_else_changed_them():
    local = replace(LOCAL, exclusion={"I60.000": ("9",), "J96.000": ("12",)})
    assert told(moved(local)) == [("exclusion", "", "tables", "applied", "1 diagnoses", "I60.000", "", "")]
    dropped = replace(LOCAL, exclusion={"I60.000": ("9", "10")})
    assert moved(dropped).scheme.exclusion == {"I60.000": ("9", "10")}
    new = replace(NEW, exclusion={"I60.000": ("9",), "J96.000": ("12", "10")})
    assert [change[3] for change in told(moved(local, new))] == ["same"]
    new = replace(NEW, exclusion={"I60.000": ("10",), "J96.000": ("12", "9")})
    found = moved(local, new)
    assert [change[3] for change in told(found)] == ["conflict"]
    assert found.scheme.exclusion == new.exclusion


def test_a_choice_that_the_new_edition_makes_too_is_the_same():
    admission = NewbornWeight.ADMISSION
    local = replace(LOCAL, switches=Switches(newborn_weight=admission))
    found = moved(local)
    assert told(found) == [
        (
            "switch",
            "newborn_weight",
            "value",
            "applied",
            "a choice of the scheme",
            "admission",
            "birth",
            "birth",
        )
    ]
    assert found.scheme.switches.newborn_weight is admission
    same = moved(local, replace(NEW, switches=Switches(newborn_weight=admission)))
    assert [change[3] for change in told(same)] == ["same"]
    old = replace(SMALL, switches=Switches(newborn_weight=admission))
    back = rebase(LOCAL, NEW, old=old)
    assert [change[3] for change in told(back)] == ["same"]


def test_an_order_of_testing_is_told_with_the_codes_that_both_have():
    adrgs = (LOCAL.adrgs[0], LOCAL.adrgs[3], LOCAL.adrgs[1], LOCAL.adrgs[2])
    local = replace(LOCAL, adrgs=adrgs)
    note = "the order of testing is local; set it anew on the new edition"
    assert told(moved(local)) == [
        ("adrg", "MDCB", "order", "conflict", note, "BR1 BB1 BQY", "BB1 BQY BR1", "BB1 BQY BR1")
    ]
    assert told(moved(local, replace(NEW, adrgs=adrgs))) == [
        ("adrg", "MDCB", "order", "same", note, "BR1 BB1 BQY", "BB1 BQY BR1", "BR1 BB1 BQY")
    ]
    turned = replace(LOCAL, mdcs=LOCAL.mdcs[::-1])
    assert [change[:4] for change in told(moved(turned))] == [("mdc", "", "order", "conflict")]


CHANGE = Carried("drg", "BR1", "cut", "look", "改了", "changed", "a", "", "b")


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "city-1: applied, to be looked at 3; the new edition says so itself 1",
                "",
                "applied, to be looked at (3)",
                "  DRG BR1: changed  [local: a | old base: - | new base: b]",
                "  DRG BR1: changed  [local: a | old base: - | new base: b]",
                "  … and 1 more",
                "",
                "the new edition says so itself (1)",
                "  DRG BR1: changed  [local: a | old base: - | new base: b]",
            ],
        ),
        (
            "zh",
            [
                "city-1: 照用, 请复核 3；新版已如此 1",
                "",
                "照用, 请复核 (3)",
                "  DRG BR1: 改了  [本地: a | 原国家版: - | 新国家版: b]",
                "  DRG BR1: 改了  [本地: a | 原国家版: - | 新国家版: b]",
                "  ……另有 1 项",
                "",
                "新版已如此 (1)",
                "  DRG BR1: 改了  [本地: a | 原国家版: - | 新国家版: b]",
            ],
        ),
    ],
)
def test_the_text_counts_each_end_and_cuts_long_lists(lang, lines):
    found = Rebase(LOCAL, NEW, (CHANGE, CHANGE, CHANGE, replace(CHANGE, status="same")))
    assert found.text(lang, limit=2).splitlines() == lines
    assert "另有" not in found.text(limit=3)
    assert str(Rebase(LOCAL, NEW, ())) == "city-1: 无"
    assert Rebase(LOCAL, NEW, ()).summary("en") == "city-1: nothing"
