"""Bundles with time tags: they land on the frame that was named as they came, and block nothing."""

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.osc import MOST_AHEAD
from loopmind_live.app.performance import Answer, Performance
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.control.osc_packet import Argument, encode
from loopmind_live.score.loop import ROLES
from tests.app.osc_stage import OscStage, Tablet

RATE_HZ = 48_000
NTP = 2_208_988_800
AHEAD_FRAMES = 50_000
SCRIPT = """
@1.3 mute drums now
@2.2 level bass -9
@2.3 resize hook 12 bars
@3.2 filter pad -60
@4 unmute drums now
@4.3 stop now
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OscStage]:
    stage = OscStage(tmp_path)
    stage.show.type("play")
    stage.until(lambda: stage.show.session.state.playing, "playing")
    yield stage
    stage.close()


@pytest.fixture
def tablet(stage: OscStage) -> Iterator[Tablet]:
    tablet = Tablet(stage.port)
    yield tablet
    tablet.close()


def bundle(wall_s: float, *messages: tuple[str, tuple[Argument, ...]]) -> bytes:
    packets = [encode(address, *arguments) for address, arguments in messages]
    tag = struct.pack(">Q", int((wall_s + NTP) * 2**32))
    return b"#bundle\0" + tag + b"".join(struct.pack(">i", len(p)) + p for p in packets)


def send(tablet: Tablet, packet: bytes) -> None:
    tablet.socket.sendto(packet, tablet._to)


def answered(stage: OscStage, tablet: Tablet, address: str = "/loopmind/reply") -> str:
    before = len(tablet.messages)

    def found() -> list[str]:
        tablet.read()
        new = tablet.messages[before:]
        return [str(one.arguments) for one in new if one.address == address]

    stage.until(lambda: bool(found()), f"an answer at {address}")
    return found()[0]


def test_a_bundle_a_second_ahead_lands_on_the_frame_it_named_and_holds_up_nothing(
    stage: OscStage, tablet: Tablet
) -> None:
    session = stage.rig.session
    # This engine stands still between ticks: what is named is a second after its frame.
    before = stage.rig.engine.frame()
    send(tablet, bundle(time.time() + 1.0, ("/loopmind/panic", ())))
    assert "on its time" in answered(stage, tablet)
    after = stage.rig.engine.frame()
    (change,) = session.state.pending
    assert change.frame is not None
    assert before + 0.9 * RATE_HZ < change.frame <= after + RATE_HZ
    tablet.send("/loopmind/track/level", "bass", -3.0)
    stage.until(lambda: session.state.document.level_db("bass") == -3.0, "what came later")
    assert stage.rig.engine.frame() < change.frame, "it did not wait"
    stage.rig.play_to(change.frame + 1000)
    assert stage.rig.diary.of("result")[-1]["frame"] == change.frame
    assert stage.rig.sounding(change.frame - 1) and not stage.rig.sounding(change.frame)


def test_all_of_a_bundle_is_for_one_frame(stage: OscStage, tablet: Tablet) -> None:
    faders = [(f"/loopmind/track/{name}", ("bass", -5.0)) for name in ("level", "pan", "filter")]
    send(tablet, bundle(time.time() + 0.8, *faders))
    stage.until(lambda: len(stage.rig.session.state.pending) == 3, "three faders")
    assert len({change.frame for change in stage.rig.session.state.pending}) == 1


def test_solos_of_one_bundle_add_up(stage: OscStage, tablet: Tablet) -> None:
    solos = [(f"/loopmind/track/{role}/solo", (1,)) for role in ("bass", "drums")]
    send(tablet, bundle(time.time() + 0.5, *solos))
    stage.until(lambda: len(stage.rig.session.state.document.soloed) > 1, "both soloed")
    assert stage.rig.session.state.document.soloed == {"bass", "drums"}


@pytest.mark.parametrize("ahead_s", [-5.0, 0.0])
def test_what_is_late_is_done_at_once(stage: OscStage, tablet: Tablet, ahead_s: float) -> None:
    came = stage.rig.engine.frame()
    send(tablet, bundle(time.time() + ahead_s, ("/loopmind/track/level", ("bass", -4.0))))
    stage.until(lambda: stage.rig.session.state.document.level_db("bass") == -4.0, "the fader")
    assert stage.rig.engine.frame() - came < RATE_HZ, "neither waited for, nor put off"
    assert stage.rig.session.state.pending == ()


def test_too_far_ahead_is_refused_in_one_line(stage: OscStage, tablet: Tablet) -> None:
    send(tablet, bundle(time.time() + 100.0, ("/loopmind/panic", ())))
    assert "60 s at most" in answered(stage, tablet, "/loopmind/error")
    assert stage.rig.session.state.playing


def test_what_has_no_line_to_land_on_is_done_when_its_time_has_come(
    stage: OscStage, tablet: Tablet
) -> None:
    before = stage.rig.engine.frame()
    send(
        tablet,
        bundle(time.time() + 0.3, ("/loopmind/track/lock", ("bass",)), ("/loopmind/status", ())),
    )
    tablet.send("/loopmind/track/lock", "pad")
    document = lambda: stage.rig.session.state.document  # noqa: E731 - the newest
    stage.until(lambda: "pad" in document().locked, "the lock that came later")
    assert "bass" not in document().locked
    stage.until(lambda: "bass" in document().locked, "the lock")
    assert stage.rig.engine.frame() > before + 0.25 * RATE_HZ


def test_words_are_held_to_their_time_too(stage: OscStage, tablet: Tablet) -> None:
    words = ("/loopmind/prompt", ("mute drums now, level bass -7",))
    send(tablet, bundle(time.time() + 1.0, words))
    answered(stage, tablet)
    first, second = stage.rig.session.state.pending
    assert first.frame == second.frame and first.fixed and second.fixed


def test_many_for_later_are_bounded(stage: OscStage, tablet: Tablet) -> None:
    for number in range(400):
        moved = ("/loopmind/track/level", ("bass", -number / 10.0))
        send(tablet, bundle(time.time() + 5.0 + number / 1000, moved))
        if number % 50 == 0:
            stage.tick()

    def fixed() -> int:
        return sum(change.fixed for change in stage.rig.session.state.pending)

    stage.until(lambda: fixed() == MOST_AHEAD, "as many as there may be")
    tablet.send("/loopmind/ping", 1)
    stage.until(lambda: tablet.shows("/loopmind/pong") == (1,), "all that was sent has come")
    assert fixed() == MOST_AHEAD
    tablet.send("/loopmind/track/lock", "pad")
    stage.until(lambda: "pad" in stage.rig.session.state.document.locked, "what came later")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    return make_code_set(
        tmp_path_factory.mktemp("set"), Meter.of(120.0, RATE_HZ), tracks=("drums", "bass", "pad"),
        loops_per_track=3, sections=(("hook", 8),), clip_bars=(1, 2),
    )  # fmt: skip


@pytest.mark.usefixtures("home")
def test_a_set_of_such_bundles_lands_to_the_frame_and_is_replayed_sample_for_sample(
    made: CodeSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed_at = Performance.type

    def sent(self: Performance, text: str, frame: int) -> Answer:
        """Each line is sent for a frame a second after it is typed."""
        return typed_at(self, text, frame, frame + AHEAD_FRAMES)

    monkeypatch.setattr(Performance, "type", sent)
    (tmp_path / "set.txt").write_text(SCRIPT)
    events = tmp_path / "set.jsonl"
    request = Request(
        tmp_path / "none.sqlite", Sound("offline"), made.timeline, tmp_path / "set.txt",
        tmp_path / "set.wav", events, until_bar=7,
    )  # fmt: skip
    OfflineShow(request, lambda _: None).run()
    lines = [json.loads(line) for line in events.read_text().splitlines()]

    def landed(kind: str, **facts: str) -> list[int]:
        return [
            line["frame"] for line in lines
            if line.get("kind") == kind and facts.items() <= {**line, "": ""}.items()
        ]  # fmt: skip

    def typed(bar: int, beat: int) -> int:
        return ((bar - 1) * 4 + beat - 1) * RATE_HZ // 2

    block = lines[0]["block"]
    assert landed("result", text="mute drums now") == [typed(1, 3) + AHEAD_FRAMES]
    assert landed("result", text="unmute drums now") == [typed(4, 1) + AHEAD_FRAMES]
    assert landed("result", text="stop now") == [typed(4, 3) + AHEAD_FRAMES]
    (moved,) = landed("param", name=f"track/{ROLES.index('bass')}/gain")
    assert 0 <= moved - (typed(2, 2) + AHEAD_FRAMES) < block and moved % block == 0
    swaps = [line for line in lines if line.get("kind") == "swap"]
    assert all(swap["frame"] == swap["target_frame"] for swap in swaps)
    assert typed(1, 3) + AHEAD_FRAMES in {s["frame"] for s in swaps if s["track"] == "drums"}
    assert landed("result", text="resize hook 12 bars") == [typed(4, 1)], (
        "the first line from there"
    )
    replay(events, tmp_path / "again.wav", [])
    assert (tmp_path / "again.wav").read_bytes() == (tmp_path / "set.wav").read_bytes()
