"""Values read from TOML, each checked: one clear line where it is not what it should be. Pure."""

from collections.abc import Mapping
from typing import Any

from loopmind_live.errors import ControlError


def known(raw: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    """Raise where an entry has no meaning here; `where` opens the line."""
    unknown = next((name for name in raw if name not in known), None)
    if unknown is not None:
        raise ControlError(f"{where}no entry {unknown!r}: there are {', '.join(sorted(known))}")


def text(raw: Mapping[str, Any], name: str) -> str:
    """Return words that must be there."""
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ControlError(f'{name}: write words in quotes, as in {name} = "..."')
    return value


def texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of words, none where it is left out."""
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ControlError(f'{name}: write a list of words, as in {name} = ["..."]')
    return tuple(value)


def flag(raw: Mapping[str, Any], name: str) -> bool:
    """Return true or false, false where it is left out."""
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise ControlError(f"{name} {value!r}: write true or false")
    return value


def number(raw: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`."""
    value = raw.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ControlError(f"{name} {value!r:.40}: choose a whole number, {least} to {most}")
    return value
