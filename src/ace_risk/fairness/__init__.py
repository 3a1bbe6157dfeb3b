"""The fairness audit: counts per group, intervals, verdicts."""
