"""A timeline that names sections and loops alone: the arranger fills in the rest, and it plays."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.files import timeline
from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.render import RenderRequest, render
from loopmind_live.app.stage import Sound
from loopmind_live.errors import ScoreError
from loopmind_live.score.timeline import write_timeline

RATE, BPM = 44100, 140.0
pytestmark = pytest.mark.usefixtures("home")
BARE = {
    "bpm": 140,
    "key": "F# minor",
    "sections": [
        {"name": "Intro", "loops": ["pad_01.wav", "texture_vinyl.wav"]},
        {"name": "Verse", "loops": ["drum_main.wav", "808_01.wav", "melody_dark.wav"]},
        {"name": "Hook", "loops": ["drum_fill.wav", "vox_fx.wav", "lead_synth.wav"]},
    ],
}
BEATS = 8


def tone(hz: float, held: float = 1.0) -> np.ndarray:
    """Return two bars of a note on every beat, `held` so much of it."""
    beat = round(RATE * 60 / BPM)
    t = np.arange(beat) / RATE
    waves = sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 2, 3))
    return np.tile(0.2 * waves * np.exp(-t * (1 - held) * 20), BEATS).astype(np.float32)


def hits(seed: int, every: float) -> np.ndarray:
    """Return two bars of noise that is struck and dies away."""
    frames = round(RATE * 60 / BPM * BEATS)
    since = np.arange(frames) % round(RATE * 60 / BPM * every)
    noise = np.random.default_rng(seed).uniform(-1, 1, frames)
    return (0.4 * noise * np.exp(-since / RATE * 25)).astype(np.float32)


SOUNDS = {
    "pad_01.wav": tone(185.0),
    "texture_vinyl.wav": 0.05 * hits(1, 1 / 16),
    "drum_main.wav": hits(2, 1 / 2),
    "808_01.wav": tone(92.5, 0.9),
    "melody_dark.wav": tone(277.2, 0.3),
    "drum_fill.wav": hits(3, 1 / 4),
    "vox_fx.wav": tone(220.0, 0.6),
    "lead_synth.wav": tone(370.0, 0.2),
}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    for name, audio in SOUNDS.items():
        soundfile.write(tmp_path / name, audio, RATE)
    path = tmp_path / "timeline.json"
    path.write_text(json.dumps(BARE))
    return path


def test_the_arranger_fills_in_bars_gains_and_roles(bare: Path) -> None:
    arrangement = timeline(bare, [])
    assert (arrangement.bpm, arrangement.key) == (140.0, "F#:min")
    assert [(s.label, s.bars) for s in arrangement.sections] == [
        ("intro", 4), ("verse", 16), ("hook", 8)
    ]  # fmt: skip
    for section, item in zip(arrangement.sections, BARE["sections"], strict=True):
        assert {part.loop.path.name for part in section.parts} == set(item["loops"])
    verse = arrangement.sections[1]
    assert {"drums", "bass", "melody"} == {part.role for part in verse.parts}
    # As if arranged: each at its role's loudness, and what is not bass leaves the lows to it.
    assert len({part.gain_db for part in verse.parts}) > 1
    melody = verse.part("melody")
    assert melody is not None
    assert melody.low_db == -4.0


def test_it_renders_and_every_section_sounds(bare: Path, tmp_path: Path) -> None:
    out = tmp_path / "mix.wav"
    render(RenderRequest(bare, out, tmp_path / "none.sqlite", dry=True))
    mix, rate = soundfile.read(out)
    bar = 4 * 60 / BPM * rate
    assert len(mix) == round(28 * bar)
    for first, bars in ((0, 4), (4, 16), (20, 8)):
        played = mix[round(first * bar) : round((first + bars) * bar)]
        assert np.sqrt((played**2).mean()) > 0.01


def test_it_performs_and_can_be_regenerated_as_it_goes(bare: Path, tmp_path: Path) -> None:
    script, events = tmp_path / "set.txt", tmp_path / "events.jsonl"
    script.write_text("@2 swap melody in verse\n@3 goto hook\n@5 mute drums\n@9 quit\n")
    told: list[str] = []
    request = Request(
        tmp_path / "none.sqlite", Sound("offline", dry=True), bare, script, None, events
    )
    OfflineShow(request, told.append).run()
    kinds = [json.loads(line) for line in events.read_text().splitlines()]
    sections = {event.get("section") for event in kinds if event.get("kind") == "swap"}
    assert {"intro", "hook"} <= sections


def test_written_out_it_comes_back_as_it_was_filled_in(bare: Path, tmp_path: Path) -> None:
    arrangement = timeline(bare, [])
    write_timeline(arrangement, tmp_path / "whole.json")
    assert timeline(tmp_path / "whole.json", []) == arrangement


def test_a_loop_that_is_not_there_or_no_audio_is_one_line(bare: Path) -> None:
    (bare.parent / "808_01.wav").write_text("no audio")
    with pytest.raises(ScoreError, match=r"808_01\.wav' cannot be played"):
        timeline(bare, [])
    (bare.parent / "808_01.wav").unlink()
    with pytest.raises(ScoreError, match=r"808_01\.wav' is not there"):
        timeline(bare, [])


def test_bars_and_clips_that_are_given_are_kept(bare: Path) -> None:
    data = json.loads(bare.read_text())
    data["sections"][1] |= {"bars": 6, "clips": [{"gain_db": -1.5}, {}, {}]}
    bare.write_text(json.dumps(data))
    verse = timeline(bare, []).sections[1]
    assert verse.bars == 6
    drums = verse.part("drums")
    assert drums is not None
    assert drums.gain_db == -1.5


def test_the_timeline_in_the_readme_reads(bare: Path) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    bare.write_text(text.partition("```json\n")[2].partition("```")[0])
    _, verse, hook = timeline(bare, []).sections
    assert (verse.bars, hook.roles_out) == (12, ("pad",))
