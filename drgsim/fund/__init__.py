"""The fund over decades: people, income, pots, pooling between regions, valuation."""
