"""Small parts of a valuation against sums done by hand: present values, months of birth, hints, balances."""

import numpy as np
import pytest

from drgsim.fund.accounts import published_accounts
from drgsim.fund.assumptions import FundAssumptions
from drgsim.fund.course import Money
from drgsim.fund.fund_errors import FundError
from drgsim.fund.profiles import schedule
from drgsim.fund.sensitivity import Measure
from drgsim.fund.series import Known
from drgsim.fund.words import pots


def money(income, spending, reserve, interest, pot="resident"):
    """One draw, two regions that hold half each; yuan in, fen inside."""
    place = list(pots()).index(pot)

    def shaped(yuan):
        table = np.zeros((1, 2, len(yuan), len(pots())), dtype=np.int64)
        table[0, :, :, place] = np.array(yuan) * 50
        return table

    return Money(shaped(income), shaped(spending), shaped(reserve), shaped(interest))


def test_a_present_value_is_the_reserve_and_the_balances_without_interest_from_the_middle_of_their_years():
    books = money([300, 300], [200, 100], [1_000, 1_100, 1_300], [50, 0])
    measure = Measure("present_value", "resident", rate=0.0)
    assert measure.draws(books, 2026).tolist() == [1_000 + 50 + 200]
    measure = Measure("present_value", "resident", rate=0.21)
    assert measure.draws(books, 2026) == pytest.approx([1_000 + 50 / 1.1 + 200 / 1.331])
    measure = Measure("present_value", "resident", until=2026, rate=0.21)
    assert measure.draws(books, 2026) == pytest.approx([1_000 + 50 / 1.1])


def test_the_first_who_wait_are_born_in_the_month_of_the_law():
    """国发 2024-09-13: men from January 1965, women from January 1970 and 1975; months since the year 0."""
    first = {group.group: divmod(group.first, 12) for group in schedule()}
    assert first == {"men": (1965, 0), "women_55": (1970, 0), "women_50": (1975, 0)}
    men = schedule()[0]
    assert [men.delay(1965 * 12 + month) for month in (-1, 0, 3, 4)] == [0, 1, 1, 2]


def test_an_entry_with_a_slip_names_the_word_that_was_meant():
    known = next(iter(FundAssumptions.default().table))
    with pytest.raises(FundError) as raised:
        FundAssumptions.default().with_values({known: {"value": 1, "sourse": "F01"}})
    assert "did you mean source?" in str(raised.value)
    with pytest.raises(FundError) as raised:
        FundAssumptions.default().with_values({known: {"zzzzzzzz": 1}})
    assert "did you mean" not in str(raised.value)


def test_a_place_without_pooled_money_apart_starts_from_its_published_balances():
    """Tianjin's bulletin for 2022: employees, accounts included, and residents."""
    books = published_accounts(Known(), place="tianjin (inferred)")
    assert (books.year, books.split) == (2022, False)
    assert books.balance == {"resident": 7_857_410_000.0, "employee_pool": 46_328_040_000.0}


def test_a_balance_not_published_yet_is_rolled_forward_by_its_own_pot():
    """2024's pooled money and accounts, and 2025's money of each, add up to the balances of 2025."""
    known = Known()
    books = published_accounts(known)
    for pot, word in (("employee_pool", "pooled"), ("employee_accounts", "account")):
        held = known.series("employee", f"{word}_balance")
        assert max(held) == books.year - 1
        rolled = held[max(held)] + books.income[pot] - books.spending[pot]
        assert books.balance[pot] == pytest.approx(rolled, abs=1.0)
