"""The bench of scans measures the analysis and the chain beside it on the same files."""

from pathlib import Path

import pytest
import soundfile

from loopmind_live.app.benches import BENCHES
from loopmind_live.bench import scan_speed
from loopmind_live.errors import LibraryError
from loopmind_live.library.analysis import analyse


def silent(_what: str, _done: float) -> None:
    pass


def test_the_analysis_is_measured_beside_the_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_speed, "LOOPS", 2)
    monkeypatch.setattr(scan_speed, "ROUNDS", 2)
    # librosa compiles for half a minute: here all three are the analysis itself.
    monkeypatch.setattr(scan_speed, "naive_stft_s", scan_speed.own_s)
    monkeypatch.setattr(scan_speed, "naive_cqt_s", scan_speed.own_s)
    monkeypatch.delenv(scan_speed.FOLDER_VARIABLE, raising=False)
    own, chain, ratio, quicker = BENCHES["scan"](silent)
    assert own.figure.startswith("whole analysis, 2 loops, 20 s")
    assert ratio.value == pytest.approx(own.value / chain.value)
    assert own.met == (own.value >= 60.0) and ratio.met == (ratio.value >= 3.0)
    assert 0.1 < ratio.value < 10.0 and 0.1 < quicker.value < 10.0


def test_a_folder_of_one_s_own_is_measured_where_it_holds_loops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.wav").write_text("no audio")
    monkeypatch.setenv(scan_speed.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(LibraryError, match="no loop in it can be analysed"):
        scan_speed.run_scan_bench(silent)


def test_the_loops_that_are_made_are_heard_as_loops(tmp_path: Path) -> None:
    drums, chords = scan_speed.make_loops(tmp_path, 2)
    assert soundfile.info(drums).channels == 2
    for path, bpm in ((drums, 90), (chords, 100)):
        loop = analyse(path, "")
        assert loop.kind == "loop" and loop.bpm == pytest.approx(bpm, rel=0.01)
