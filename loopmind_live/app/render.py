"""Render a timeline to a file: the mix, and each track as a stem."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from loopmind_live.app.files import library_loops_if_any, timeline
from loopmind_live.app.stage import NoEvents, Sound, arranger_for, offline_engine
from loopmind_live.engine.wav import Encoding, WavWriter
from loopmind_live.errors import EngineError
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import Command, When
from loopmind_live.session.session import Options, Session

if TYPE_CHECKING:
    from loopmind_live.engine.offline import OfflineEngine

RING_S = 6.0
"""How long tails may ring after the last bar of a wet mix."""
_SILENCE = 1e-3


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What `loopmind render` was asked for."""

    timeline: Path
    out: Path
    library: Path
    stems: Path | None = None
    rate_hz: int = 48000
    block: int = 256
    dry: bool = False


def render(request: RenderRequest, progress: Callable[[int, int], None] | None = None) -> int:
    """Write the mix (and stems), replacing files of those names; return its length in frames.

    A dry mix has exactly the arrangement's length; a wet one rings on until it is silent.
    """
    loops = library_loops_if_any(request.library)
    arrangement = timeline(request.timeline, loops)
    sound = Sound("offline", request.rate_hz, request.block, request.dry)
    with offline_engine(sound) as (engine, pool):
        engine.sharing = request.stems is not None
        problems: list[str] = []
        session = Session(
            engine, pool, arranger_for(loops, arrangement), NoEvents(),
            Options(arrangement.seed, request.dry, live=False), problems.append,
        )  # fmt: skip
        session.load(arrangement)
        session.submit(Command("play"), 0)
        session.advance(0)
        end = session.state.tempo.line(arrangement.bars)
        session.submit(Command("stop", when=When("section", len(arrangement.sections))), 0)
        if problems:
            raise EngineError(problems[0])
        used = {part.role for section in arrangement.sections for part in section.parts}
        stems = [role for role in ROLES if role in used] if request.stems is not None else []
        files = _open(request, engine.rate_hz, stems)
        try:
            return _run(engine, session, end, files, [ROLES.index(s) for s in stems], progress)
        finally:
            for file in files:
                file.close()


def _open(request: RenderRequest, rate_hz: int, stems: Sequence[str]) -> list[WavWriter]:
    encoding: Encoding = "float32" if request.dry else "pcm24"
    paths = [request.out]
    if request.stems is not None:
        try:
            request.stems.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineError(f"{request.stems}: cannot be made ({error.strerror})") from error
        paths += [request.stems / f"{role}.wav" for role in stems]
    for path in paths:
        if path.is_file():
            path.unlink()
    return [WavWriter(path, rate_hz, encoding) for path in paths]


def _run(
    engine: "OfflineEngine",
    session: Session,
    end: int,
    files: list[WavWriter],
    tracks: list[int],
    progress: Callable[[int, int], None] | None,
) -> int:
    skip = engine.latency_frames
    mix, *stems = files
    # The shares are not late: they wait here for their part of the mix.
    shares: npt.NDArray[np.float32] = np.zeros((len(stems), 0, 2), np.float32)
    ring_end = end + (0 if skip == 0 else round(RING_S * engine.rate_hz))
    while mix.frames < ring_end:
        session.advance()
        block = engine.render()
        begin = min(skip, engine.block)
        skip -= begin
        if stems:
            shares = np.concatenate((shares, engine.shares()[tracks]), axis=1)
        if mix.frames >= end and np.abs(block).max() < _SILENCE:
            break
        kept = block[begin : begin + ring_end - mix.frames]
        mix.write(kept)
        for stem, share in zip(stems, shares, strict=True):
            stem.write(share[: len(kept)])
        shares = shares[:, len(kept) :]
        if progress is not None:
            progress(min(mix.frames, end), end)
    return mix.frames
