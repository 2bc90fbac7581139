"""A hospital of another level: prices, benefits and outlier limits of the new one (see `payment_reform`)."""

from .payment_reform import after

__all__ = ["after"]
