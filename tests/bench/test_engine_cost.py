"""The bench "engine": both sides make the same sound, and a peer that is missing is said."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.bench import engine_cost
from loopmind_live.bench.engine_cost import CASES, run_engine_bench
from loopmind_live.bench.mix_spec import CLIP_FRAMES, EQ, RATE_HZ, equalized
from loopmind_live.bench.synthdef import SynthDef


def quiet(_what: str, _done: float) -> None:
    pass


def test_without_the_peer_every_bar_has_a_row_that_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    rows = run_engine_bench(quiet)
    assert [row.bar for row in rows] == [f"<= {case.bar:g}" for case in CASES]
    assert all(row.value is None and "scsynth" in row.unit for row in rows)


def test_both_sides_make_the_same_sound(
    monkeypatch: pytest.MonkeyPatch, home: Path, require_program: Callable[[str], str]
) -> None:
    require_program("scsynth")
    monkeypatch.setattr(engine_cost, "CASES", (CASES[0], CASES[4]))
    rows = run_engine_bench(quiet, seconds=2.0, rounds=1)
    checked = [row for row in rows if "level" in row.figure or "correlation" in row.figure]
    assert len(checked) == 4 and all(row.met for row in checked)
    assert all(row.value is not None and row.value > 0.0 for row in rows if "CPU" in row.figure)


def test_a_synthdef_holds_its_units_and_each_constant_once() -> None:
    made = SynthDef("a", {"gain": 0.5})
    side = made.audio("WhiteNoise")[0]
    made.out(0.0, [made.times(side, made.control("gain")), made.times(side, 0.0)])
    data = made.compile()
    assert data[:4] == b"SCgf" and struct.unpack(">ih", data[4:10]) == (2, 1)
    assert data[10:12] == b"\x01a"
    assert struct.unpack(">if", data[12:20]) == (1, 0.0)
    assert [data.count(unit) for unit in (b"Control", b"WhiteNoise", b"BinaryOpUGen", b"Out")] == [
        1, 1, 2, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(("hz", "db"), [(20.0, EQ[0].db), (20_000.0, EQ[1].db), (900.0, 0.0)])
def test_the_baked_equalizer_has_its_shelves_and_no_seam(hz: float, db: float) -> None:
    time_s = np.arange(CLIP_FRAMES) / RATE_HZ
    clip = np.sin(2 * np.pi * hz * time_s)[:, None].repeat(2, axis=1).astype(np.float32)
    made = equalized(clip)
    assert 20 * np.log10(made.std() / clip.std()) == pytest.approx(db, abs=0.25)
    steps = np.abs(np.diff(np.concatenate([made[-8:], made[:8]])[:, 0]))
    assert steps.max() <= np.abs(np.diff(made[:, 0])).max() + 1e-6
