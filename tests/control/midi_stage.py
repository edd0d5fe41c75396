"""Mappings, panels and messages for the tests of MIDI."""

from pathlib import Path

from loopmind_live.config import shipped_folder
from loopmind_live.control.midi_device import Device
from loopmind_live.control.midi_toml import read_device
from loopmind_live.control.osc_addresses import Typed
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command
from loopmind_live.session.panel import Panel, panel_of
from tests.session.stage import Rig


def panel(rig: Rig) -> Panel:
    """Return what is seen of a performance now."""
    return panel_of(rig.session.state, rig.engine.status(), rig.engine.frame())


def playing() -> Rig:
    """Return a performance in the second bar of its intro."""
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    rig.play_to(rig.BAR)
    return rig


def carry_out(rig: Rig, request: Command | Typed) -> None:
    """Do what a control asked for; it must be taken."""
    for command in [request] if isinstance(request, Command) else parse(request.text):
        assert rig.session.submit(command).ok


def device(text: str, name: str = "Pads") -> Device:
    """Return a device whose controls and lights `text` describes."""
    head = "" if "name =" in text else f'name = "{name}"\nports = ["{name}"]\n'
    return read_device(head + text, Path("own.toml"), parse)


def shipped(name: str) -> Device:
    """Return a shipped device by its file's name."""
    file = shipped_folder("controllers") / f"{name}.toml"
    return read_device(file.read_text(encoding="utf-8"), file, parse)


def shipped_names() -> list[str]:
    return sorted(file.stem for file in shipped_folder("controllers").glob("*.toml"))


def note(number: int, velocity: int = 100, channel: int = 1) -> tuple[int, ...]:
    return (0x90 | (channel - 1), number, velocity)


def cc(number: int, value: int, channel: int = 1) -> tuple[int, ...]:
    return (0xB0 | (channel - 1), number, value)
