"""A set follows a Link session and leads it: the engine's side is played by arithmetic."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from loopmind_live.app.link import LinkFollower
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import Recording
from loopmind_live.config import FADE_S
from loopmind_live.engine.base import Row
from loopmind_live.engine.link import AHEAD_S
from loopmind_live.engine.link_block import LinkBlock, Stage
from loopmind_live.session.following_beat import FITTED, STILL_S, OutsideBeat, ahead_bars
from loopmind_live.session.state import cancel
from tests.session.stage import Rig, arrangement

TICK = 256
RATE_HZ = 48000


class NoRecorder:
    current: Recording | None = None

    def start(self, file: Path | None, stems: Path | None = None) -> Recording:
        raise AssertionError

    def stop(self) -> Recording | None:
        return None


@dataclass
class Others:
    """A Link session as the engine sees it: its beat runs by itself, what is asked for lands."""

    block: LinkBlock
    bpm: float = 130.0
    beat: float = 1.5
    peers: int = 1
    stage: Stage = Stage.JOINED
    playing: bool = False
    tempo_number: int = 0
    playing_number: int = 0

    def advance(self, frame: int) -> None:
        """Go on to the block that begins at `frame`."""
        asked = self.block.asked()
        if not asked.on:
            return
        tempo, playing = asked.tempo, asked.playing
        if tempo.number > self.tempo_number and tempo.frame < frame + TICK + AHEAD_S * RATE_HZ:
            self.tempo_number = tempo.number
            if tempo.beat == tempo.beat and not self.peers:
                self.beat = tempo.beat + (frame - tempo.frame) * tempo.bpm / (60 * RATE_HZ)
            elif tempo.beat != tempo.beat or not self.peers:
                self.beat += (frame - tempo.frame) * (tempo.bpm - self.bpm) / (60 * RATE_HZ)
            self.bpm = tempo.bpm
        if playing.number > self.playing_number:
            self.playing_number, self.playing = playing.number, playing.on
        self.block.say(
            self.stage, frame, self.peers, self.beat, self.bpm, self.playing, frame,
            self.tempo_number, self.playing_number,
        )  # fmt: skip
        self.beat += TICK * self.bpm / (60 * RATE_HZ)


class Live:
    """A live set, its Link follower, and the others."""

    def __init__(self, folder: Path, dry: bool = True, **others: object) -> None:
        self.rig = Rig(live=True, dry=dry)
        self.session = self.rig.session
        self.told: list[str] = []
        self.show = Performance(
            self.session, NoRecorder(), folder, lambda _: arrangement(100.0),
            lambda: datetime(2026, 1, 1),
        )  # fmt: skip
        self.block = LinkBlock.create(folder)
        self.link = LinkFollower(self.show, self.block, self.told.append, False)
        self.others = Others(self.block, **others)  # type: ignore[arg-type]

    def play(self, seconds: float) -> None:
        """Let the clock run."""
        end = self.rig.engine.frame() + seconds * RATE_HZ
        while self.rig.engine.frame() < end:
            frame = self.rig.engine.frame()
            self.others.advance(frame)
            self.session.advance()
            self.link.advance()
            self.rig.engine.play_to(frame + TICK)

    def type(self, text: str) -> tuple[str, ...]:
        answer = self.show.type(text)
        assert answer.ok, answer.lines
        return answer.lines

    def beside_s(self, multiple: float = 1.0) -> float:
        """Return how far the others are ahead of the set now."""
        said, tempo = self.block.said(), self.session.state.tempo
        outside = OutsideBeat(said.frame, said.beat, said.bpm)
        bars = ahead_bars(tempo, outside, multiple, said.frame)
        return bars * tempo.frames_per_bar(said.bpm * multiple) / RATE_HZ

    @property
    def bpm(self) -> float:
        state = self.session.state
        return state.tempo.bpm_at(state.tempo.bar(self.rig.engine.frame()))

    def landed(self) -> list[object]:
        return [entry["text"] for entry in self.rig.diary.of("result")]


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return Live(tmp_path)


def test_a_set_begins_with_a_bar_of_the_others_at_their_tempo(live: Live) -> None:
    live.type("link")
    live.play(0.2)
    assert live.told == ["Link: 1 other, 130 bpm"]
    live.type("play")
    live.play(5.0)
    assert live.bpm == 130.0
    assert abs(live.beside_s()) < STILL_S
    first = next(entry for entry in live.rig.diary.of("result") if entry["text"] == "play")
    assert first["bar"] == 1
    assert live.landed() == [FITTED, "play"] or live.landed() == ["play", FITTED]


def test_a_set_that_plays_is_brought_into_step_and_its_clips_are_fitted(live: Live) -> None:
    live.type("play")
    live.play(3.0)
    live.type("link")
    live.play(8.0)
    assert live.bpm == 130.0
    assert abs(live.beside_s()) < STILL_S
    assert any("bars begin together" in str(text) for text in live.landed())
    assert FITTED in live.landed()
    assert live.session.state.document.pace == 1.0
    assert live.others.tempo_number == 0  # nothing was said


@pytest.mark.parametrize("beat", [1.5, 0.1])  # far from a bar of theirs, and near one
def test_a_status_tells_when_the_set_is_in_step_however_it_came_there(
    tmp_path: Path, beat: float
) -> None:
    live = Live(tmp_path, bpm=120.0, beat=beat)
    live.type("play")
    live.play(3.0)
    live.type("link")
    live.play(0.1)
    assert live.link.told() == "Link: 1 other, 120 bpm, coming into step"
    live.play(4.0)
    assert live.link.told() == "Link: 1 other, 120 bpm, in step"
    assert abs(live.beside_s()) < STILL_S
    live.others.bpm = 60e6 / 60060  # 999, as Link rounds it
    live.play(0.1)
    assert "in step" not in str(live.link.told()).split(", ")
    live.play(4.0)
    assert live.link.told() == "Link: 1 other, 999 bpm, in step"
    assert abs(live.beside_s(0.125)) < STILL_S


def test_where_a_bar_is_cut_short_what_played_rings_out(tmp_path: Path) -> None:
    live = Live(tmp_path, dry=False, bpm=120.0, beat=1.5)
    live.type("play")
    live.play(3.0)
    live.type("link")
    live.play(0.1)
    rows: list[Row] = []
    while not any("begin together" in str(text) for text in live.landed()):
        live.play(0.02)
        rows = list(live.rig.engine.rows)
    cut = next(entry for entry in live.rig.diary.of("result") if "together" in str(entry["text"]))
    ended = [row for row in rows if row.stop == cut["frame"]]
    assert ended
    assert all(row.fade_frames == round(FADE_S * RATE_HZ) for row in ended)
    assert all(row.start != cut["frame"] or row.gain > 0.0 for row in rows)


def test_our_tempo_goes_to_the_others_at_its_line_and_nothing_is_followed(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(4.0)
    before = len(live.landed())
    live.type("tempo 140")
    live.play(4.0)
    assert live.landed()[before:] == ["tempo 140"]
    assert live.others.bpm == 140.0
    assert abs(live.beside_s()) < STILL_S


@pytest.mark.parametrize("text", ["tempo 140", "tempo 140 now"])
def test_our_tempo_is_with_the_others_as_it_lands_not_later(live: Live, text: str) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(4.0)
    live.type(text)
    heard = set()
    for _ in range(4 * RATE_HZ // TICK):
        live.play(TICK / RATE_HZ)
        heard.add((live.bpm, live.others.bpm))
        assert abs(live.beside_s()) <= (AHEAD_S + 2 * TICK / RATE_HZ) * (140 - 130) / 130
    assert heard <= {(130.0, 130.0), (130.0, 140.0), (140.0, 140.0)}
    assert live.others.tempo_number == 1  # said once


def test_a_tempo_that_was_told_ahead_and_does_not_land_is_taken_back(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(4.0)
    live.type("tempo 140")
    while live.others.bpm == 130.0:
        live.play(TICK / RATE_HZ)
    state = live.session.state
    (change,) = (one for one in state.pending if one.text == "tempo 140")
    live.session.revise(cancel(state, change))
    live.play(3.0)
    assert (live.bpm, live.others.bpm) == (130.0, 130.0)
    assert abs(live.beside_s()) < STILL_S


def test_before_the_start_a_tempo_goes_to_the_others_at_once(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("tempo 126")
    live.play(0.2)
    assert live.others.bpm == 126.0
    live.type("play")
    live.play(3.0)
    assert live.bpm == 126.0
    assert abs(live.beside_s()) < STILL_S


def test_a_glide_is_told_as_it_goes(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(3.0)
    live.type("ramp 140 over 2 bars")
    live.play(8.0)
    assert live.others.bpm == 140.0
    assert abs(live.beside_s()) < STILL_S
    steps = [text for text in live.landed() if "follow" in str(text)]
    assert all("140 bpm" in str(text) for text in steps)


def test_half_time_leaves_the_others_as_they_are(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(4.0)
    before = len(live.landed())
    live.type("half time")
    live.play(6.0)
    assert live.bpm == 65.0
    assert live.others.bpm == 130.0
    assert live.landed()[before:] == ["half time"]
    live.others.bpm = 132.0
    live.play(3.0)
    assert live.bpm == 66.0
    assert abs(live.beside_s(0.5)) < STILL_S


def test_another_arrangement_comes_in_at_the_tempo_of_the_others(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(4.0)
    live.type("dark trap 140 bpm")
    live.play(5.0)
    assert live.bpm == 130.0
    assert live.others.bpm == 130.0
    assert live.session.state.arrangement is not None
    assert live.session.state.arrangement.prompt == "dark trap 140 bpm"


def test_alone_a_set_founds_a_session_and_plays_as_without(tmp_path: Path) -> None:
    live = Live(tmp_path, peers=0, bpm=120.0, beat=0.7)
    live.type("play")
    live.play(3.0)
    live.type("link")
    live.play(3.0)
    assert live.landed() == ["play"]
    assert abs(live.beside_s()) < STILL_S
    said = live.others.tempo_number
    live.type("tempo 121 now")
    live.play(1.0)
    assert (live.others.bpm, live.others.tempo_number) == (121.0, said + 1)
    live.others.peers = 1  # who comes joins us
    live.play(2.0)
    assert live.landed() == ["play", "tempo 121 now"]


def test_a_nudge_stays_and_so_does_an_offset(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(4.0)
    live.type("nudge 20")
    live.play(0.5)
    assert live.block.asked().early_s == pytest.approx(0.02)
    assert live.type("link offset -5") == ("Link offset -5 ms",)
    assert live.block.asked().early_s == pytest.approx(-0.005)


def test_starts_and_stops_are_shared_where_asked_for_each_once(live: Live) -> None:
    live.type("link")
    live.type("link start stop")
    live.play(0.1)
    live.others.playing = True
    live.play(4.0)
    assert live.session.state.playing
    live.others.playing = False
    live.play(0.2)
    assert not live.session.state.playing
    live.type("play")
    live.play(3.0)
    assert live.others.playing
    live.type("stop")
    live.play(3.0)
    assert not live.others.playing
    assert not live.session.state.playing


def test_a_session_that_plays_already_starts_nothing(tmp_path: Path) -> None:
    live = Live(tmp_path, playing=True)
    live.type("link")
    live.type("link start stop")
    live.play(2.0)
    assert not live.session.state.started


def test_who_comes_and_goes_is_told_in_a_line_and_the_music_plays_on(live: Live) -> None:
    live.type("link")
    live.play(0.1)
    live.type("play")
    live.play(3.0)
    live.others.peers = 0
    live.play(1.0)
    live.others.peers = 2
    live.play(1.0)
    assert live.told[1:] == [
        "Link: nobody else is there: the music plays on", "Link: 2 others, 130 bpm",
    ]  # fmt: skip
    assert live.link.told() == "Link: 2 others, 130 bpm, in step"
    assert live.type("link off") == ("Link off",)
    assert live.link.told() is None
    live.play(1.0)
    assert live.bpm == 130.0


def test_without_the_package_link_goes_off_again(tmp_path: Path) -> None:
    live = Live(tmp_path, stage=Stage.FAILED)
    live.type("link")
    live.play(0.1)
    assert live.link.told() is None
    assert not live.block.asked().on


def test_link_is_refused_without_a_clock_that_runs(tmp_path: Path) -> None:
    rig = Rig()
    show = Performance(
        rig.session, NoRecorder(), tmp_path, lambda _: arrangement(), lambda: datetime(2026, 1, 1)
    )
    answer = show.type("link")
    assert not answer.ok
    assert answer.lines == ("Link needs a clock that runs: perform live, through a sound device",)
