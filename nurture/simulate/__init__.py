"""Virtual time: the same services on a database in memory, for forecasts, scenarios and plans."""
