"""Inserts in a track's shells, heard through the engine and at the mixer's buses."""

import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyo64 as pyo
import pytest

from loopmind_live.config import INSERTS, MAX_TRACKS
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.graph import Graph
from loopmind_live.engine.guard import check_parameter
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.patch.rack import Builder, Device
from loopmind_live.engine.shells import Shells
from loopmind_live.errors import EngineError

Samples = npt.NDArray[np.float64]
RATE, BLOCK, LATE = 48000, 256, 255


class Desk:
    """A graph that is driven by hand, and what its master bus held in every block."""

    def __init__(self) -> None:
        self.graph = Graph("manual", RATE, BLOCK, dry=False)
        assert self.graph._shells is not None
        self.shells: Shells = self.graph._shells
        self.noise = np.random.default_rng(5).uniform(-0.5, 0.5, (400, MAX_TRACKS, BLOCK, 2))
        self.at = 0
        self.wanted: Callable[[], None] = lambda: None
        self.graph.start(self._before)
        self._bus: list[Samples] = []

    def _before(self) -> None:
        self.wanted()
        self.graph.feed(self.noise[self.at].copy(), self.at * BLOCK)
        self.at += 1

    def play(self, blocks: int, first: Callable[[], None] = lambda: None) -> Samples:
        """Return the three buses over some blocks; `first` is done in the first one's callback."""
        heard = []
        self.wanted = first
        for _ in range(blocks):
            self.graph.process()
            self.wanted = lambda: None
            heard.append(self.graph._strips.buses.copy())
        return np.concatenate(heard, axis=1)

    def mount(
        self, builder: Builder, track: int = 0, shell: int = 0, crossfade_s: float = 0.0
    ) -> Callable[[], None]:
        insert = self.shells.build(0, Device("made", builder, {}), track, shell)
        return lambda: self.shells.mount(insert, crossfade_s)

    def set(self, name: str, value: float, ramp_s: float = 0.0) -> None:
        change = check_parameter(name, value, ramp_s)
        self.graph.prepare(change)
        self.graph.apply(change)

    @property
    def streams(self) -> int:
        return int(self.graph._server.getNumberOfStreams())


def together(*calls: Callable[[], None]) -> Callable[[], None]:
    """Return all of `calls` as one."""

    def call() -> None:
        for each in calls:
            each()

    return call


@pytest.fixture
def desks() -> Iterator[Callable[[], Desk]]:
    made: list[Desk] = []

    def make() -> Desk:
        made.append(Desk())
        for name, value in (("filter", -0.3), ("pan", 0.2), ("gain", 0.7), ("reverb", 0.4)):
            made[-1].set(f"track/0/{name}", value)
            made[-1].set(f"track/3/{name}", value / 2)
        return made[-1]

    yield make
    for desk in made:
        desk.graph.close()


@pytest.fixture
def desk(desks: Callable[[], Desk]) -> Desk:
    return desks()


