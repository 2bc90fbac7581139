"""A table in another order, or turned round so that its columns run backwards, gives the same."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim.dip import DipCatalogueBuilder

GALL, OTHER_GALL, LUNG = "K80.100", "K80.203", "J18.900"
OP, STONE, LINE = "51.2300", "51.8802", "38.9300"

stays = st.tuples(
    st.sampled_from([GALL, OTHER_GALL, LUNG]),
    st.sampled_from(["", OP, f"{OP}|{STONE}", f"{LINE}|{OP}", f"{OP}|{LINE}"]),
    st.sampled_from([2023, 2024, 2025]),
    st.sampled_from([1, 2, 3]),
    st.integers(40, 80),
    # few amounts, so that many are alike, and such that means often end in half a fen
    st.sampled_from([1000.01, 1000.10, 1333.33, 2500.07, 9999.99]),
    st.sampled_from([0.1, 0.2, 33.3]),
    st.sampled_from([0.7, 1.1]),
    st.integers(1, 3),
)
COLUMNS = (
    *("diagnoses", "procedures", "year", "hospital_level", "age"),
    *("total_cost", "drug_cost", "consumable_cost", "los"),
)


def fitted(cases):
    return DipCatalogueBuilder(
        core_min_cases=3,
        composite_min_cases=2,
        auxiliary_min_cases=2,
        auxiliary_cv_cut=0.01,
        year_weights=[0.1, 0.2, 0.7],
        hospital_coefficient="case_mix",
    ).fit(cases)


@settings(max_examples=10)
@given(rows=st.lists(stays, min_size=30, max_size=90), seed=st.integers(0, 2**32 - 1))
def test_cases_in_any_order_teach_the_same_catalogue(rows, seed):
    cases = pd.DataFrame(rows, columns=list(COLUMNS))
    there, back = (fitted(cases.iloc[order]) for order in (slice(None), _shuffled(len(cases), seed)))
    assert there.catalogue_.hash == back.catalogue_.hash
    pd.testing.assert_series_equal(
        *(pd.Series(fit.report_.summary()) for fit in (there, back)), check_exact=True
    )
    for name in ("auxiliary", "hospital_coefficients"):
        pd.testing.assert_frame_equal(
            getattr(there.report_, name), getattr(back.report_, name), check_exact=True
        )


def test_synthetic_cases_in_any_order_teach_the_same_catalogue():
    cases = drgsim.synthetic_cases(n=3000, year=2025, seed=3)
    builder = drgsim.DipCatalogueBuilder(core_min_cases=4, complications="chs-drg-2.0")
    hashes = {
        builder.fit(cases.iloc[order]).catalogue_.hash
        for order in (slice(None), slice(None, None, -1), _shuffled(len(cases), 1), _shuffled(len(cases), 2))
    }
    assert len(hashes) == 1


def test_a_table_turned_round_gives_the_same_answers():
    cases = drgsim.synthetic_cases(n=300, year=2025, seed=3)
    grouper = drgsim.DipGrouper("example")
    there, back = grouper.group(cases), grouper.group(cases.iloc[::-1])
    assert back.iloc[::-1].equals(there)


def _shuffled(n, seed):
    return np.random.default_rng(seed).permutation(n)
