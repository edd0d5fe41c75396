"""Nouns: loops, parts, sections, arrangements, clips, and the files that hold them."""
