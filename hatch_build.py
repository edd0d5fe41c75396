"""Puts the folders of shipped files inside the package when a wheel is built."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("patches", "models", "controllers")


class ShippedFolders(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install finds them beside the package; a copy there would go stale.
        if version == "editable":
            return
        for name in SHIPPED:
            folder = Path(self.root) / name
            if any(path.is_file() for path in folder.rglob("*")):
                build_data["force_include"][str(folder)] = f"loopmind_live/{name}"
