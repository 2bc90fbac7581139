"""Provincial pooling; its money moves year by year in the ledger (`drgsim.fund.pooling`)."""
