"""The arrays of a compiled scheme, number by number as the kernel reads them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from drgsim.schemes.compile import compile_scheme
from drgsim.schemes.compile_buckets import Buckets, Cuts, cut_variables, first_code, mark_codes
from drgsim.schemes.compile_logic import MAYBE
from drgsim.schemes.compile_program import Programs
from drgsim.schemes.compile_words import SetTable, codebooks_for
from drgsim.schemes.model import CodeSet
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.terms import Compare, Role, Variable
from drgsim.schemes.scheme_errors import PackError

from .example import BLEEDING, HEART, SKULL, SMALL, STROKE

DIAGNOSES, PROCEDURES = codebooks_for(SMALL)
TABLES = SetTable(SMALL, DIAGNOSES), SetTable(SMALL, PROCEDURES)


def program(*rules):
    made = Programs(*TABLES, {"ICU": 7})
    starts = [made.add(parse_rule(rule)) for rule in rules]
    return starts, made.arrays()


@pytest.mark.parametrize(
    ("rule", "starts", "steps"),
    [
        # test, a, b, c, next when it holds, next when it fails; a rule stands from its last term up
        ("ZYZD in DI_BB1", 0, [(0, 0, 1, 0, -1, -2)]),
        ("ZYZD not in DI_BB1", 0, [(0, 0, 1, 0, -2, -1)]),
        ("QTSS in OP_BB1", 0, [(1, 0, 2, 0, -1, -2)]),
        ("{ZYZD, QTZD} in {DI_BB1, DI_BR1}", 0, [(0, 0, 3, 0, -1, -2)]),
        ("length(OP_ALL & {ZYSS, QTSS}) >= 2", 0, [(2, 0, 3, 1, -1, -2)]),
        ("length(DI_BR1 & QTZD) > 1", 0, [(2, 0, 2, 0, -1, -2)]),
        ("NL <= 17", 0, [(3, 0, 1, 0, -1, -2)]),
        ("XSRTZ > 1500", 0, [(3, 2, 2, 0, -1, -2)]),
        ("XSRTL >= 3", 0, [(3, 1, 3, 0, -1, -2)]),
        ("XB != 1", 0, [(3, 3, 5, 0, -1, -2)]),
        ('CYKS = "ICU"', 0, [(3, 7, 4, 0, -1, -2)]),
        ("CC", 0, [(4, 1, 0, 0, -1, -2)]),
        ("MCC", 0, [(4, 2, 0, 0, -1, -2)]),
        ("MCC or CC", 1, [(4, 1, 0, 0, -1, -2), (4, 2, 0, 0, -1, 0)]),
        ("ZYTS < 3 and CC", 1, [(4, 1, 0, 0, -1, -2), (3, 4, 0, 0, 0, -2)]),
        ("TRUE", -1, [(0, 0, 0, 0, 0, 0)]),
    ],
)
def test_a_rule_becomes_these_steps(rule, starts, steps):
    places, arrays = program(rule)
    assert places == [starts]
    assert arrays["program"].tolist() == [list(step) for step in steps]


def test_programs_share_steps_sets_and_numbers():
    starts, arrays = program("NL < 18 and MCC", "MCC", "XSRTL < 18 or CC", 'CYKS != "ICU"')
    assert starts == [1, 0, 3, 4]
    assert arrays["program_number"].tolist() == [18, 7]
    _, arrays = program(
        "length(DI_BB1 & QTZD) < 3",
        "length(OP_ALL & QTSS) = 5000000000",
        "length({OP_ALL, OP_BB1} & ZYSS) > 0",
    )
    assert arrays["program_count"].tolist() == [[0, 1, 0, 3], [1, 2, 4, 1 << 30], [2, 4, 2, 0]], (
        "from, up to, comparison, number; more than any case has is 2^30"
    )
    assert arrays["program_counted"].tolist() == [0, 0, 0, 1], "the sets counted, of their own kind"
    sets = np.unpackbits(arrays["procedure_sets"], axis=1, bitorder="little")
    assert sets.sum(axis=1).tolist() == [5, 3]
    skull = sorted(PROCEDURES.id_of(code) + 2 for code in SKULL)
    assert np.flatnonzero(sets[1]).tolist() == skull


def test_what_a_department_or_a_number_cannot_be_compared_with_is_refused():
    made = Programs(*TABLES, {"ICU": 0})
    for term, words in (
        (Compare(Variable.AGE, "=", "ICU"), "AGE is compared with the wrong kind"),
        (Compare(Variable.DEPARTMENT, "=", 3), "DEPARTMENT is compared with the wrong kind"),
        (Compare(Variable.DEPARTMENT, "<=", "ICU"), "departments have no order"),
    ):
        with pytest.raises(PackError, match=words):
            made.add(term)


def word(name, code, book):
    return int(compile_scheme(SMALL).arrays[name][book.id_of(code) + 2])


def test_words_of_diagnoses_say_severity_and_exclusion_table():
    """Tables 10, 12 and 9 are numbered 1, 2 and 3; the word is table * 256 + bits."""
    low = 1 | 2  # CC, MCC
    for code, table, severity in (
        ("E11.900", 3, 1), ("I10.x00", 1, 1), ("J18.900", 0, 1), ("J96.000", 2, 2), ("I63.000", 0, 0)
    ):  # fmt: skip
        found = word("diagnosis_word", code, DIAGNOSES)
        assert (found >> 8, found & low) == (table, severity), code
    words = compile_scheme(SMALL).arrays["diagnosis_word"]
    assert (words[0], words[1]) == (0, 32), "no code; an unknown code"
    listed = {DIAGNOSES.codes[place - 2] for place in np.flatnonzero(words & 128)}
    assert listed == BLEEDING | STROKE


def test_a_principal_diagnosis_strikes_the_severities_of_its_tables():
    exclusion = compile_scheme(SMALL).arrays["exclusion"]
    rows = {code: word("principal_word", code, DIAGNOSES) >> 16 for code in ("I60.000", "J96.000", "I63.000")}
    assert exclusion[rows["I60.000"]].tolist() == [0xFF, 0xFC, 0xFF, 0xFC]
    assert exclusion[rows["J96.000"]].tolist() == [0xFF, 0xFF, 0xFC, 0xFF]
    assert exclusion[rows["I63.000"]].tolist() == [0xFF] * 4


def test_codes_in_first_place_are_alike_where_no_rule_tells_them_apart():
    rules = [adrg.rule for adrg in SMALL.adrgs]
    first = first_code(Role.MAIN_PROCEDURE, rules, TABLES[1], {})
    assert first.size == 4, "none, heart, skull, the other valid one"
    of = {
        code: first.of_id[PROCEDURES.id_of(code) + 2] for code in ("37.5100", "01.2400", "01.2401", "99.9999")
    }
    assert of["01.2400"] == of["01.2401"]
    assert len(set(of.values())) == 3
    counted = first_code(Role.PRINCIPAL_DIAGNOSIS, [parse_rule("length(DI_BB1 & ZYZD) > 0")], TABLES[0], {})
    assert counted.size == 2
    touched = counted.first_touches(True, ("DI_BB1", "DI_BR1"))[0]
    assert touched[counted.of_id[DIAGNOSES.id_of("I60.000") + 2]] == 2
    assert counted.first_in(False, ("OP_ALL",)).tolist() == [MAYBE, MAYBE]


def marks(rules, owners, openness):
    found = mark_codes(False, [parse_rule(rule) for rule in rules], owners, openness, TABLES[1])
    return {PROCEDURES.codes[place - 2]: int(found[place]) for place in np.flatnonzero(found)}


def test_codes_that_matter_behind_the_first_are_marked_by_the_owners_of_the_openest_rows():
    rules = ["QTSS in OP_AA1", "QTSS in OP_BB1", "ZYSS in OP_ALL", "QTZD in DI_BB1"]
    only = dict.fromkeys(SKULL, 1) | dict.fromkeys(HEART, 2)
    assert marks(rules, "ABCD", [0.1, 0.9, 1, 1]) == only
    shared = [*rules, "length(OP_ALL & QTSS) > 1"]
    assert marks(shared, "ABCDE", [0.1, 0.9, 1, 1, 0.5]) == {
        "99.9999": 2, **dict.fromkeys(SKULL, 1 | 2), **dict.fromkeys(HEART, 4 | 2)
    }  # fmt: skip
    twice = ["QTSS in OP_AA1", "QTSS in OP_BB1", "QTSS in OP_AA1"]
    assert marks(twice, "ABA", [0.3, 0.5, 0.3]) == dict.fromkeys(HEART, 1) | dict.fromkeys(SKULL, 2)


def test_owners_beyond_the_third_share_a_mark():
    both = ["QTSS in {OP_AA1, OP_BB1}", "QTSS in {OP_BB1, OP_AA1}"]
    found = marks(["QTSS in OP_AA1", "QTSS in OP_BB1", *both], "ABCD", [0.9, 0.8, 0.7, 0.6])
    assert found == dict.fromkeys(HEART, 1 | 4) | dict.fromkeys(SKULL, 2 | 4)


def test_no_more_codes_are_marked_than_the_sixteenth_part():
    wide = {code for code in PROCEDURES.codes if code[0] in "012345"}
    sets = {**SMALL.sets, "OP_W": CodeSet("OP_W", "procedure", frozenset(wide))}
    table = SetTable(replace(SMALL, sets=sets), PROCEDURES)
    rules = [parse_rule("QTSS in OP_W"), parse_rule("QTSS in OP_AA1")]
    found = mark_codes(False, rules, "AB", [1, 0.1], table)
    assert {PROCEDURES.codes[place - 2] for place in np.flatnonzero(found)} == HEART


def test_buckets_of_two_variables_are_every_combination_and_know_what_is_missing():
    cuts = cut_variables([parse_rule("NL < 18 and XSRTL <= 2 and XB = 2")])
    assert [(cut.variable.name, cut.points) for cut in cuts] == [
        ("AGE", (18.0,)),
        ("SEX", (2.0,)),
        ("AGE_DAYS", (-math.inf, float(np.nextafter(np.float32(2), np.float32(np.inf))))),
    ]
    made = Buckets(cuts, {(True, ("DI_BB1",)): 1}, {})
    assert made.size == 12
    assert made.values(Variable.AGE).tolist() == [0] * 6 + [18] * 6
    assert made.values(Variable.SEX).tolist() == ([1] * 3 + [2] * 3) * 2
    assert np.isnan(made.values(Variable.AGE_DAYS)[::3]).all()
    assert made.values(Variable.LOS) is None
    assert made.compares(Compare(Variable.AGE_DAYS, "<=", 2)).reshape(4, 3).tolist() == (
        [made.compares(Compare(Variable.AGE_DAYS, "<=", 2)).tolist()[:3]] * 4
    )
    below = made.compares(Compare(Variable.AGE, "<", 18)).tolist()
    assert len(set(below[:6])) == len(set(below[6:])) == 1
    assert below[0] != below[6]
    arrays = made.arrays()
    assert arrays["cut_variable"].tolist() == [0, 3, 1, 1]
    assert arrays["cut_weight"].tolist() == [6, 3, 1, 1]
    assert arrays["cut"].tolist() == [18, 2, -math.inf, cuts[2].points[1]]
    zero, most = made.first_touches(True, ("DI_BB1",))
    assert (zero.tolist(), most.tolist()) == ([0] * 12, [1] * 12)


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ("NL < 0.5", (1.0,)), ("NL >= 18", (18.0,)), ("NL > 17", (18.0,)), ("NL = 3", (3.0, 4.0)),
        ("XB < 5", ()), ("XB > 1", (2.0,)), ("NL >= 0", ()),
        ("XSRTZ > 0", (-math.inf, float(np.finfo(np.float32).tiny))),
        ("XSRTZ >= 1500", (-math.inf, 1500.0)),
    ],
)  # fmt: skip
def test_a_number_is_cut_at_the_first_of_each_new_bucket(rule, points):
    (cut,) = cut_variables([parse_rule(rule)])
    assert cut.points == points


def test_a_value_of_each_bucket_lies_in_it():
    assert Cuts(Variable.AGE, (18.0, 60.0)).samples.tolist() == [0, 18, 60]
    samples = Cuts(Variable.WEIGHT, (-math.inf, 1500.0, 2500.0)).samples.tolist()
    assert math.isnan(samples[0])
    assert samples[1:] == [-1, 1500, 2500]
