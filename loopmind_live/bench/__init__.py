"""Measurements of the program, figures against what was promised.

What was heard is held against rules that are written out here again: nothing in `rules`, `account`
and `verify` imports the rooms that play, so that one mistake cannot hide in both places.
"""
