"""What a performer teaches: the next control that is moved, and the words that it is to do. Pure.

It is kept as text in a file of the performer's own (`midi_toml`): what else stands there, comments
too, stays as it is.
"""

import re
import tomllib
from collections.abc import Iterator

from loopmind_live.control.midi_device import KINDS, Trigger
from loopmind_live.control.midi_mapping import PRESSED, Move
from loopmind_live.control.midi_targets import Target
from loopmind_live.errors import ControlError

FIRST_LINE = (
    "# Learned on stage: change it as you like, see the shipped mappings for all it can say."
)
MODE_MESSAGES = range(120, 128)
"""Controllers that are no control's: they reset a receiver (MIDI 1.0, channel mode messages)."""
_HEADER = re.compile(r"\s*\[\[?\s*[A-Za-z_][\w.\"' -]*\]\]?\s*(#.*)?")


def can_learn(move: Move, target: Target) -> bool:
    """Tell whether a control was moved just now that can do what is to be learned.

    A fader takes any controller; a button takes a press. Letting go counts for neither.
    """
    trigger = move.trigger
    if trigger.kind == "cc" and trigger.number in MODE_MESSAGES:
        return False
    if trigger.kind == "cc":
        return target.act in ("fader", "nothing") or move.value >= PRESSED
    return target.act != "fader" and move.value > 0


def with_entry(content: str, trigger: Trigger, words: str, shift: bool = False) -> str:
    """Return a file's content in which `trigger` does `words`, and nothing else.

    Raise ControlError where an entry for several controls has it already.

    >>> print(with_entry("", Trigger("note", 60, 10), "mute bass").strip())
    [[control]]
    note = 60
    channel = 10
    does = "mute bass"
    """
    lines = [f"{trigger.kind} = {trigger.number}"]
    if trigger.channel:
        lines.append(f"channel = {trigger.channel}")
    lines.append(f"does = {_quoted(words)}")
    if shift:
        lines.append("shift = true")
    kept, _ = without_entry(content, trigger, shift)
    body = "\n".join(("[[control]]", *lines))
    return f"{kept.rstrip()}\n\n{body}\n" if kept.strip() else f"{body}\n"


def without_entry(content: str, trigger: Trigger, shift: bool = False) -> tuple[str, bool]:
    """Return a file's content without the entry for `trigger`, and whether there was one.

    Raise ControlError where an entry for several controls has it.
    """
    kept: list[str] = []
    found = False
    for block in _blocks(content):
        entry = _entry(block)
        if entry is None or bool(entry.get("shift")) != shift or not _has(entry, trigger):
            kept.append(block)
            continue
        if trigger.kind not in entry:
            raise ControlError(
                f"{trigger} is one of several in an entry of its own file: change it"
            )
        found = True
    return "".join(kept), found


def new_file(name: str, port: str | None) -> str:
    """Return the content of a first file for the device `name`, or for a `port` of no device.

    >>> print(new_file("Launchpad X", None).splitlines()[-1])
    extends = "Launchpad X"
    """
    if port is None:
        return f"{FIRST_LINE}\n\nextends = {_quoted(name)}\n"
    return f"{FIRST_LINE}\n\nname = {_quoted(name)}\nports = [{_quoted(name)}]\n"


def file_name(name: str) -> str:
    """Return the name of the file that is for a device.

    >>> file_name("Launchpad Mini MK3"), file_name("../")
    ('launchpad-mini-mk3.toml', 'controller.toml')
    """
    plain = "-".join(re.findall(r"[a-z0-9]+", name.casefold()))[:60]
    return f"{plain or 'controller'}.toml"


def _blocks(content: str) -> Iterator[str]:
    """Yield a file's content in pieces that begin with the head of a table."""
    block: list[str] = []
    for line in content.splitlines(keepends=True):
        if _HEADER.fullmatch(line.rstrip("\r\n")) and block:
            yield "".join(block)
            block = []
        block.append(line)
    if block:
        yield "".join(block)


def _entry(block: str) -> dict[str, object] | None:
    """Return the control that a piece is about, None where it is about something else."""
    if not block.lstrip().startswith("[[control]]"):
        return None
    try:
        return dict(tomllib.loads(block)["control"][0])
    except tomllib.TOMLDecodeError as error:
        raise ControlError(f"{error}: mend it first") from error


def _has(entry: dict[str, object], trigger: Trigger) -> bool:
    channel = entry.get("channel", 0)
    if channel and trigger.channel and channel != trigger.channel:
        return False
    for kind in KINDS:
        numbers = entry.get(f"{kind}s", [])
        several = isinstance(numbers, list) and trigger.number in numbers
        if kind == trigger.kind and (entry.get(kind) == trigger.number or several):
            return True
    return False


def _quoted(words: str) -> str:
    """Return words as TOML writes them."""
    safe = words.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in safe) + '"'
