"""The catalogues that ship: examples, each with its source, the learned one rebuilt."""

import pytest

from drgsim import sources, synthetic_cases
from drgsim.dip import DipCatalogue, DipGrouper


@pytest.mark.parametrize("name", DipCatalogue.published())
def test_every_shipped_catalogue_has_a_source_that_claims_no_more_than_it(name):
    made = DipCatalogue.load(name)
    assert sources.resolve(made.source).state == made.trust


def test_the_learned_example_groups_what_it_was_not_learned_from():
    grouped = DipGrouper("example-learned").group(synthetic_cases(n=1000, seed=99))
    assert (grouped["status"] == "grouped").mean() > 0.99
    assert grouped["score"].notna().all()


@pytest.mark.slow
def test_the_learned_example_is_what_the_build_makes(tmp_path):
    from tools.dip_example import NAME, learned_example

    assert learned_example().hash == DipCatalogue.load(NAME).hash
