"""A hospital that becomes part of another: its level, coefficient and quotas (see `payment_reform`)."""

from .payment_reform import after

__all__ = ["after"]
