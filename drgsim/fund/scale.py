"""Stays and accounts that stand for the same fund: a sample is tied by stated counts, or refused with the
ratio."""

from __future__ import annotations

from dataclasses import dataclass

from .fund_errors import ScaleError

# inpatient money of stays against what the accounts book for it; against all spending where that is not split
AGAINST_INPATIENT = (0.5, 2.0)
AGAINST_SPENDING = (0.05, 1.05)


@dataclass(frozen=True, slots=True)
class Tied:
    """Money of stays carried to the fund they stand for: `money` = `factor` x money of the stays, yuan."""

    scheme: str
    money: float
    stays: float
    factor: float
    ratio: float

    @property
    def words(self) -> str:
        return f"{self.scheme}: stays x {self.factor:.6g}, {self.ratio:.3f} of what the accounts hold"


def tie(
    scheme: str,
    money: float,
    stays: float,
    *,
    stands_for: float | None,
    booked: float,
    spending: float,
) -> Tied:
    """Carry the fund money of stays (yuan, weights applied) to all stays of a scheme.

    Parameters
    ----------
    stays : number of the stays, weights applied.
    stands_for : how many stays the fund paid in the year; None when the stays are all of them.
    booked : inpatient money of the accounts, 0 where they do not split it; spending : of the scheme's pot.

    Raises ScaleError, with the ratio, when both do not stand for the same fund.

    >>> tie("employee", 1e7, 1000, stands_for=8.2e7, booked=7e11, spending=1.3e12).factor
    82000.0
    """
    if not stays > 0 or not money > 0:
        raise ScaleError(f"the stays of {scheme} hold no money", got=f"{stays:g} stays, {money:g} yuan")
    if stands_for is not None and not stands_for > 0:
        raise ScaleError(f"the count of stays of {scheme} must be above 0", got=stands_for)
    factor = 1.0 if stands_for is None else stands_for / stays
    whole = money * factor
    against, bounds, word = (
        (booked, AGAINST_INPATIENT, "inpatient money") if booked else (spending, AGAINST_SPENDING, "spending")
    )
    ratio = whole / against if against else float("inf")
    if not bounds[0] <= ratio <= bounds[1]:
        raise ScaleError(
            f"the stays and the accounts of {scheme} do not stand for the same fund",
            got=f"stays {whole:.4g} yuan, {word} of the accounts {against:.4g} yuan, ratio {ratio:.3g}",
            allowed=f"a ratio of {bounds[0]:g} to {bounds[1]:g}",
            do="state how many stays the fund paid (stands_for), weights of the sample, or check units (yuan)",  # noqa: E501
        )
    return Tied(scheme, whole, stays, factor, ratio)
