"""From a history to a cohort, features, labels and groups, by the rules of time."""
