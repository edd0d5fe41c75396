"""What a scan did."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COUNTS = ("files", "added", "updated", "moved", "unchanged", "removed")


@dataclass(slots=True)
class ScanReport:
    """What a scan did. `errors`: files that could not be analysed, and why, in one line each."""

    folder: Path
    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    removed: int = 0
    errors: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        """Return how many audio files the folder holds."""
        return self.added + self.updated + self.moved + self.unchanged

    @property
    def changed(self) -> bool:
        """Tell whether the library is another than before."""
        return bool(self.added or self.updated or self.moved or self.removed)

    def summary(self) -> str:
        """Return one line for people.

        >>> ScanReport(Path("loops"), added=3, errors=[(Path("x.wav"), "empty")]).summary()
        'loops: 3 files: 3 new, 0 changed, 0 unchanged, 0 gone; 1 cannot be used'
        """
        moved = f" {self.moved} moved," if self.moved else ""
        return (
            f"{self.folder}: {self.files} files: {self.added} new, {self.updated} changed,{moved}"
            f" {self.unchanged} unchanged, {self.removed} gone; {len(self.errors)} cannot be used"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the object that `loopmind scan --json` prints."""
        errors = [{"path": str(path), "error": reason} for path, reason in self.errors]
        counts = {name: getattr(self, name) for name in COUNTS}
        return {"folder": str(self.folder), **counts, "errors": errors}
