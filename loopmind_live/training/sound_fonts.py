"""The sound fonts that are installed, where systems and FluidSynth's packages put them."""

from collections.abc import Sequence
from pathlib import Path

from loopmind_live.errors import ConfigError

FOLDERS = (
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/sounds/sf3"),
    Path("/usr/share/soundfonts"),
    Path("/usr/local/share/soundfonts"),
    Path("/opt/homebrew/share/soundfonts"),
)


def find_fonts(folders: Sequence[Path] = FOLDERS) -> list[Path]:
    """Return the sound fonts in `folders`, each once, by name; ConfigError where there is none."""
    found = [
        path
        for folder in folders
        for ending in ("sf2", "sf3")
        for path in sorted(folder.glob(f"*.{ending}"))
    ]
    once = {path.resolve(): path for path in reversed(found) if path.is_file()}
    if not once:
        raise ConfigError(
            "no sound font is installed: install one (Debian: timgm6mb-soundfont), or name a file"
            " with --soundfont"
        )
    return sorted(once, key=lambda path: path.name)
