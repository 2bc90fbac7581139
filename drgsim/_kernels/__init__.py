"""Compiled loops: arrays in, arrays out; no names, no policy, nothing imported from the package."""
