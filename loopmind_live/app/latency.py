"""What a performer knows better than the device: how much later its input comes than it says."""

import json
from pathlib import Path

from loopmind_live.errors import ConfigError

FILE_NAME = "input.json"


def remember_latency(folder: Path, latency_ms: float) -> None:
    """Keep the setting in `folder` for all sets to come; ConfigError where it cannot be written."""
    path = folder / FILE_NAME
    try:
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"latency_ms": latency_ms}))
        new.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error


def remembered_latency(folder: Path) -> float:
    """Return the setting kept in `folder`, 0 without one; ConfigError where it is damaged."""
    path = folder / FILE_NAME
    try:
        kept = json.loads(path.read_text())
        return float(kept["latency_ms"])
    except FileNotFoundError:
        return 0.0
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path}: holds no latency: set it again with perform --latency-ms"
        ) from error
