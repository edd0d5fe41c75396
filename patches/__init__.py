"""Instruments and effects as pyo graphs.

An instrument is a module with one function of its own name: it takes the stage and the notes, and
settings with defaults, and returns a left and a right pyo object. Everything that moves is drawn as
an array and read by the stage's one counter, so that events land on their frame and each pass of a
loop is the same as the last.
"""