def through(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
    return pyo.Sig(left), pyo.Sig(right)


def one_late(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
    late = [pyo.SDelay(side, delay=1.5 / RATE, maxdelay=0.01) for side in (left, right)]
    return late[0], late[1]


def halved(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
    return left * 0.5, right * 0.5


@pytest.mark.parametrize("shells", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("crossfade_s", [0.0, 0.01])
def test_an_insert_that_changes_nothing_leaves_the_buses_as_they_were(
    desks: Callable[[], Desk], shells: tuple[int, ...], crossfade_s: float
) -> None:
    plain, shelled = desks(), desks()
    mounts = [
        shelled.mount(through, track, shell, crossfade_s) for track in (0, 3) for shell in shells
    ]
    sweeps = [
        ("track/0/filter", 0.5, 0.02),
        ("track/3/pan", -0.7, 0.03),
        ("track/0/gain", 0.2, 0.1),
    ]

    def moved(desk: Desk) -> Callable[[], None]:
        return together(*(partial(desk.set, *each) for each in sweeps))

    off = [
        partial(shelled.shells.unmount, track, shell, crossfade_s)
        for track in (0, 3)
        for shell in shells
    ]
    expected = [plain.play(3), plain.play(4), plain.play(5, moved(plain)), plain.play(9)]
    heard = [
        shelled.play(3),
        shelled.play(4, together(*mounts)),
        shelled.play(5, moved(shelled)),
        shelled.play(9, together(*off)),
    ]
    for before, after in zip(expected, heard, strict=True):
        assert before.any()
        # A filter that stands still beside a fader that moves is added up in another order.
        assert np.abs(before - after).max() < 1e-13
    assert np.array_equal(expected[1], heard[1])


def test_an_insert_is_heard_from_the_first_frame_of_the_block_it_is_mounted_in(
    desks: Callable[[], Desk],
) -> None:
    plain, shelled = desks(), desks()
    for desk in (plain, shelled):
        for track in range(1, MAX_TRACKS):
            desk.set(f"track/{track}/gain", 0.0)
    mount = shelled.mount(halved)
    expected = plain.play(4)
    assert np.array_equal(shelled.play(2), expected[:, : 2 * BLOCK])
    assert np.array_equal(shelled.play(2, mount), 0.5 * expected[:, 2 * BLOCK :])


def test_what_an_insert_delays_by_a_sample_comes_a_sample_late(desk: Desk) -> None:
    for control in ("filter", "pan", "reverb"):
        desk.set(f"track/0/{control}", 0.0)
    desk.set("track/0/gain", 1.0)
    for track in range(1, MAX_TRACKS):
        desk.set(f"track/{track}/gain", 0.0)
    heard = desk.play(6, desk.mount(one_late))[0]
    given = desk.noise[:6, 0].reshape(-1, 2)
    assert not heard[0].any()
    assert np.array_equal(heard[1:], given[:-1])


def test_both_shells_work_one_after_the_other_and_each_may_go_first(desk: Desk) -> None:
    def more(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
        return left + 1.0, right + 1.0

    for control in ("filter", "pan", "reverb"):
        desk.set(f"track/0/{control}", 0.0)
    desk.set("track/0/gain", 1.0)
    for track in range(1, MAX_TRACKS):
        desk.set(f"track/{track}/gain", 0.0)
    second, first = desk.mount(halved, shell=1), desk.mount(more, shell=0)
    desk.play(1, second)
    desk.play(1, first)
    begin = desk.at
    heard = desk.play(3)[0]
    assert (
        np.abs(heard - 0.5 * (desk.noise[begin : begin + 3, 0].reshape(-1, 2) + 1.0)).max() < 1e-15
    )
    heard = desk.play(4, lambda: desk.shells.unmount(0, 0, 0.0))[0]
    begin += 3
    assert np.abs(heard - 0.5 * desk.noise[begin : begin + 4, 0].reshape(-1, 2)).max() < 1e-15


def test_a_crossfade_moves_evenly_and_may_be_turned_back(desk: Desk) -> None:
    def nothing(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
        return left * 0.0, right * 0.0

    desk.noise[:] = 0.5
    for control in ("filter", "pan", "reverb"):
        desk.set(f"track/0/{control}", 0.0)
    desk.set("track/0/gain", 1.0)
    for track in range(1, MAX_TRACKS):
        desk.set(f"track/{track}/gain", 0.0)
    fade_s = 4 * BLOCK / RATE
    down = desk.play(2, desk.mount(nothing, crossfade_s=fade_s))[0, :, 0]
    assert down[0] == pytest.approx(0.5 - 0.5 / 1024)
    assert down[-1] == pytest.approx(0.25)
    up = desk.play(5, lambda: desk.shells.unmount(0, 0, fade_s))[0, :, 0]
    assert (np.diff(up) >= 0).all() and np.diff(up).max() < 1e-3
    assert up[-1] == 0.5


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e9])
def test_what_gives_no_sound_is_muted_in_that_block_and_taken_off(
    desks: Callable[[], Desk], bad: float
) -> None:
    plain, shelled = desks(), desks()
    tables: list[pyo.PyoObject] = []

    def broken(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
        tables.append(pyo.Sig(0.0))
        return left + tables[0], pyo.Sig(right)

    without = plain.play(12)
    shelled.play(2, shelled.mount(broken, crossfade_s=0.0))
    if math.isinf(bad) or math.isnan(bad):
        one = pyo.Sig(1e308)
        tables[0].value = one * (bad if not math.isnan(bad) else 1.0) * 1e308
        if math.isnan(bad):
            tables[0].value = one * 1e308 - one * 1e308
    else:
        tables[0].value = bad
    heard = shelled.play(4)
    assert np.isfinite(heard).all()
    assert np.isfinite(shelled.graph.output).all()
    (trouble,) = shelled.graph.troubles()
    assert trouble.startswith("track 0: its insert made gave no sound")
    assert np.array_equal(heard[:, -BLOCK:], without[:, 5 * BLOCK : 6 * BLOCK])
    assert np.isfinite(shelled.play(6)).all()
    assert not shelled.graph.troubles()
    for table in tables:
        table.stop()


def test_a_bad_insert_never_reaches_the_second_shell_nor_other_tracks(desk: Desk) -> None:
    def bad(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
        return left * 1e308 * 1e308, right * 1e308 * 1e308

    def low(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
        return pyo.Biquad(left), pyo.Biquad(right)

    desk.play(3, desk.mount(low, shell=1))
    desk.play(1, desk.mount(bad, shell=0))
    heard = desk.play(4)
    assert np.isfinite(heard).all()
    assert desk.shells._stages[1].mounted[0][0].stays
    assert len(desk.graph.troubles()) == 1


def test_nothing_is_left_of_inserts_that_were_taken_off(desk: Desk) -> None:
    desk.play(2)
    before = desk.streams
    for number in (1, 2, 3, 0):
        desk.play(3, partial(desk.set, "track/5/insert1", number))
        desk.play(2, partial(desk.set, "track/5/insert2", number, 0.001))
    desk.play(10)
    assert desk.streams == before
    stage = desk.shells._stages[0]
    assert not stage.mounted and not stage._hook.isPlaying()
    assert not any(reader.isPlaying() for reader in stage.readers[5])


@pytest.mark.parametrize("name", INSERTS)
@pytest.mark.parametrize("amount", [0.0, 0.5, 1.0])
def test_every_insert_changes_the_sound_and_stays_near_its_level(
    desk: Desk, name: str, amount: float
) -> None:
    for track in range(1, MAX_TRACKS):
        desk.set(f"track/{track}/gain", 0.0)
    desk.set("track/0/amount1", amount)
    desk.play(2, lambda: desk.set("track/0/insert1", INSERTS.index(name) + 1))
    begin = desk.at
    heard = desk.play(40)[0]
    desk.play(2, lambda: desk.set("track/0/insert1", 0))
    desk.at = begin
    plain = desk.play(40)[0]
    assert np.abs(heard).max() < 4.0 * np.abs(plain).max()
    assert np.abs(heard).max() > 0.2 * np.abs(plain).max()
    if amount:
        assert np.abs(heard - plain).max() > 0.05


def test_the_same_changes_give_the_same_samples_however_long_building_took(
    desks: Callable[[], Desk],
) -> None:
    heard = []
    for waits in (0, 1, 7):
        desk = desks()
        change = check_parameter("track/0/insert1", 1.0, 0.01)
        desk.at = 20 - waits
        desk.graph.prepare(change)
        if waits:
            desk.play(waits)
        heard.append(desk.play(20, partial(desk.graph.apply, change)))
    # The strip's own filter has heard more before in the one than in the other.
    assert np.abs(heard[0] - heard[1])[:, 4000:].max() < 1e-12
    assert np.abs(heard[1] - heard[2])[:, 4000:].max() < 1e-12


def test_a_builder_that_fails_says_so_and_leaves_nothing(desk: Desk) -> None:
    def wrong(left: pyo.PyoObject, right: pyo.PyoObject, _: object) -> tuple[object, object]:
        made = pyo.Sig(left)
        raise ValueError(f"no good: {made is None}")

    before = desk.streams
    with pytest.raises(EngineError, match="the insert made cannot be built: ValueError"):
        desk.mount(wrong)
    assert desk.streams == before
    assert np.isfinite(desk.play(2)).all()


def test_a_change_that_nobody_built_for_is_told_and_leaves_the_sound_alone(desk: Desk) -> None:
    desk.play(1, lambda: desk.graph.apply(check_parameter("track/0/insert1", 1.0, 0.0)))
    assert desk.graph.troubles() == ["track 0: the insert crush was not built: ask for it again"]


def test_quick_fingers_end_with_what_was_asked_last(desk: Desk) -> None:
    def fingers() -> None:
        for number in (1, 0, 1, 2, 1, 0, 3, 3, 2):
            desk.set("track/0/insert1", number, 0.05)

    desk.play(30, fingers)
    assert [insert.name for insert in desk.shells._stages[0].mounted[0]] == ["drive"]
    assert not desk.graph.troubles()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[OfflineEngine]:
    made = OfflineEngine(RATE, BLOCK, Arena.create(RATE * 4, tmp_path))
    yield made
    made.close()


def test_an_insert_is_played_by_the_engine_and_bad_numbers_are_refused(
    engine: OfflineEngine,
) -> None:
    wave = (0.4 * np.sin(2 * np.pi * 100 * np.arange(RATE + 4) / RATE)).astype(np.float32)
    offset = engine.arena.allocate(len(wave))
    assert offset is not None
    engine.arena.write(offset, np.stack([wave, wave], axis=1))
    engine.splice(engine.frame(), [Row(2, 1, offset, len(wave), float(RATE), 0.0, engine.frame())])
    engine.set_parameter("track/2/amount1", 1.0)
    engine.set_parameter("track/2/insert1", 1.0, 0.0)
    heard = np.concatenate([engine.render() for _ in range(40)])[LATE + 10 :, 0]
    assert 0.3 < np.abs(heard).max() < 0.5
    assert np.unique(heard).size < 200  # four bits, a tenth of the rate
    for name, value in (
        ("track/2/insert1", 0.5), ("track/2/insert1", -1.0), ("track/2/insert2", 99.0),
        ("track/2/insert1", math.nan), ("track/2/amount1", 1.5), ("track/2/amount2", math.inf),
        ("track/2/insert3", 1.0), ("track/2/insert", 1.0),
    ):  # fmt: skip
        with pytest.raises(EngineError):
            engine.set_parameter(name, value)


def test_the_interpreter_is_held_until_the_block_is_mixed_and_no_longer(desk: Desk) -> None:
    before, held = sys.getswitchinterval(), 0.25
    short = before / 2

    def hold() -> None:
        sys.setswitchinterval(held)

    mount = desk.mount(through, shell=1)
    fed = desk.graph.feed
    left_to_the_hook = []

    def feed(tracks: Samples, frame: int) -> None:
        fed(tracks, frame)
        left_to_the_hook.append(desk.graph.holds(short))

    desk.graph.feed = feed  # type: ignore[assignment]
    try:
        desk.play(1, hold)
        assert (left_to_the_hook, sys.getswitchinterval()) == ([False], held)
        desk.play(1, mount)
        assert left_to_the_hook == [False, True]
        assert sys.getswitchinterval() == pytest.approx(short)
    finally:
        sys.setswitchinterval(before)
