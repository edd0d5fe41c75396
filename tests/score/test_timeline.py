import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loopmind_live.errors import ScoreError
from loopmind_live.score.arrangement import LABELS, Arrangement, Part, Section
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop, Role
from loopmind_live.score.timeline import (
    read_timeline,
    timeline_schema,
    to_object,
    write_timeline,
)
from loopmind_live.units import MODES, PITCH_CLASSES

KEYS = [f"{pitch}:{mode}" for pitch in PITCH_CLASSES for mode in MODES]
finite = st.floats(-60.0, 12.0, allow_nan=False)
confidence = st.floats(0.0, 1.0)


@st.composite
def loops(draw: st.DrawFn, role: Role) -> Loop:
    timed = draw(st.booleans())
    name = draw(st.text(alphabet="abcäß #&'0", min_size=1, max_size=12).filter(str.strip))
    return Loop(
        path=Path("/music") / draw(st.sampled_from(("", "pack", "a/b"))) / f"{name}.wav",
        content_hash=draw(st.text(alphabet="0123456789abcdef", min_size=8, max_size=8)),
        kind="loop" if timed else draw(st.sampled_from(("loop", "one_shot"))),
        duration_s=draw(st.floats(0.0, 600.0)),
        rate_hz=draw(st.sampled_from((44100, 48000))),
        channels=draw(st.integers(1, 4)),
        bpm=draw(st.floats(20.0, 400.0)) if timed else None,
        bpm_confidence=draw(confidence),
        beats=draw(st.integers(1, 128)) if timed else None,
        start_s=draw(st.floats(0.0, 10.0)),
        key=draw(st.sampled_from([None, *KEYS])),
        key_confidence=draw(confidence),
        instrument=draw(st.sampled_from((None, "piano"))),
        role=draw(st.sampled_from((None, role))),
        moods=tuple(draw(st.lists(st.sampled_from(("dark", "chill")), max_size=2))),
        lufs=draw(st.none() | finite),
        true_peak_dbtp=draw(st.none() | finite),
        brightness_hz=draw(st.none() | st.floats(0.0, 20000.0)),
        onsets_per_s=draw(st.none() | st.floats(0.0, 50.0)),
        tuning_cents=draw(st.none() | st.floats(-50.0, 50.0)),
    )


@st.composite
def arrangements(draw: st.DrawFn) -> Arrangement:
    bpm = draw(st.floats(40.0, 240.0))

    def section(roles: set[Role]) -> Section:
        parts = []
        for role in sorted(roles, key=ROLES.index):
            loop = draw(loops(role))
            stretch = bpm / loop.bpm if loop.bpm is not None and loop.beats else 1.0
            semitones = 0 if role in UNPITCHED_ROLES else draw(st.integers(-6, 6))
            tone = draw(st.floats(-24.0, 12.0)), draw(st.floats(-24.0, 12.0))
            parts.append(Part(role, loop, draw(st.floats(-24.0, 12.0)), semitones, stretch, *tone))
        wishes = st.lists(st.sampled_from(ROLES), max_size=3, unique=True).map(tuple)
        label, bars = draw(st.sampled_from(LABELS)), draw(st.integers(1, 64))
        return Section(label, bars, tuple(parts), draw(wishes), draw(wishes), draw(wishes))

    moods = st.lists(st.sampled_from(("dark", "epic")), max_size=2, unique=True).map(tuple)
    chosen = draw(st.lists(st.sets(st.sampled_from(ROLES), max_size=4), min_size=1, max_size=4))
    return Arrangement(
        bpm,
        draw(st.sampled_from([None, *KEYS])),
        tuple(section(roles) for roles in chosen),
        beats_per_bar=draw(st.integers(2, 7)),
        seed=draw(st.integers(-(2**63), 2**63)),
        prompt=draw(st.text(st.characters(exclude_categories=("Cs",)), max_size=30)),
        moods=draw(moods),
        moods_out=draw(moods),
    )


@settings(max_examples=40)
@given(arrangements())
def test_a_written_timeline_comes_back_whole_without_a_library(
    tmp_path_factory: pytest.TempPathFactory, arrangement: Arrangement
) -> None:
    path = tmp_path_factory.mktemp("set") / "timeline.json"
    write_timeline(arrangement, path)
    jsonschema.Draft202012Validator.check_schema(timeline_schema())
    jsonschema.validate(json.loads(path.read_text("utf-8")), timeline_schema())
    assert read_timeline(path, check_files=False) == arrangement


