"""What compiling makes of a scheme, and what it refuses. That it groups as the rules read is tested there."""

from dataclasses import replace

import numpy as np
import pytest

from drgsim.codes import Codebook
from drgsim.errors import NotFoundError
from drgsim.schemes.compile import compile_scheme
from drgsim.schemes.compile_buckets import LARGEST, cut_variables
from drgsim.schemes.compile_filter import LINE_ROWS, pack_bits
from drgsim.schemes.model import CodeSet, Drg
from drgsim.schemes.rules.parse import parse_rule
from drgsim.schemes.rules.terms import Compare, Variable
from drgsim.schemes.scheme import Scheme
from drgsim.schemes.scheme_errors import PackError

from .example import SMALL


def with_adrg_rule(text, **more):
    return replace(SMALL, adrgs=(replace(SMALL.adrgs[0], rule=parse_rule(text)), *SMALL.adrgs[1:]), **more)


def test_levels_name_every_group_once_and_none_first():
    made = compile_scheme(SMALL)
    assert made.mdcs.codes == ("0000", "MDCA", "MDCB")
    assert made.adrgs.codes == ("00", "AA1", "BB1", "QY", "BR1")
    assert made.drgs.codes[:2] == ("0000", "AA19")
    assert made.drgs.names[0] == "未入组"
    assert len(set(made.drgs.codes)) == len(made.drgs.codes) == len(made.drgs.names)


def test_it_says_what_the_rules_ask_for():
    made = compile_scheme(SMALL)
    assert made.variables == ("AGE", "DEPARTMENT")
    assert made.departments == ("ICU",)
    assert (made.id, made.trust, made.source) == ("small-1", "assumed", "made up for tests")


def test_codes_beyond_the_catalogue_follow_its_ids():
    sets = {**SMALL.sets, "OP_AA1": CodeSet("OP_AA1", "procedure", frozenset({"37.5100", "99.9999x999"}))}
    made = compile_scheme(replace(SMALL, sets=sets))
    assert made.extra_procedures == tuple(
        sorted(code for code in {"99.9999", "99.9999x999"} if code not in Codebook.for_kind("procedure"))
    )
    assert len(made.arrays["procedure_word"]) == 2 + len(Codebook.for_kind("procedure")) + len(
        made.extra_procedures
    )


def test_the_hash_tells_content_and_does_not_depend_on_the_order_of_sets():
    made = compile_scheme(SMALL)
    turned = replace(
        SMALL,
        sets=dict(reversed(SMALL.sets.items())),
        exclusion=dict(reversed(SMALL.exclusion.items())),
        cc=dict(reversed(SMALL.cc.items())),
    )
    assert compile_scheme(turned).hash == made.hash
    assert compile_scheme(replace(SMALL, cc={})).hash != made.hash
    assert compile_scheme(with_adrg_rule("ZYSS in OP_AA1 and NL < 3")).hash != made.hash


def test_arrays_are_read_only_and_begin_on_cache_lines():
    for name, array in compile_scheme(SMALL).arrays.items():
        assert array.ctypes.data % 64 == 0, name
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize(
    ("scheme", "error"),
    [
        (with_adrg_rule("ZYSS in NO_SUCH_SET"), NotFoundError),
        (replace(SMALL, drgs=(*SMALL.drgs, Drg("XX1", "XX", "", SMALL.drgs[0].rule))), PackError),
        (replace(SMALL, mdcs=SMALL.mdcs[:1]), PackError),
        (replace(SMALL, adrgs=(), drgs=()), PackError),
        (replace(SMALL, cc={"I10.x00": "1"}, mcc={"I10.x00": "2"}), PackError),
    ],
)
def test_what_contradicts_itself_is_refused(scheme, error):
    with pytest.raises(error):
        compile_scheme(scheme)


@pytest.mark.parametrize("term", [Compare(Variable.DEPARTMENT, "<", "a"), Compare(Variable.AGE, "=", "a")])
def test_comparisons_without_a_meaning_are_refused(term):
    with pytest.raises(PackError):
        compile_scheme(replace(SMALL, adrgs=(replace(SMALL.adrgs[0], rule=term), *SMALL.adrgs[1:])))


def test_bits_stand_where_rows_stand():
    draw = np.random.default_rng(1)
    for rows in (1, 63, 64, 511, 512, 513, 1100):
        table = draw.random((5, rows)) < 0.3
        packed = pack_bits(table)
        assert packed.shape == (5, 8 * -(-rows // LINE_ROWS))
        found = [
            [bool(packed[k, r // 64] >> np.uint64(r % 64) & np.uint64(1)) for r in range(rows)]
            for k in range(5)
        ]
        np.testing.assert_array_equal(found, table)
        assert sum(int(word).bit_count() for word in packed.ravel()) == table.sum()


def test_numbers_are_cut_only_where_rules_change():
    cuts = cut_variables([parse_rule("NL = 0 and XSRTL <= 28 and XSRTZ > 0 and XSRTZ < 1500 and XB = 1")])
    sizes = {cut.variable: len(cut.points) + 1 for cut in cuts}
    # sex and age are always known; of the others one more bucket is for missing
    assert sizes == {Variable.SEX: 2, Variable.AGE: 2, Variable.AGE_DAYS: 3, Variable.WEIGHT: 4}


def test_too_many_buckets_are_left_to_programs():
    rules = [parse_rule(f"ZYTS < {k} and NL < {k}") for k in range(1, LARGEST)]
    cuts = cut_variables(rules)
    assert len(cuts) == 1
    scheme = with_adrg_rule(" or ".join(f"(ZYTS = {k} and NL < {k})" for k in range(1, 200)))
    assert len(compile_scheme(scheme).arrays["cut"]) < 250


def test_most_rows_of_the_national_schemes_need_no_program():
    for scheme in ("chs-drg-1.1", "chs-drg-2.0"):
        arrays = compile_scheme(Scheme.load(scheme)).arrays
        programs = arrays["row_program"]
        assert (programs == -1).mean() > 0.85
        # without further codes bits decide all but a few
        exact = sum(int(word).bit_count() for word in arrays["exact_bits"][0])
        assert exact > 0.98 * len(programs)
