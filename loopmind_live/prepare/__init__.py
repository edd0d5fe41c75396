"""From a loop to a clip: decode, retime, transpose, cut, level, and keep."""
