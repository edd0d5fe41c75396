"""Print loopmind_live/library/embedding/scale.py, drawn from the audio files in some folders.

Usage: python .make/embedding_scale.py FOLDER... > scale.py
"""

import sys
from pathlib import Path

import numpy as np

from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import decode
from loopmind_live.library.embedding.dsp import features
from loopmind_live.library.sound import measure
from loopmind_live.library.walk import find_audio

HEAD = '''"""The usual range of each number in a dsp embedding: medians, and how far they spread.

Drawn once from loops and single hits of several packs by `.make/embedding_scale.py`; it only sets
how much each number counts.
"""

import numpy as np
'''


def spread(values: np.ndarray) -> np.ndarray:
    """Return the standard deviation that a normal distribution of these quartiles has."""
    low, high = np.percentile(values, (15.9, 84.1), axis=0)
    return np.maximum((high - low) / 2.0, 0.02)


def table(name: str, values: np.ndarray) -> str:
    """Return the source of a constant."""
    lines = [
        "    " + " ".join(f"{value:.4g}," for value in values[first : first + 8])
        for first in range(0, len(values), 8)
    ]
    return f"{name} = np.array([\n" + "\n".join(lines) + "\n])  # fmt: skip"


def main(folders: list[str]) -> None:
    """Print the module."""
    rows = []
    for folder in folders:
        for file in find_audio(Path(folder))[0]:
            try:
                rows.append(features(measure(decode(file.path))))
            except LibraryError as error:
                print(error, file=sys.stderr)
    found = np.array(rows)
    found = found[np.isfinite(found).all(axis=1)]
    print(f"{len(found)} files", file=sys.stderr)
    print(HEAD)
    print(table("CENTERS", np.median(found, axis=0)))
    print(table("SPREADS", spread(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
