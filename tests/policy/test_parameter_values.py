"""Raw values become one canonical form, or problems that say where, what, and what is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.policy.parameter_values import canonical, to_plain
from drgsim.policy.parameters import NUMERIC, OTHER, catalogue, dimensions


def read(path, raw):
    problems = []
    return canonical(catalogue()[path], raw, where=path, problems=problems), problems


@pytest.mark.parametrize(
    ("path", "raw", "expected"),
    [
        ("outlier.high.threshold", 3, 3.0),
        ("outlier.high.threshold", {"other": 3}, 3.0),
        ("outlier.high.threshold", [[None, 3]], 3.0),
        ("outlier.high.threshold", {3: 3, "二级": 2, "1": 2, "other": 2}, {"3": 3.0, "other": 2.0}),
        ("outlier.high.threshold", [[1, 3], [2, 3], [None, 2]], ((2.0, 3.0), (None, 2.0))),
        ("benefit.employee.deductible", {"1": 200, "3": 600}, {"other": {"1": 200.0, "3": 600.0}}),
        ("cross_region.ratio_cut", {"other": {"referral": 0.1}}, {"other": {"referral": 0.1}}),
        ("routes.long_stay.min_days", 61.0, 61),
        ("routes.excluded.groups", ["RE15", "BR21", "RE15"], ("BR21", "RE15")),
        ("fund.ratio", None, None),
        ("carve_out.commercial_list", True, True),
    ],
)
def test_equal_rules_have_one_form(path, raw, expected):
    value, problems = read(path, raw)
    assert not problems
    assert value == expected


@pytest.mark.parametrize(
    ("path", "raw", "says"),
    [
        ("fund.ratio", 1.2, "at most 1"),
        ("fund.ratio", "0.5", "not an allowed value"),
        ("fund.ratio", True, "not an allowed value"),
        ("fund.ratio", float("nan"), "not an allowed value"),
        ("fund.convention", "deduckt", "did you mean 'deduct'?"),
        ("fund.convention", None, "allowed: deduct, substitute, proportional"),
        ("fund.convention", {"employee": "deduct"}, "it varies by nothing"),
        ("carve_out.commercial_list", 1, "true or false"),
        ("routes.long_stay.min_days", 60.5, "integer"),
        ("routes.excluded.groups", "RE15", "a list of codes"),
        ("standard.mean_cost", 0, "above 0"),
        ("outlier.high.threshold", {"4": 3}, "allowed: 0, 1, 2, 3, other"),
        ("outlier.high.threshold", {"3": 3, "三级": 2}, "the same key twice"),
        ("outlier.high.threshold", {}, "no value"),
        ("outlier.high.threshold", [], "no band"),
        ("outlier.high.threshold", [[1, 3], [2, 2]], "the last band is open"),
        ("outlier.high.threshold", [[2, 3], [1, 2], [None, 1]], "must rise"),
        ("outlier.high.threshold", [["a", 3], [None, 1]], "not a number"),
        ("outlier.high.threshold", [3, [None, 1]], "not a pair"),
    ],
)
def test_a_value_that_is_not_allowed_is_a_problem(path, raw, says):
    _, problems = read(path, raw)
    assert says in "; ".join(map(str, problems))
    assert problems[0].path.startswith(path)


def test_every_problem_of_a_table_is_found():
    _, problems = read("benefit.employee.payment_ratio", {"retird": 0.9, "active": {"3": 1.2, "2": [[1, 2]]}})
    assert [problem.got for problem in problems] == ["retird", 1.2, 1]


def numbers(parameter):
    low = parameter.min if parameter.min is not None else parameter.above
    if parameter.type == "integer":
        return st.integers(int(low or 0), int(parameter.max or 400))
    exclusive = parameter.above is not None
    return st.floats(low if low is not None else -1e6, parameter.max or 1e6, exclude_min=exclusive, width=32)


def raw_values(parameter):
    """Any raw form a document may give a numeric parameter."""
    leaf = scalar = numbers(parameter)
    if parameter.band is not None:
        uppers = st.lists(st.integers(0, 1000), unique=True, max_size=3).map(sorted)
        bands = uppers.flatmap(
            lambda edges: st.tuples(*[scalar] * (len(edges) + 1)).map(
                lambda values: [[edge, value] for edge, value in zip([*edges, None], values, strict=True)]
            )
        )
        leaf = st.one_of(scalar, bands)
    value = leaf
    for name in reversed(parameter.by):
        keys = dimensions()[name].keys or ("甲", "乙", "3")
        value = st.one_of(leaf, st.dictionaries(st.sampled_from([*keys, OTHER]), value, min_size=1))
    return value


NUMERIC_PATHS = [path for path, parameter in catalogue().items() if parameter.type in NUMERIC]


@given(data=st.data())
def test_the_canonical_form_is_its_own_canonical_form(data):
    parameter = catalogue()[data.draw(st.sampled_from(NUMERIC_PATHS))]
    problems = []
    value = canonical(parameter, data.draw(raw_values(parameter)), where="", problems=problems)
    assert not problems
    assert canonical(parameter, to_plain(value), where="", problems=problems) == value
    assert not problems
