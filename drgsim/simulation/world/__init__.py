"""The cases of a simulation, grouped and paid under any set of rules."""
