"""Packs and MLflow."""
