"""Layouts for TouchOSC: written as Python, packed as `.tosc` files, drawn as pictures."""
