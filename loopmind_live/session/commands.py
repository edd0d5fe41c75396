"""The one table of commands: all that takes, shows or explains commands is derived from it."""

from collections.abc import Mapping

from loopmind_live.config import MAX_BARS_AHEAD
from loopmind_live.errors import SessionError
from loopmind_live.session.argument_kinds import check_value
from loopmind_live.session.command import Command, CommandSpec, Lands, When
from loopmind_live.session.mixer_commands import MIXING
from loopmind_live.session.part_commands import PARTS
from loopmind_live.session.patch_commands import PATCHES
from loopmind_live.session.playing_commands import PLAYING, TIMING
from loopmind_live.session.program_commands import PROGRAM
from loopmind_live.session.section_commands import SECTIONS
from loopmind_live.session.surface_commands import SURFACES

__all__ = ["BY_NAME", "COMMANDS", "Command", "CommandSpec", "Lands", "When", "check"]

COMMANDS: tuple[CommandSpec, ...] = (
    *PLAYING, *SECTIONS, *PARTS, *MIXING, *PATCHES, *TIMING, *SURFACES, *PROGRAM
)  # fmt: skip

BY_NAME: Mapping[str, CommandSpec] = {spec.name: spec for spec in COMMANDS}


def check(command: Command) -> CommandSpec:
    """Return the command's row, or raise SessionError naming the value that is out of place.

    >>> check(Command("set_tempo", {"bpm": 999.0}))
    Traceback (most recent call last):
        ...
    loopmind_live.errors.SessionError: set_tempo: bpm 999 is out of range: choose 40 to 240 bpm
    """
    spec = BY_NAME.get(command.name)
    if spec is None:
        raise SessionError(f"no command {command.name!r}: type help for the list")
    known = {argument.name: argument for argument in spec.arguments}
    for name, value in command.arguments.items():
        if name not in known:
            raise SessionError(f"{spec.name}: no argument {name!r}: see help {spec.name}")
        check_value(spec.name, known[name], value)
    for argument in spec.arguments:
        if not argument.optional and argument.name not in command.arguments:
            raise SessionError(f"{spec.name} needs a {argument.name}, as in: {spec.phrases[0]}")
    if command.when is not None:
        if spec.lands is None:
            raise SessionError(f"{spec.name} takes effect at once: leave out when")
        n: object = command.when.n
        if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MAX_BARS_AHEAD:
            raise SessionError(f"{spec.name}: {n!r:.20} bars ahead: choose 1 to {MAX_BARS_AHEAD}")
    return spec
