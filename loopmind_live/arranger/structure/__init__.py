"""The form of a piece, told section by section by a small language model."""
