"""The database that outlives the exchange's memory: what was traded, paid and owned."""
