"""Checks of a dataset: duplicates, leakage, odd images."""
