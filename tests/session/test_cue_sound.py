"""A session on a real engine with four channels: what the cue sounds like, and the master."""

from functools import cache

import numpy as np
import pytest

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.click import lay_clicks
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.outputs import Outputs
from loopmind_live.repl.grammar import parse
from loopmind_live.score.clip import Clip, body_frames
from loopmind_live.session.cue import Ears
from loopmind_live.session.session import Options, Session
from loopmind_live.timing.tempo_map import TempoMap
from tests.session.stage import CountingArranger, Diary, Shelf, arrangement, loop

RATE, BLOCK, BARS = 48000, 1024, 6
FOUR = Outputs((0, 1), (2, 3))
NOISE = np.random.default_rng(5).uniform(-0.1, 0.1, (1 << 20, 2)).astype(np.float32)


class Laid(Shelf):
    """Clips of noise, each of its own, in the engine's arena."""

    def __init__(self, arena: Arena) -> None:
        super().__init__()
        self._arena = arena

    def finish(self) -> None:
        for recipe in self._waiting:
            frames = body_frames(recipe.pass_frames)
            offset = self._arena.allocate(frames)
            assert offset is not None
            first = int(recipe.key[:4], 16)
            self._arena.write(offset, NOISE[first : first + frames])
            self.clips[recipe] = Clip(recipe, offset, frames)
            self._finished.append(self.clips[recipe])
        self._waiting = []


@cache
def performed(*script: tuple[float, str]) -> tuple[np.ndarray, np.ndarray, TempoMap]:
    """Return master and cue of BARS bars, and the tempo map in the end.

    `script` says what is typed at which bar (of 120 bpm).
    """
    arena = Arena.create(240 * RATE)
    engine = OfflineEngine(RATE, BLOCK, arena, dry=True, outputs=FOUR)
    try:
        session = Session(
            engine, Laid(arena), CountingArranger(), Diary(),
            Options(seed=1, dry=True, live=False), lambda _text: None,
        )  # fmt: skip
        session.listen_with(Ears(True, lay_clicks(arena, RATE), (loop("bass", 9),)))
        session.load(arrangement())
        left, blocks = list(script), []
        while engine.frame() < BARS * 2 * RATE:
            while left and left[0][0] * 2 * RATE <= engine.frame():
                for command in parse(left.pop(0)[1]):
                    assert session.submit(command).ok
            session.advance()
            blocks.append((engine.render(), engine.cue()))
        master, cue = (np.concatenate(bus) for bus in zip(*blocks, strict=True))
        return master, cue, session.state.tempo
    finally:
        engine.close()


def onsets(cue: np.ndarray) -> list[int]:
    """Return where a sound begins after silence."""
    loud = cue[:, 0] != 0.0
    starts = np.flatnonzero(np.diff(loud, prepend=False) & loud)
    return [int(at) for at in starts if not loud[max(0, at - 400) : at].any()]


def beats(tempo: TempoMap, frames: int) -> list[int]:
    lines = (tempo.line(n / 4) for n in range(8 * BARS))
    return [line for line in lines if line < frames]


@pytest.mark.parametrize(
    "ramp", [(), ((0.5, "ramp to 157 over 3 bars"),), ((1.5, "ramp to 81 over 2 bars"),)]
)
def test_clicks_sound_at_the_rounded_frame_of_every_beat_and_leave_the_master_alone(ramp):
    master, cue, tempo = performed((0.0, "play; click"), *ramp)
    assert onsets(cue) == beats(tempo, len(cue))
    assert len(tempo.segments) == 1 + 2 * len(ramp)
    alone, silence, _ = performed((0.0, "play"), *ramp)
    assert np.array_equal(master, alone) and not silence.any()


def test_the_one_is_louder_and_the_level_is_the_clicks_own():
    _, cue, tempo = performed((0.0, "play; click; click level -12"))
    heights = [abs(cue[at, 0]) for at in beats(tempo, len(cue))]
    assert heights[0] == pytest.approx(0.9 * 10 ** (-12 / 20), rel=1e-6)
    assert heights[1:4] == pytest.approx([heights[0] / 2] * 3, rel=1e-6)


def test_a_count_in_sounds_before_the_first_bar_and_the_master_only_begins_there():
    master, cue, tempo = performed((0.0, "count in 1 bar; play"))
    assert onsets(cue) == [n * RATE // 2 for n in range(4)]
    assert tempo.line(0.0) == 2 * RATE
    assert not master[: 2 * RATE].any() and master[2 * RATE :].any()


def test_a_count_in_on_the_master_sounds_there_alone():
    master, cue, _ = performed((0.0, "count in on master; play"))
    assert onsets(master[: 2 * RATE]) == [n * RATE // 2 for n in range(4)]
    assert not cue.any()


def test_a_pending_swap_sounds_on_the_cue_as_it_will_on_the_master():
    script = (0.0, "play; loop intro"), (0.3, "swap pad in 2 bars")
    alone, _, _ = performed(*script)
    master, cue, tempo = performed(*script, (0.3, "listen pending"))
    assert np.array_equal(master, alone)
    began, line, again = tempo.line(0.5), tempo.line(2.0), tempo.line(4.0)
    assert not cue[:began].any() and not cue[line:].any()
    assert np.abs(cue[began:line]).max() > 0.05
    later = master[again + began : again + line]
    assert np.array_equal(cue[began:line], later), "when the section comes round again"


def test_a_loop_that_is_listened_to_never_reaches_the_master():
    alone, _, _ = performed((0.0, "play"))
    master, cue, tempo = performed((0.0, "play"), (1.3, "listen to bass_9"), (3.0, "listen off"))
    assert np.array_equal(master, alone)
    heard = np.flatnonzero(cue[:, 0])
    assert heard[0] == tempo.line(1.5)
    assert heard[-1] < tempo.line(3.0) + BLOCK
