"""The payment of a case: the street that prices and pays it, and the faces of its results."""
