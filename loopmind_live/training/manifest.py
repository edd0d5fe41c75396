"""A folder of sounds with known truth: `manifest.csv` beside the files that it names."""

import csv
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import ConfigError
from loopmind_live.library.classes import CLASS_OF
from loopmind_live.library.names import read_name

NAME = "manifest.csv"
_COLUMNS = ("file", "bpm", "bpm_tier", "beats", "key", "instrument", "kind")
_METER = "meter"
"""A column that may be there: 3/4 or 4/4."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of one file; None where nothing is.

    `pack` is where the sound comes from: what is measured on a pack was not trained on it.
    `bpm_tier`: A stated by who made it, B by its beats and length, C assumed. `kind`: "loop",
    "oneshot" or "edge" (damaged, odd or empty). `beats_per_bar`: where the manifest says the meter.
    """

    path: Path
    pack: str
    bpm: float | None
    bpm_tier: str | None
    beats: int | None
    key: str | None
    instrument: str | None
    kind: str
    beats_per_bar: int | None = None


def true_class(instrument: str | None) -> str | None:
    """Return the class of an instrument as a manifest calls it, None where it is not known.

    >>> true_class("Guitar"), true_class("drum_loop"), true_class("theremin")
    ('synth', 'drums', None)
    """
    if instrument is None:
        return None
    named = read_name(Path(instrument)).instrument
    return CLASS_OF.get(instrument.lower()) or CLASS_OF.get(named or "")


def read_manifest(folder: Path) -> list[Truth]:
    """Return the rows of the manifest in `folder`; ConfigError names what is wrong with it."""
    path = folder / NAME
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if lacking:
                raise ConfigError(f"{path}: has no column {', '.join(lacking)}")
            return [_truth(folder, path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(
            f"{path}: cannot be read ({error}): name a folder with a {NAME} of the columns "
            f"{', '.join(_COLUMNS)}"
        ) from error


def _truth(folder: Path, path: Path, line: int, row: dict[str, str | None]) -> Truth:
    words = {name: (row.get(name) or "").strip() for name in (*_COLUMNS, "source_repo", _METER)}
    try:
        return Truth(
            path=folder / words["file"],
            pack=words["source_repo"] or str(Path(words["file"]).parent),
            bpm=float(words["bpm"]) if words["bpm"] else None,
            bpm_tier=words["bpm_tier"] or None,
            beats=round(float(words["beats"])) if words["beats"] else None,
            key=words["key"] or None,
            instrument=words["instrument"] or None,
            kind=words["kind"],
            beats_per_bar=int(words[_METER].split("/")[0]) if words[_METER] else None,
        )
    except ValueError as error:
        raise ConfigError(f"{path}, line {line}: {error}") from error
