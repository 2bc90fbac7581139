"""Funds carried some years on."""
