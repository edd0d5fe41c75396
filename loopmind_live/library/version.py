"""The version of the analysis, apart from it: to read it must cost no heavy import."""

ANALYSIS_VERSION = 15
"""Raised whenever the same file would be judged otherwise: libraries analyse their loops anew."""
