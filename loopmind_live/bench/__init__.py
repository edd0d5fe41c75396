"""Measurements of the whole program from outside, against rules that are written out here again.

Nothing in this room imports the rooms that play: lines, phases and landings are worked out from
the musical rules a second time, so that one mistake cannot hide in both places.
"""
