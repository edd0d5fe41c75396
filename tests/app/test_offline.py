"""A set rendered, performed and replayed offline: what is in the files."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.render import RenderRequest, render
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.errors import EngineError, LibraryError, ScoreError, SessionError

SECTIONS = (("intro", 2), ("verse", 4), ("hook", 4), ("outro", 2))
BARS = 12
SCRIPT = """
@1.3 swap bass in verse
@2.2 level bass -6
@2.2.5 filter bass -60
@2.3 send drums to delay -6
@2.4 more reverb on the pad
@3 pan drums left 40
@3.3 filter drums high
@3.1.5 regenerate hook
@4 mute drums
@5.4 undo
@6 filter off
@6.2 tempo 130
@6.3 undo
@6.4 tempo 130
@7 delay off
@7.3 ramp to 150 over 2 bars
@9.3 goto verse
@10 nudge 10
@11 fade out over 2 bars
"""

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    return make_code_set(
        tmp_path_factory.mktemp("set"), Meter.of(140.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=4, sections=SECTIONS, clip_bars=(1, 2),
    )  # fmt: skip


def perform(
    made: CodeSet, folder: Path, name: str, dry: bool, script: str = SCRIPT, record: bool = True
) -> list[str]:
    (folder / "set.txt").write_text(script)
    told: list[str] = []
    request = Request(
        folder / "none.sqlite", Sound("offline", dry=dry), made.timeline, folder / "set.txt",
        folder / f"{name}.wav" if record else None, folder / f"{name}.jsonl",
    )  # fmt: skip
    OfflineShow(request, told.append).run()
    return told


def line(bar: int) -> int:
    return round((bar - 1) * 4 * 60 * 48000 / 140)


def test_a_dry_mix_is_the_sum_of_its_stems_and_as_long_as_its_bars(
    made: CodeSet, tmp_path: Path
) -> None:
    request = RenderRequest(
        made.timeline, tmp_path / "mix.wav", tmp_path / "none", tmp_path / "stems", dry=True
    )
    assert render(request) == line(BARS + 1)
    mix, _ = soundfile.read(tmp_path / "mix.wav")
    stems = [soundfile.read(path)[0] for path in sorted((tmp_path / "stems").iterdir())]
    assert sorted(path.stem for path in (tmp_path / "stems").iterdir()) == ["bass", "drums", "pad"]
    assert len(mix) == line(BARS + 1)
    assert np.abs(sum(stems) - mix).max() < 1e-6
    assert np.abs(mix).max() > 0.05


def test_a_wet_mix_is_finite_below_full_scale_and_lines_up_with_the_dry_one(
    made: CodeSet, tmp_path: Path
) -> None:
    library = tmp_path / "none"
    render(RenderRequest(made.timeline, tmp_path / "wet.wav", library, tmp_path / "stems"))
    render(RenderRequest(made.timeline, tmp_path / "dry.wav", library, dry=True))
    wet, _ = soundfile.read(tmp_path / "wet.wav")
    dry, _ = soundfile.read(tmp_path / "dry.wav")
    assert np.isfinite(wet).all() and np.abs(wet).max() <= 10 ** (-1 / 20)
    piece = slice(line(2), line(2) + 8192)
    stems = [soundfile.read(path)[0] for path in sorted((tmp_path / "stems").iterdir())]
    assert {len(stem) for stem in stems} == {len(wet)}
    near = range(-300, 301)
    alike = [float(np.vdot(wet[piece.start + d : piece.stop + d, 0], dry[piece, 0])) for d in near]
    assert near[int(np.argmax(alike))] == 0


@pytest.mark.parametrize("dry", [True, False])
def test_a_replay_is_the_recording_again_sample_for_sample(
    made: CodeSet, tmp_path: Path, dry: bool
) -> None:
    told = perform(made, tmp_path, "set", dry)
    assert any("hook: drums changes at bar 4" in text for text in told)
    frames = replay(tmp_path / "set.jsonl", tmp_path / "again.wav", [])
    first = (tmp_path / "set.wav").read_bytes()
    assert (tmp_path / "again.wav").read_bytes() == first
    assert frames == soundfile.info(tmp_path / "set.wav").frames > line(13)


def test_a_replay_counts_in_on_the_master_as_the_recording_does(
    made: CodeSet, tmp_path: Path
) -> None:
    script = "@1.2 stop\n@2.2 count in on master\n@2.3 play\n@5.2 ramp to 150 over 1 bar\n@7 quit\n"
    told = perform(made, tmp_path, "set", dry=True, script=script)
    recorded, _ = soundfile.read(tmp_path / "set.wav")
    peaks = [np.abs(recorded[line(n) : line(n + 1)]).max() for n in (2, 3, 4)]
    assert peaks[0] == 0.0 and peaks[1] == pytest.approx(0.45, rel=0.01), (peaks, told)
    assert 0.05 < peaks[2] < 0.4, (peaks, told)
    replay(tmp_path / "set.jsonl", tmp_path / "again.wav", [])
    assert (tmp_path / "again.wav").read_bytes() == (tmp_path / "set.wav").read_bytes()


def test_the_same_script_and_seed_make_the_same_events_and_samples(
    made: CodeSet, tmp_path: Path
) -> None:
    perform(made, tmp_path, "one", dry=True)
    perform(made, tmp_path, "two", dry=True)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
    assert (tmp_path / "one.jsonl").read_text() == (tmp_path / "two.jsonl").read_text()


def test_events_tell_commands_replies_and_swaps_with_their_frames(
    made: CodeSet, tmp_path: Path
) -> None:
    perform(made, tmp_path, "set", dry=True)
    header, *events = map(json.loads, (tmp_path / "set.jsonl").read_text().splitlines())
    assert header["rate"] == 48000 and header["block"] == 256 and header["arrangement"]
    swaps = [event for event in events if event["kind"] == "swap" and event["bar"] == 2]
    assert all(swap["frame"] == swap["target_frame"] == line(2) for swap in swaps)
    kinds = {event["kind"] for event in events}
    assert {"command", "reply", "swap", "param", "tempo", "result"} <= kinds


def test_a_set_can_record_save_and_load_from_its_script(
    made: CodeSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = (
        "@1.2 record take.wav\n@1.3 save first.json\n@2.2 record off\n@3 load first.json\n@5 quit\n"
    )
    told = perform(made, tmp_path, "set", dry=True, script=script, record=False)
    assert (tmp_path / "first.json").is_file()
    assert any("starts at bar 4" in text for text in told)
    start, stop = (-(-(line(1) + beat * round(line(2) / 4)) // 256) for beat in (1, 5))
    frames = soundfile.info(tmp_path / "take.wav").frames
    assert abs(frames - (stop - start) * 256) <= 512


def test_a_recording_never_overwrites_a_file(made: CodeSet, tmp_path: Path) -> None:
    (tmp_path / "set.wav").write_bytes(b"precious")
    perform(made, tmp_path, "set", dry=True, script="@2 quit\n")
    assert (tmp_path / "set.wav").read_bytes() == b"precious"
    assert (tmp_path / "set 2.wav").is_file()


def test_errors_in_a_script_are_told_and_the_set_goes_on(made: CodeSet, tmp_path: Path) -> None:
    told = perform(
        made, tmp_path, "set", True, "@1.2 goto bridge\n@2 dance\n@2.2 tempo 999\n@3.2 mute bass\n"
    )
    assert len(told) == 4 and told[-1].startswith("@3.2 mute bass at bar 4")
    assert soundfile.info(tmp_path / "set.wav").frames == line(BARS + 1)


def test_a_set_without_anything_to_play_is_refused(tmp_path: Path) -> None:
    request = Request(tmp_path / "none", Sound("offline"))
    with pytest.raises(SessionError, match="nothing to play offline"):
        OfflineShow(request, print).run()


def test_what_cannot_be_rendered_is_one_line(made: CodeSet, tmp_path: Path) -> None:
    none = tmp_path / "none"
    with pytest.raises(ScoreError, match=r"gone\.json"):
        render(RenderRequest(tmp_path / "gone.json", tmp_path / "mix.wav", none))
    with pytest.raises(EngineError, match="cannot be written"):
        render(RenderRequest(made.timeline, tmp_path / "no" / "mix.wav", none))


def test_a_replay_names_what_is_gone(made: CodeSet, tmp_path: Path) -> None:
    perform(made, tmp_path, "set", dry=True, script="@2 quit\n")
    text = (tmp_path / "set.jsonl").read_text().replace("bass_0", "bass_gone")
    (tmp_path / "bad.jsonl").write_text(text)
    with pytest.raises(LibraryError, match=r"bass_gone\.wav: gone"):
        replay(tmp_path / "bad.jsonl", tmp_path / "x.wav", [])
    (tmp_path / "bad.jsonl").write_text(text.splitlines()[0] + "\n")
    with pytest.raises(ScoreError, match="nothing was played"):
        replay(tmp_path / "bad.jsonl", tmp_path / "x.wav", [])


def test_stems_recorded_offline_add_up_to_the_dry_master_and_are_as_long(
    made: CodeSet, tmp_path: Path
) -> None:
    script = "@1.3 mute bass\n@2.3 unmute bass\n@3.2 level drums -6\n@6 quit\n"
    (tmp_path / "set.txt").write_text(script)
    request = Request(
        tmp_path / "none", Sound("offline", dry=True), made.timeline, tmp_path / "set.txt",
        tmp_path / "set.wav", stems=tmp_path / "stems",
    )  # fmt: skip
    OfflineShow(request, print).run()
    mix, _ = soundfile.read(tmp_path / "set.wav")
    stems = {path.stem: soundfile.read(path)[0] for path in (tmp_path / "stems").iterdir()}
    assert sorted(stems) == ["bass", "drums", "pad"]
    assert {len(stem) for stem in stems.values()} == {len(mix)}
    assert np.abs(sum(stems.values()) - mix).max() < 1e-6
    assert np.abs(mix).max() > 0.05
    assert not stems["bass"][line(2) : line(3)].any() and stems["bass"][line(3)].any()


def test_wet_stems_recorded_offline_line_up_with_the_master(made: CodeSet, tmp_path: Path) -> None:
    (tmp_path / "set.txt").write_text("@1 delay off\n@1 reverb off\n@3 quit\n")
    request = Request(
        tmp_path / "none", Sound("offline"), made.timeline, tmp_path / "set.txt",
        tmp_path / "set.wav", stems=tmp_path / "stems",
    )  # fmt: skip
    OfflineShow(request, print).run()
    mix, _ = soundfile.read(tmp_path / "set.wav")
    paths = list((tmp_path / "stems").iterdir())
    assert {soundfile.info(path).subtype for path in paths} == {"PCM_24"}
    total = sum(soundfile.read(path)[0] for path in paths)
    assert np.abs(total - mix).max() < 1e-5, "nothing is sent, and the limiter has nothing to do"


def test_stems_are_recorded_from_a_script_beside_the_master(
    made: CodeSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "take stems").mkdir()
    (tmp_path / "take stems" / "drums.wav").write_bytes(b"precious")
    script = "@1.2 record stems take.wav\n@1.3 record\n@2.2 record off\n@2.3 record off\n@5 quit\n"
    told = perform(made, tmp_path, "set", dry=True, script=script, record=False)
    assert f"@1.2 recording to {tmp_path}/take.wav, stems in {tmp_path}/take stems 2" in told
    assert any("already recording to" in text for text in told)
    assert any("nothing is being recorded" in text for text in told)
    frames = soundfile.info(tmp_path / "take.wav").frames
    stems = list((tmp_path / "take stems 2").iterdir())
    assert len(stems) == 3 and {soundfile.info(path).frames for path in stems} == {frames}
    assert (tmp_path / "take stems" / "drums.wav").read_bytes() == b"precious"


def test_recordings_without_a_name_have_one_that_players_know(
    made: CodeSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOPMIND_HOME", str(tmp_path / "home"))
    script = "@1.2 record stems\n@1.3 save\n@2 quit\n"
    perform(made, tmp_path, "set", dry=True, script=script, record=False)
    (take,) = tmp_path.glob("take *.wav")
    assert soundfile.info(take).frames > 0
    assert len(list((tmp_path / f"{take.stem} stems").glob("*.wav"))) == 3
    assert len(list((tmp_path / "home").rglob("sets/set */set.toml"))) == 1
