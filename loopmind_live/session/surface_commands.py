"""The rows of the command table that are about what else plays along: surfaces and other clocks."""

from loopmind_live.session.command import CommandSpec

SURFACES: tuple[CommandSpec, ...] = ()
