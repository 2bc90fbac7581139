"""A small province, its groups, weights and policies."""

from functools import cache

import pyarrow as pa

import drgsim

COLUMNS = [
    "case_id", "hospital_id", "hospital_level", "insured_region", "care_region", "registration", "insurance",
    "retired", "sex", "age", "age_days", "birth_weight", "los", "discharge", "discharge_date", "diagnoses",
    "procedures", "total_cost",
]  # fmt: skip
SCHEME = "chs-drg-2.0"
# no stay looks at another
FREE = drgsim.Policy.load("national-drg-rate").reform(
    {"outlier.high.quota": None, "special_review.method": "none"}
)
# a hospital's quotas, and a price found at the end of the year
QUOTAS = drgsim.Policy.load("national-drg-points").reform({"settlement.point_value": "floating"})


@cache
def cases(n=6_000):
    return drgsim.synthetic_cases(n=n, year=2024, seed=1)[COLUMNS]


@cache
def grouper():
    return drgsim.DrgGrouper(SCHEME, threads=1)


@cache
def grouped(n=6_000):
    return cases(n).join(grouper().group(cases(n)).astype(str))


@cache
def weights():
    return drgsim.Weights.fit(grouped())


def table(frame):
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


def rows(frame):
    """A frame as comparable rows in the order of the case ids."""
    ordered = frame.sort_values("case_id").reset_index(drop=True)
    return ordered.astype(object).where(ordered.notna(), None)


def same(got, expected):
    """Every column that is expected is there with the same values."""
    got, expected = rows(got), rows(expected)
    assert len(got) == len(expected)
    for name in expected.columns:
        assert got[name].tolist() == expected[name].tolist(), name
