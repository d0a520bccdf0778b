"""Suites, the runner and its store, metrics, and the command line."""
