"""Pools of proved cases, on the national schemes."""

import numpy as np
import pytest

from drgsim.codes import Catalogue
from drgsim.grouping import DrgGrouper
from drgsim.synthetic.generate import synthetic_cases
from drgsim.synthetic.satisfy.severity_codes import SEVERITIES
from drgsim.synthetic.targets import SEXES, bands, cell_count
from drgsim.synthetic.world import build_world, grouper_of


@pytest.fixture(scope="module")
def pools(region):
    return build_world(region, 2025, grouper_of("chs-drg-2.0")).pools


def test_every_group_of_2_0_can_be_reached(pools):
    assert pools.unreached == ()


def test_the_pools_of_a_reachable_cell_are_not_empty(pools):
    lengths = pools.pool.lengths.reshape(len(pools.targets), cell_count())
    assert ((pools.reach >= 0).any(axis=2) == (lengths > 0)).all()


def test_cores_fit_the_cells_they_are_drawn_for(pools):
    rows = np.repeat(np.arange(len(pools.pool.lengths)), pools.pool.lengths)
    for row, place in zip(rows[::97], pools.members[::97], strict=True):
        band, sex = bands()[row % cell_count() // len(SEXES)], SEXES[row % len(SEXES)]
        whom = pools.cores[place].limit
        assert sex in whom.sexes
        assert whom.age_from <= band.age_to
        assert whom.age_to >= band.age_from


def test_no_core_has_a_retired_or_unknown_code(pools):
    for kind, codes in (
        ("diagnosis", {code for core in pools.cores for code in (core.principal, *core.diagnoses)}),
        ("procedure", {code for core in pools.cores for code in (core.main, *core.procedures)} - {""}),
    ):
        catalogue = Catalogue.load(kind)
        places = [catalogue.id_of(code) for code in codes]
        assert min(places) >= 0
        assert not catalogue.gray[places].any()


def test_severity_codes_are_worth_what_they_are_listed_as(pools):
    principal = next(core.principal for core in pools.cores if pools.severity.excluding(core.principal))
    tables = pools.severity.excluding(principal)
    for name in SEVERITIES[1:]:
        counting = pools.severity.counting(name, tables)
        assert 0 < len(counting) <= len(pools.severity.listed[name])
        held = pools.scheme.mcc if name == "mcc" else pools.scheme.cc
        assert all(held[code] not in tables for code in counting)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["chs-drg-1.0", "chs-drg-1.1", "zhejiang-2022", "hefei-2023"])
def test_cases_of_other_schemes_land_too(scheme):
    grouper = DrgGrouper(scheme)
    made = synthetic_cases(n=5000, scheme=grouper, seed=2, truth=True)
    drg = grouper.group(made)["drg"].astype(str)
    assert (drg == made["true_drg"]).mean() >= 0.99
