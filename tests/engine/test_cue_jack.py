"""The cue bus through a real JACK server: four ports, captured together."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine.base import CUE_TRACK, Row
from loopmind_live.engine.click import lay_clicks
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
from loopmind_live.engine.outputs import Outputs
from tests.engine.processes import RATE, jack, links_on, until

pytestmark = pytest.mark.live

PASS = 24000
RAMP = (np.arange(PASS + 4)[:, None] % PASS / 65536 + [[0.0, 0.25]]).astype(np.float32)
BEAT = 28800
"""100 bpm: no multiple of the ramp's length."""


def test_clicks_come_out_of_the_cue_ports_at_their_frames_and_not_out_of_the_masters(
    on_jack: None,
    jack_name: str,
    kernel_cache: Path,
    tmp_path: Path,
    require_program: Callable[[str], str],
) -> None:
    program = require_program("jack_rec")
    outputs = Outputs((1, 0), (2, 3))
    options = EngineOptions(
        "jack", RATE, 20 * RATE, tmp_path / "log", kernel_cache, dry=True, outputs=outputs
    )
    engine = ProcessEngine(options)
    try:
        name = f"{_client(jack_name)}:output_"
        assert engine.has_cue
        ports = [f"{name}{n}" for n in range(1, 5)]
        assert set(ports) <= set(jack(jack_name, "jack_lsp").stdout.splitlines())
        linked = {("output_1", "system:playback_2"), ("output_2", "system:playback_1")}
        until(lambda: _outputs_of(jack_name, name) == linked)  # as far as the card has channels
        first = _play(engine)
        until(lambda: engine.status().frame > first)
        file = tmp_path / "four.wav"
        subprocess.run(
            [program, "-f", str(file), "-d", "2", "-b", "32", *ports],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        audio, _ = soundfile.read(file, dtype="float64")
        _check(audio[np.flatnonzero(audio[:, 1])[0] :])
    finally:
        engine.close()


def _client(server: str) -> str:
    """Return the engine's client: the one whose name begins with its own, and has four outputs."""
    ports = jack(server, "jack_lsp").stdout.splitlines()
    return next(port.partition(":")[0] for port in ports if port.endswith(":output_4"))


def _outputs_of(server: str, name: str) -> set[tuple[str, str]]:
    links = links_on(server, name.partition(":")[0])
    return {link for link in links if link[0].startswith("output_")}


def _play(engine: ProcessEngine) -> int:
    """Play a ramp on the master and strike each beat on the cue; return their common origin."""
    offset = engine.arena.allocate(len(RAMP))
    assert offset is not None
    engine.arena.write(offset, RAMP)
    clicks = lay_clicks(engine.arena, engine.rate_hz)
    first = engine.frame() + RATE // 2
    struck = Row(
        CUE_TRACK + 15, -1, clicks.beat, 4, float(clicks.frames), 0.0, first,
        tail_frames=clicks.frames - 4, clip_bars=0.25, clock_frame=float(first),
        clock_bar_frames=4.0 * BEAT,
    )  # fmt: skip
    ramp = Row(0, 1, offset, len(RAMP), float(PASS), float(first), first)
    engine.splice(first, [ramp, struck])
    return first


def _check(audio: np.ndarray) -> None:
    """Hold the cue's onsets to the place in the ramp at which each must be."""
    places = np.rint(audio[:, 0] * 65536).astype(int)
    steps = np.diff(places) % PASS
    assert (steps == 1).all(), "the master is the ramp alone, without a gap"
    loud = np.flatnonzero(np.abs(audio[:, 2]) > 0.3)
    onsets = [at for at in loud if at > 2000 and not np.any(audio[at - 1000 : at, 2])]
    assert len(onsets) >= 2
    assert {(places[at] - places[onsets[0]]) % PASS for at in onsets[1:2]} == {BEAT - PASS}
    assert {int(places[at]) for at in onsets} <= {n * BEAT % PASS for n in range(5)}
    assert np.array_equal(audio[:, 2], audio[:, 3])
