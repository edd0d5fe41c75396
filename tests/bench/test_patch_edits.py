"""The bench "patches": what it counts, and that it would see a fault."""

from loopmind_live.bench.patch_edits import _FAULTS, run_patches_bench
from loopmind_live.engine.offline import OfflineEngine


def test_broken_edits_are_told_and_good_ones_come_on_their_frame() -> None:
    rows = {
        row.figure: row for row in run_patches_bench(lambda _what, _share: None, len(_FAULTS), 6)
    }
    assert rows["broken edits told with their line"].value == len(_FAULTS)
    assert rows["bars in which one was heard"].met
    assert rows["bars with a good version not on its frame"].met


def test_a_version_that_comes_a_sample_late_is_seen(monkeypatch: object) -> None:
    set_parameter = OfflineEngine.set_parameter

    def late(
        self: OfflineEngine,
        name: str,
        value: float,
        ramp_s: float = 0.02,
        frame: int | None = None,
    ) -> int:
        return set_parameter(self, name, value, ramp_s, frame if frame is None else frame + 1)

    monkeypatch.setattr(OfflineEngine, "set_parameter", late)  # type: ignore[attr-defined]
    rows = run_patches_bench(lambda _what, _share: None, 0, 2)
    (late_row,) = [row for row in rows if row.figure.startswith("bars with a good version")]
    assert not late_row.met
