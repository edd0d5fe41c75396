"""The tempo estimate measured on a folder that the test makes."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "library"))
from made_loops import drum_loop, one_hit, write

from loopmind_live.cli import main
from loopmind_live.errors import ConfigError
from loopmind_live.library.tempo import Tempo
from loopmind_live.training.manifest import Truth
from loopmind_live.training.tempo import evaluate
from loopmind_live.training.tempo_figures import Answer, TempoEvaluation, surest

HEAD = "file,source_repo,bpm,beats,bpm_tier,key,instrument,kind"


def answer(
    bpm: float | None, confidence: float, condition: str = "clean", start_s: float = 0.0
) -> Answer:
    truth = Truth(Path("a.wav"), "pack", 170.0, "A", 8, None, "drums", "loop")
    alone = None if bpm is None else Tempo(bpm, confidence, start_s, 8)
    return Answer(truth, condition, 170.0, alone, Tempo(170.0, 1.0, start_s, 8))


def test_answers_are_counted_by_tolerance_octave_and_confidence() -> None:
    answers = (answer(170.2, 0.9), answer(175.0, 0.7), answer(85.0, 0.3), answer(None, 0.0))
    counted = TempoEvaluation(answers, 10, 1, 0, {Path("a.wav"): (None, 171.0)}).to_json()
    group = counted["conditions"]["clean"]["A"]
    assert group["acc1"]["0.01"]["value"] == 0.25
    assert group["acc1"]["0.04"]["value"] == 0.5
    assert group["acc2"]["value"] == 0.75
    assert group["octaves"] == {"half": 1, "none": 1, "right": 2}
    assert group["by_coverage"]["0.5"]["value"] == 1.0
    assert group["with_names"]["0.01"]["value"] == 1.0
    assert group["fast"]["of"] == 4
    assert counted["one_shots"]["false_tempos"]["value"] == 0.1
    assert [row["bpm"] for row in counted["wrong"]] == [85.0, None]
    assert counted["peers"]["librosa tempo"]["A"]["value"] == 1.0
    assert counted["peers"]["librosa beat_track"]["A"]["value"] == 0.0
    json.dumps(counted)


def test_meters_are_counted_where_they_are_known() -> None:
    def heard(beats_per_bar: int, known: int | None) -> Answer:
        truth = Truth(Path("a.wav"), "pack", 120.0, "A", 12, None, None, "loop", known)
        return Answer(truth, "clean", 120.0, Tempo(120.0, 1.0, 0.0, 12, beats_per_bar), None)

    answers = (heard(3, 3), heard(4, 3), heard(4, 4), heard(3, 4), heard(3, None))
    told = TempoEvaluation(answers, 0, 0, 0, {Path("a.wav"): (None, None)}).to_json()["meter"]
    assert (told["told_in_three"]["value"], told["told_in_three"]["of"]) == (0.6, 5)
    assert (told["meter_right"]["value"], told["meter_right"]["of"]) == (0.5, 4)
    assert (told["fours_told_in_three"]["value"], told["fours_told_in_three"]["of"]) == (0.5, 2)


@pytest.mark.parametrize(("start_s", "share"), [(0.31, 1.0), (0.0, 0.0)])
def test_a_loop_that_starts_late_should_start_on_its_one(start_s: float, share: float) -> None:
    answers = (answer(170.0, 0.9), answer(170.0, 0.9, "start_silence", start_s))
    counted = TempoEvaluation(answers, 0, 0, 0, {Path("a.wav"): (None, None)}).to_json()
    assert counted["downbeats"]["value"] == share


def test_what_is_told_without_a_tempo_is_never_among_the_surest() -> None:
    answers = [answer(None, 0.0), answer(170.0, 0.1), answer(170.0, 0.2)]
    assert surest(answers, 0.67) == [answers[2], answers[1]]


def test_a_folder_is_measured_by_sound_alone_and_with_names(tmp_path: Path) -> None:
    write(tmp_path / "beat_126bpm.wav", drum_loop(126, 8))
    write(tmp_path / "hit.wav", one_hit(0.3))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    rows = ["beat_126bpm.wav,p,126,8,A,,drums,loop", "hit.wav,p,,,,,snare,oneshot"]
    rows.append("broken.wav,p,90,8,B,,drums,loop")
    (tmp_path / "manifest.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    steps: list[tuple[int, int]] = []
    found = evaluate(
        tmp_path,
        lambda done, total: steps.append((done, total)),
        lambda paths: dict.fromkeys(paths, (126.0, None)),
    )
    told = found.to_json()
    assert told["conditions"]["clean"]["A"]["acc1"]["0.01"]["value"] == 1.0
    assert told["conditions"]["clean"]["A"]["with_names"]["0.01"]["value"] == 1.0
    assert told["conditions"]["clean"]["B"]["octaves"] == {"none": 1}
    assert told["one_shots"]["false_tempos"]["value"] == 0.0
    assert told["peers"]["librosa beat_track"]["A"]["value"] == 1.0
    assert steps[-1] == (4, 4)
    assert "surest 70 %" in str(found)


def test_the_command_line_tells_what_a_manifest_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "tempo", str(tmp_path), "--json"]) == 1
    assert "manifest.csv" in capsys.readouterr().err


def test_a_manifest_without_known_tempos_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(f"{HEAD}\na.wav,p,,,,,drums,loop", encoding="utf-8")
    with pytest.raises(ConfigError, match="names no loop with a tempo"):
        evaluate(tmp_path, lambda _done, _total: None)
