"""Rules of a policy on the street: the facts they ask for, and their place among the fixed steps."""
