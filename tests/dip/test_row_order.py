"""A table turned round, whose columns then run backwards in memory, is grouped and learned from all the same."""

import drgsim


def test_a_table_turned_round_gives_the_same_answers():
    cases = drgsim.synthetic_cases(n=300, year=2025, seed=3)
    grouper = drgsim.DipGrouper("example")
    there, back = grouper.group(cases), grouper.group(cases.iloc[::-1])
    assert back.iloc[::-1].equals(there)


def test_a_table_turned_round_teaches_the_same_catalogue():
    cases = drgsim.synthetic_cases(n=300, year=2025, seed=3)
    there, back = (
        drgsim.DipCatalogueBuilder(core_min_cases=5).fit(each) for each in (cases, cases.iloc[::-1])
    )
    assert there.catalogue_.hash == back.catalogue_.hash
