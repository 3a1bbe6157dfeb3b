"""Evaluation at the size of a list, from stored confusion tables."""
