"""Bands: hospitals drawn again, assumptions drawn together."""