@settings(max_examples=40)
@given(arrangements())
def test_a_written_timeline_comes_back_whole_with_its_library(
    tmp_path_factory: pytest.TempPathFactory, arrangement: Arrangement
) -> None:
    path = tmp_path_factory.mktemp("set") / "timeline.json"
    # A library knows one thing of a file: no file may stand here twice.
    parts = [part for section in arrangement.sections for part in section.parts]
    assume(len({part.loop.path for part in parts}) == len(parts))
    # In the library the loops are counted as they were found, not in the set's double time.
    library = {
        part.loop.path: replace(part.loop, bpm=part.loop.bpm / 2, beats=part.loop.beats * 2)
        if part.loop.bpm is not None and part.loop.beats
        else part.loop
        for part in parts
    }
    write_timeline(arrangement, path)
    assert read_timeline(path, library, check_files=False) == arrangement
    assert read_timeline(path, library.get, check_files=False) == arrangement


PAD = Loop(
    Path("pad_01.wav"), "aa", duration_s=8.0, bpm=70.0, bpm_confidence=1.0, beats=8, key="C:min",
    key_confidence=1.0, role="pad", lufs=-20.0,
)  # fmt: skip


class Folder:
    """A folder of empty loop files, with what a library would know of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.timeline = path / "timeline.json"
        self.library: dict[Path, Loop] = {}

    def add(self, name: str, **facts: Any) -> Loop:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        loop = replace(PAD, path=path, **{"content_hash": name, **facts})
        self.library[path] = loop
        return loop

    def read(self, data: Any) -> Arrangement:
        self.timeline.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
        return read_timeline(self.timeline, self.library)

    def refusal(self, data: Any) -> str:
        with pytest.raises(ScoreError) as caught:
            self.read(data)
        message = str(caught.value)
        assert "\n" not in message
        assert message.startswith(f"{self.timeline}: ")
        return message.removeprefix(f"{self.timeline}: ")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def bare(*loops: str, **fields: Any) -> dict[str, Any]:
    section = {"name": "Intro", "loops": list(loops)}
    return {"bpm": 140, "key": "A minor", "sections": [section], **fields}


def test_the_bare_form_is_filled_in_from_the_library(folder: Folder) -> None:
    folder.add("pad_01.wav")
    folder.add("beats/kick.wav", role="kick", key=None)
    arrangement = folder.read(bare("pad_01.wav", "beats/kick.wav"))
    assert (arrangement.bpm, arrangement.key, arrangement.beats_per_bar) == (140.0, "A:min", 4)
    (section,) = arrangement.sections
    assert (section.label, section.bars) == ("intro", 8)
    pad, kick = section.parts
    # 70 bpm at 140 is counted in double time; C minor is three semitones above A minor.
    assert (pad.role, pad.loop.bpm, pad.loop.beats, pad.stretch) == ("pad", 140.0, 16, 1.0)
    assert (pad.semitones, pad.gain_db) == (-3, -6.0)
    assert (kick.role, kick.semitones) == ("kick", 0)


@pytest.mark.parametrize(
    ("name", "label"),
    [("Hook", "hook"), ("Chorus 2", "hook"), ("Verse 2", "verse"), ("Pre-Chorus", "prechorus"),
     ("BREAKDOWN", "breakdown"), ("Drop #1", "drop"), ("Estribillo", "hook"), ("Ending", "outro")],
)  # fmt: skip
def test_section_names_mean_labels(folder: Folder, name: str, label: str) -> None:
    section = {"name": name, "loops": []}
    assert folder.read(bare(sections=[section])).sections[0].label == label


def test_two_loops_of_one_role_share_out_the_roles_of_their_kind(folder: Folder) -> None:
    names = [f"pad_{number}.wav" for number in range(3)]
    for name in names:
        folder.add(name)
    parts = folder.read(bare(*names)).sections[0].parts
    roles = [part.role for part in parts]
    assert roles[0] == "pad"
    assert len(set(roles)) == 3
    assert not set(roles) & UNPITCHED_ROLES


def test_more_loops_of_a_kind_than_tracks_are_refused(folder: Folder) -> None:
    names = [f"pad_{number}.wav" for number in range(6)]
    for name in names:
        folder.add(name)
    assert "no track is left for it" in folder.refusal(bare(*names))


def test_a_changed_tempo_refits_the_clips(folder: Folder) -> None:
    loop = folder.add("pad.wav", bpm=140.0, beats=16)
    section = Section("hook", 8, (Part("pad", loop, -3.0, 2, 1.0),))
    data = to_object(Arrangement(140.0, "D:min", (section,)), folder.timeline)
    part = folder.read({**data, "bpm": 70}).sections[0].parts[0]
    assert (part.stretch, part.semitones, part.gain_db) == (0.5, 2, -3.0)


def test_positions_are_written_for_people(folder: Folder) -> None:
    sections = (Section("intro", 4), Section("hook", 8), Section("hook", 8))
    data = to_object(Arrangement(120.0, "F#:min", sections), folder.timeline)
    assert [s["name"] for s in data["sections"]] == ["intro", "hook 1", "hook 2"]
    assert [s["start_bar"] for s in data["sections"]] == [1, 5, 13]
    assert [s["start"] for s in data["sections"]] == [0, 16, 48]
    assert (data["key"], data["meter"], data["format"]) == ("F#:min", "4/4", 1)


def test_loops_are_named_relative_to_the_timeline(tmp_path: Path) -> None:
    loop = replace(PAD, path=tmp_path / "loops" / "pad.wav")
    arrangement = Arrangement(140.0, None, (Section("hook", 8, (Part("pad", loop),)),))
    data = to_object(arrangement, tmp_path / "sets" / "tonight.json")
    assert data["sections"][0]["loops"] == ["../loops/pad.wav"]


def test_a_library_that_knows_the_real_path_is_found_through_a_link(folder: Folder) -> None:
    loop = folder.add("real/pad.wav")
    (folder.path / "link").symlink_to(folder.path / "real", target_is_directory=True)
    (part,) = folder.read(bare("link/pad.wav")).sections[0].parts
    assert part.loop.content_hash == loop.content_hash


def test_a_missing_file_is_named(folder: Folder) -> None:
    missing = folder.path / "gone.wav"
    assert folder.refusal(bare("gone.wav")) == f"loop 'gone.wav' is not there: looked for {missing}"


def test_a_file_unknown_to_the_library_says_what_to_do(folder: Folder) -> None:
    (folder.path / "new.wav").touch()
    assert folder.refusal(bare("new.wav")) == (
        f"loop 'new.wav' is not in the library: loopmind scan {folder.path}"
    )


def test_a_file_that_has_changed_is_refused_until_its_hash_is_taken_out(folder: Folder) -> None:
    loop = folder.add("pad.wav")
    data = to_object(Arrangement(140.0, None, (Section("hook", 8, (Part("pad", loop),)),)),
                     folder.timeline)  # fmt: skip
    folder.add("pad.wav", content_hash="other")
    assert "has changed since" in folder.refusal(data)
    del data["sections"][0]["clips"][0]["sha256"]
    assert folder.read(data).sections[0].parts[0].loop.content_hash == "other"


def test_a_loop_that_could_not_be_analysed_is_refused(folder: Folder) -> None:
    folder.add("bad.wav", error="it is silent")
    assert folder.refusal(bare("bad.wav")) == "loop 'bad.wav' cannot be played: it is silent"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bpm": 999}, "bpm: 999 is greater than the maximum of 240"),
        ({"bpm": 5}, "bpm: 5 is less than the minimum of 40"),
        ({"bpm": "fast"}, "bpm: 'fast' is not of type 'number'"),
        ({"key": "x"}, "key 'x': write one as in \"F#:min\""),
        ({"sections": []}, "sections: [] should be non-empty"),
        ({"format": 2}, "format 2 is newer than 1, which this version reads: upgrade"),
        ({"meter": "6/8"}, "meter: '6/8' does not match"),
        ({"sections": [{"name": "gavotte", "loops": []}]}, "section 'gavotte': name it after one"),
        ({"sections": [{"name": "hook"}]}, "sections[0]: 'loops' is a required property"),
        (
            {"sections": [{"name": "hook", "loops": [], "bars": 0}]},
            "sections[0].bars: 0 is less than the minimum of 1",
        ),
        (
            {"sections": [{"name": "hook", "loops": [], "clips": [{}]}]},
            "section 'hook' has 0 loops and 1 clips",
        ),
        (
            {"sections": [{"name": "hook", "loops": ["a.wav"], "clips": [{"low_db": 13}]}]},
            "sections[0].clips[0].low_db: 13 is greater than the maximum of 12",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(
    folder: Folder, change: dict[str, Any], message: str
) -> None:
    assert folder.refusal({**bare(), **change}).startswith(message)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1, 2]", "null", '"timeline"', '{"bpm": NaN}', "[" * 100_000, '{"bpm": 1e999}'],
)
def test_what_is_no_timeline_is_refused(folder: Folder, text: str) -> None:
    assert folder.refusal(text)


def test_bytes_that_are_no_text_are_refused(folder: Folder) -> None:
    folder.timeline.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScoreError, match="not UTF-8"):
        read_timeline(folder.timeline)


def test_a_missing_timeline_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="no such timeline: make one with loopmind arrange"):
        read_timeline(tmp_path / "none.json")
    with pytest.raises(ScoreError, match="cannot be read"):
        read_timeline(tmp_path)


def test_writing_replaces_a_file_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "timeline.json"
    path.write_text("old")
    write_timeline(Arrangement(120.0, None, (Section("hook", 8),)), path)
    assert read_timeline(path).bars == 8
    assert [found.name for found in tmp_path.iterdir()] == ["timeline.json"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "timeline.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ScoreError, match="No space left on device"):
        write_timeline(Arrangement(120.0, None, (Section("hook", 8),)), path)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["timeline.json"]


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "none" / "timeline.json"
    with pytest.raises(ScoreError, match="cannot be written"):
        write_timeline(Arrangement(120.0, None, (Section("hook", 8),)), path)
