"""Tables, named queries, units of work and migrations."""
