"""Models that are tables of points, baselines, and folds in time."""
