"""Templates and pictures of every page."""
