"""The live input: into the ring, out into files, and its links in JACK."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.capture import (
    PART_SUFFIX,
    Capture,
    InputFacts,
    InputRing,
    rounded,
    take_path,
)
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.graph import Graph, device_input
from loopmind_live.engine.live_input import LiveInput
from loopmind_live.errors import EngineError
from tests.engine.processes import RATE, jack, until
from tests.engine.singing import clicks, reported, sing

pytestmark = pytest.mark.live

BLOCK = 64


def tone(begin: int, end: int) -> np.ndarray:
    """Return a different number for each frame and side, float64 [1, frames, 2]."""
    left = (np.arange(begin, end) % 4096) / 4096
    return np.stack([left, -left], axis=1)[np.newaxis]


def fill(ring: InputRing, begin: int, end: int) -> None:
    for frame in range(begin, end, BLOCK):
        ring.write(frame, tone(frame, frame + BLOCK))


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[InputRing]:
    made = InputRing.create(tmp_path, 1 << 12)
    made.compile(BLOCK)
    yield made
    made.close()


def nothing(_at: int, _audio: np.ndarray) -> None:
    """Lay a take nowhere."""


@given(st.integers(0, 10_000), st.integers(1, 60), st.data())
def test_what_came_in_is_read_at_its_frame(begin: int, blocks: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ring = InputRing.create(Path(folder), 1 << 12)
        ring.compile(BLOCK)
        fill(ring, begin, begin + blocks * BLOCK)
        end = begin + blocks * BLOCK
        at = data.draw(st.integers(begin, end))
        audio, lost = ring.read(at, end)
        assert lost == 0
        assert np.array_equal(audio, tone(at, end)[0].astype(np.float32))
        ring.close()


def test_numbers_that_are_none_come_as_silence_and_loud_ones_as_a_file_holds_them(
    ring: InputRing,
) -> None:
    block = np.zeros((1, 4, 2))
    block[0, :, 0] = np.nan, np.inf, -np.inf, 3.0
    ring.write(0, block)
    audio, _ = ring.read(0, 4)
    assert audio[:3].tolist() == [[0.0, 0.0]] * 3
    assert audio[3, 0] == 1.0 - 2.0**-23


def test_one_channel_becomes_both_sides(ring: InputRing) -> None:
    device = np.zeros((BLOCK, 1))
    hears = LiveInput(ring, device)
    device[:, 0] = tone(0, BLOCK)[0, :, 0]
    hears.take(0)
    audio, _ = ring.read(0, BLOCK)
    assert np.array_equal(audio[:, 0], audio[:, 1])
    assert audio[5, 0] == 5 / 4096
    assert ring.facts() == InputFacts(1, 1, 0)


def test_what_the_device_gives_is_there_before_the_block_is_computed(ring: InputRing) -> None:
    graph = Graph("manual", RATE, BLOCK, dry=True, inputs=2)
    hears = LiveInput(ring, graph.input)
    frames = iter(range(0, 10 * BLOCK, BLOCK))
    graph.start(lambda: hears.take(next(frames)))
    assert graph.input is not None
    for block in range(3):
        graph.input[:] = tone(block * BLOCK, (block + 1) * BLOCK)[0]
        graph.process()
    graph.close()
    audio, lost = ring.read(0, 3 * BLOCK)
    assert lost == 0
    assert np.array_equal(audio, tone(0, 3 * BLOCK)[0].astype(np.float32))


def test_a_machine_without_an_input_device_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loopmind_live.engine.graph.pyo.pa_get_default_input", lambda: -1)
    with pytest.raises(EngineError, match="leave out --input"):
        device_input()


def test_an_engine_without_an_input_says_so(ring: InputRing) -> None:
    ring.tell(InputFacts(2, 2, 99))
    hears = LiveInput(ring, None)
    hears.take(0)
    hears.look()
    assert ring.facts() == InputFacts()
    assert ring.written() == 0


def test_a_take_is_just_the_frames_asked_for_and_named_once_it_is_whole(
    ring: InputRing, tmp_path: Path
) -> None:
    laid = np.full((300, 2), 9.0, np.float32)

    def lay(at: int, audio: np.ndarray) -> None:
        laid[at : at + len(audio)] = audio[: len(laid) - at]

    path = tmp_path / "vocal.wav"
    take = Capture(ring, path, RATE, 100, 350, lay, clear_frames=300)
    fill(ring, 0, 5 * BLOCK)
    until(lambda: take.frames == 5 * BLOCK - 100)
    assert not path.exists()
    fill(ring, 5 * BLOCK, 7 * BLOCK)
    until(lambda: take.done)
    audio, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE
    assert soundfile.info(path).subtype == "PCM_24"
    assert np.array_equal(audio, tone(100, 350)[0].astype(np.float32))
    assert np.array_equal(laid[:250], audio), "what plays is what the file holds"
    assert not laid[250:].any(), "nothing is left of what lay there"
    assert take.lost_frames == 0
    assert take.peak == audio.max()
    assert not list(tmp_path.glob("*" + PART_SUFFIX))


@pytest.mark.parametrize("kept", [True, False])
def test_a_take_that_is_ended_stays_or_goes(ring: InputRing, tmp_path: Path, kept: bool) -> None:
    path = tmp_path / "vocal.wav"
    fill(ring, 0, 2 * BLOCK)
    take = Capture(ring, path, RATE, 0, 10_000, nothing)
    until(lambda: take.frames == 2 * BLOCK)
    take.end(kept)
    assert [one.name for one in tmp_path.glob("vocal*")] == (["vocal.wav"] if kept else [])
    if kept:
        assert soundfile.info(path).frames == 2 * BLOCK


def test_frames_that_another_engine_missed_are_counted(ring: InputRing, tmp_path: Path) -> None:
    fill(ring, 0, 2 * BLOCK)
    again = InputRing(tmp_path / "input", writable=True)
    again.compile(BLOCK)
    fill(again, 4 * BLOCK, 6 * BLOCK)
    take = Capture(ring, tmp_path / "vocal.wav", RATE, 0, 6 * BLOCK, nothing)
    until(lambda: take.done)
    assert take.lost_frames == 2 * BLOCK
    again.close()


def test_a_disk_that_is_full_ends_a_take_with_what_it_holds(
    ring: InputRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ring, 0, 2 * BLOCK)
    take = Capture(ring, tmp_path / "vocal.wav", RATE, 0, 10 * BLOCK, nothing)
    until(lambda: take.frames == 2 * BLOCK)

    def full(_audio: object) -> None:
        raise EngineError("no space left: make room")

    monkeypatch.setattr(take._writer, "write", full)
    fill(ring, 2 * BLOCK, 4 * BLOCK)
    until(lambda: take.done)
    assert take.failure == "no space left: make room"
    assert soundfile.info(tmp_path / "vocal.wav").frames == 2 * BLOCK


def test_a_folder_that_is_not_there_is_told(ring: InputRing, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be written"):
        Capture(ring, tmp_path / "none" / "vocal.wav", RATE, 0, 10, nothing)


def test_no_take_gets_the_name_of_another(tmp_path: Path) -> None:
    first = take_path(tmp_path, "vocal", "2026-11-22")
    assert first.name == "vocal 2026-11-22 take 1.wav"
    first.with_name(first.name + PART_SUFFIX).touch()
    second = take_path(tmp_path, "vocal", "2026-11-22")
    second.touch()
    assert take_path(tmp_path, "vocal", "2026-11-22").name == "vocal 2026-11-22 take 3.wav"
    assert take_path(tmp_path, "bass", "2026-11-22").name == "bass 2026-11-22 take 1.wav"


@given(st.lists(st.floats(-2.0, 2.0, width=32), min_size=1))
def test_rounding_is_what_a_file_does(samples: list[float]) -> None:
    audio = np.array(samples, np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        soundfile.write(path, rounded(audio), RATE, "PCM_24")
        assert np.array_equal(soundfile.read(path, dtype="float32")[0], rounded(audio))


def test_an_answer_to_a_frame_is_read_at_that_frame_after_the_way_is_taken_out(
    engine: ProcessEngine, jack_name: str
) -> None:
    targets = "loopmind:input_1", "loopmind:input_2"
    with clicks(jack_name, *targets) as singer:
        until(lambda: engine.input.facts().latency_frames > 0)
        way = reported(jack_name)
        until(lambda: engine.input.facts().latency_frames == way)
        assert way > 0, "the test means nothing where the card has no latency"
        for _ in range(3):  # where a loaded machine loses a block, both clocks part
            xruns, at = engine.status().xruns, engine.status().frame + RATE // 2
            sing(engine, singer, at, way)
            shift = engine.latency_frames + engine.input.facts().latency_frames
            until(lambda end=at + shift + 2000: engine.input.written() > end)
            audio, lost = engine.input.read(at + shift - 1000, at + shift + 1000)
            if engine.status().xruns == xruns:
                break
        assert lost == 0
        assert np.flatnonzero(audio[:, 0]).tolist() == [1000]
        assert np.array_equal(audio[:, 0], audio[:, 1])


def test_the_inputs_are_linked_to_the_card_and_again_after_a_restart(
    engine: ProcessEngine, jack_name: str
) -> None:
    def linked() -> str:
        return jack(jack_name, "jack_lsp", "-c", "loopmind:input").stdout

    until(lambda: "system:capture_1" in linked() and "system:capture_2" in linked())
    until(lambda: engine.input.facts().links == 2)
    jack(jack_name, "jack_disconnect", "system:capture_1", "loopmind:input_1")
    until(lambda: engine.input.facts().links == 1)
    folder = engine.arena.path.parent
    until(lambda: "capture_1" not in (folder / "input-links").read_text())
    killed = engine._status.read().pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: engine._status.read().pid != killed and engine.status().running)
    until(lambda: "system:capture_2" in linked())
    assert "system:capture_1" not in linked()
    jack(jack_name, "jack_connect", "system:capture_1", "loopmind:input_1")
    until(lambda: engine.input.facts().links == 2)
