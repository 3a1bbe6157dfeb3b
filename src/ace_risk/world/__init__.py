"""The synthetic world: people, need, events, records and services, with known truth."""
