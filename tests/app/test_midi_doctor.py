"""What the doctor says of MIDI."""

import time
from pathlib import Path

import pytest

from loopmind_live.app.midi_doctor import MidiFound, ask_midi, check_midi
from loopmind_live.app.midi_mappings import FOLDER, Mappings, understood
from loopmind_live.config import shipped_folder
from loopmind_live.control.midi_messages import PortCame
from loopmind_live.engine.devices import NoAnswer
from loopmind_live.errors import ControlError
from tests.app.midi_pads import Pads
from tests.app.midi_stage import LAUNCHPAD
from tests.jack.harness import jack_server, missing


@pytest.fixture
def mappings(tmp_path: Path, home: Path) -> Mappings:
    return Mappings(tmp_path, shipped_folder(FOLDER), understood)


def test_each_port_is_told_with_the_file_that_maps_it(mappings: Mappings) -> None:
    found = MidiFound(
        (PortCame(LAUNCHPAD, "in"), PortCame(LAUNCHPAD, "out"), PortCame("Keystation", "in"))
    )
    first, second = check_midi(found, mappings)
    assert first.value == "Keystation (in): no mapping: learn gives it one, as in: learn mute bass"
    file = shipped_folder(FOLDER) / "launchpad-x.toml"
    assert second.value == f"{LAUNCHPAD} (in and out): Launchpad X, {file}"
    assert (first.state, second.state) == ("ok", "ok")


def test_no_device_is_nothing_wrong_and_a_broken_file_is(tmp_path: Path, home: Path) -> None:
    (tmp_path / "mine.toml").write_text("ports = 3", encoding="utf-8")
    mappings = Mappings(tmp_path, shipped_folder(FOLDER), understood)
    none, broken = check_midi(MidiFound((), ("no MIDI here",)), mappings)
    assert (none.state, broken.state) == ("ok", "warn")
    assert none.value.startswith("no MIDI here (your own mappings: ")
    assert broken.value.startswith(str(tmp_path / "mine.toml"))
    assert broken.remedy is not None


@pytest.mark.parametrize("answer", [NoAnswer("no answer within 5 s"), ControlError("no rtmidi")])
def test_a_system_that_does_not_answer_is_warned_of(
    mappings: Mappings, answer: NoAnswer | ControlError
) -> None:
    (finding,) = check_midi(answer, mappings)
    assert (finding.state, finding.remedy) == ("warn", "perform without --midi")


def test_ports_are_found_through_jack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with jack_server(tmp_path, block=128) as (environment, _):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        pads = Pads("Launchpad X", "LPX MIDI")
        found = ask_midi()
        pads.unplug()
    names = {port.direction: port.port for port in found.ports if "LPX MIDI" in port.port}
    assert set(names) == {"in", "out"}


def test_looking_ends_where_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    begun = time.monotonic()
    assert isinstance(ask_midi(), MidiFound)
    assert time.monotonic() - begun < 60
