"""MIDI files: read as they were written, and refused in one line where they are damaged."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.errors import ConfigError
from loopmind_live.training.midi import Message, Note, midi_file, read_notes


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack(">I", len(data)) + data


@given(
    notes=st.lists(
        st.tuples(
            st.integers(0, 100_000), st.integers(1, 5000), st.integers(0, 127), st.integers(1, 127)
        ),
        max_size=20,
        unique_by=lambda note: note[2],
    )
)
@settings(max_examples=50, deadline=None)
def test_notes_come_back_to_the_millisecond(
    notes: list[tuple[int, int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    messages = []
    for start_ms, length_ms, pitch, velocity in notes:
        messages.append(Message(start_ms / 1000, bytes((0x93, pitch, velocity))))
        messages.append(Message((start_ms + length_ms) / 1000, bytes((0x83, pitch, 0))))
    path = tmp_path_factory.mktemp("midi") / "x.mid"
    path.write_bytes(midi_file(messages))
    found = sorted(
        (round(note.start_s * 1000), round((note.end_s - note.start_s) * 1000), note.pitch,
         note.velocity)
        for note in read_notes(path).get("", [])
    )  # fmt: skip
    assert found == sorted(notes)


def test_tempi_running_status_and_names_are_read(tmp_path: Path) -> None:
    tempi = b"\x00\xff\x51\x03" + (500_000).to_bytes(3, "big")
    tempi += b"\x83\x60\xff\x51\x03" + (1_000_000).to_bytes(3, "big") + b"\x00\xff\x2f\x00"
    notes = b"\x00\xff\x03\x05PIANO\x00\xf0\x02\x01\xf7\x83\x60\x90\x3c\x50\x83\x60\x3c\x00"
    notes += b"\x00\x40\x50\x81\x70\x80\x40\x00\x00\xff\x2f\x00"
    head = chunk(b"MThd", struct.pack(">HHH", 1, 2, 480))
    path = tmp_path / "x.mid"
    path.write_bytes(head + chunk(b"MTrk", tempi) + chunk(b"XXXX", b"?") + chunk(b"MTrk", notes))
    # A beat of 0.5 s, then beats of 1 s; a note on with velocity 0 ends a note.
    assert read_notes(path)["PIANO"] == [Note(0.5, 1.5, 60, 80), Note(1.5, 2.0, 64, 80)]


@pytest.mark.parametrize("cut", [0, 3, 10, 14, 24, 30])
def test_a_damaged_file_is_told_in_one_line(tmp_path: Path, cut: int) -> None:
    whole = midi_file([Message(0.1, b"\x90\x3c\x50"), Message(0.2, b"\x80\x3c\x00")])
    path = tmp_path / "x.mid"
    path.write_bytes(whole[:cut] + (b"\xff" * 5 if cut > 14 else b""))
    with pytest.raises(ConfigError) as caught:
        read_notes(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as MIDI"):
        read_notes(tmp_path / "none.mid")
