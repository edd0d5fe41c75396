"""Patches: what a file builds is recorded as a graph, rehearsed, and made of pyo's objects."""
