"""A set that began with a long clip's first bars, before the rest was made, heard and replayed."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.replay import replay
from loopmind_live.app.stage import KeptEvents, Sound, header
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.open import open_offline
from loopmind_live.prepare.job import content_hash
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.loop import Loop, Role
from loopmind_live.session.commands import Command
from loopmind_live.session.options import Options
from loopmind_live.session.session import Session
from tests.prepare.test_pool_openings import HeldBack
from tests.session.stage import CountingArranger

RATE_HZ, BLOCK, BAR = 48000, 512, 96000
PATIENCE_S = 60.0

pytestmark = pytest.mark.usefixtures("home")


def a_loop(folder: Path, role: Role, beats: int, bpm: float) -> Loop:
    """Return a loop of moving tones, like no other stretch of itself, written to `folder`."""
    seconds = beats * 60.0 / bpm
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = 0.2 * np.sin(2 * np.pi * (180.0 + 5.0 * t) * t)
    noise = np.random.default_rng(beats).uniform(-0.05, 0.05, (len(t), 2))
    path = folder / f"{role}_{beats}.wav"
    soundfile.write(path, (tone[:, None] + noise).astype(np.float32), RATE_HZ, subtype="PCM_16")
    return Loop(
        path, content_hash(path), duration_s=seconds, rate_hz=RATE_HZ, channels=2, bpm=bpm,
        bpm_confidence=1.0, beats=beats, role=role,
    )  # fmt: skip


class Show:
    """A live session on an engine whose clock the test drives, with workers that are held back."""

    def __init__(self, folder: Path) -> None:
        self.sound = Sound("offline", RATE_HZ, BLOCK, dry=True)
        self.engine: OfflineEngine = open_offline(RATE_HZ, BLOCK, dry=True)
        self.pool = ClipPool(folder / "held", self.engine.arena, 1)
        self.held = HeldBack(self.pool._workers)
        self.told: list[str] = []
        drums, bass = a_loop(folder, "drums", 8, 120.0), a_loop(folder, "bass", 40, 125.0)
        arrangement = Arrangement(
            120.0, None,
            (
                Section("intro", 4, (Part("drums", drums),)),
                Section("verse", 10, (Part("drums", drums), Part("bass", bass))),
            ),
        )  # fmt: skip
        self.events = KeptEvents(
            folder / "set.jsonl",
            header(self.sound, RATE_HZ, BLOCK, 0, 1, arrangement), self.told.append,
        )  # fmt: skip
        self.session = Session(
            self.engine, self.pool, CountingArranger(), self.events,
            Options(1, dry=True, live=True, guard_frames=BLOCK), self.told.append,
        )  # fmt: skip
        self.session.load(arrangement)
        self.session.submit(Command("play", text="play"))
        self.heard: list[np.ndarray] = []

    def until_ready(self, role: Role) -> None:
        """Hold the clock until a part may sound, whole or opened."""
        arrangement = self.session.state.arrangement
        assert arrangement is not None
        verse = arrangement.sections[1]
        recipes = self.session._readiness.of_section(arrangement, verse)
        recipe = next(
            one for part, one in zip(verse.parts, recipes, strict=True) if part.role == role
        )
        end = time.monotonic() + PATIENCE_S
        while self.pool.clip(recipe) is None and self.pool.opened(recipe) is None:
            assert time.monotonic() < end, self.told
            time.sleep(0.005)

    def until_whole(self) -> None:
        self.held.release()
        self.pool.wait()

    def to(self, bar: float) -> None:
        begin = self.session.state.tempo.line(0) if self.session.state.started else 0
        while self.engine.frame() < begin + bar * BAR:
            self.session.advance()
            self.heard.append(self.engine.render())
        self.session.advance()

    def finish(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return what was heard, and what its events give; both from the set's first frame on."""
        self.session.finish(self.engine.frame())
        self.events.close()
        self.close()
        frames = replay(folder / "set.jsonl", folder / "again.wav", [])
        again, _ = soundfile.read(folder / "again.wav", dtype="float32")
        first = self.session.state.tempo.line(0)
        return np.concatenate(self.heard)[first : first + frames], again

    def close(self) -> None:
        self.pool.close()
        self.engine.close()


@pytest.mark.parametrize("late", [False, True])
def test_a_replay_of_what_began_with_first_bars_is_the_same_to_the_sample(
    tmp_path: Path, late: bool
) -> None:
    show = Show(tmp_path)
    try:
        show.until_ready("drums")
        show.session.advance()
        assert show.session.state.started
        show.until_ready("bass")
        show.to(5.5)
        if late:
            show.to(8.2)
        show.until_whole()
        show.to(13)
    except BaseException:
        show.close()
        raise
    heard, again = show.finish(tmp_path)
    assert np.array_equal(heard, again)
    events = (tmp_path / "set.jsonl").read_text().splitlines()
    bass = [line for line in events if '"swap"' in line and '"bass"' in line]
    assert len(bass) == (3 if late else 1)
    silent = "verse: bass not ready beyond its first bars, enters at a later line"
    assert show.told.count(silent) == late
    with_bass = np.concatenate(show.heard)[first_of(show, 4) : first_of(show, 5)]
    without = np.concatenate(show.heard)[first_of(show, 3) : first_of(show, 4)]
    assert np.std(with_bass) > 1.2 * np.std(without)


def first_of(show: Show, bar: int) -> int:
    return show.session.state.tempo.line(bar)
