"""The demo: make loops, scan them, arrange a set, and perform or render it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.app.arranging import arrange_to_file, told
from loopmind_live.app.live import LiveShow
from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.scanning import scan_folder
from loopmind_live.app.stage import Sound
from loopmind_live.demo.loops import make_demo_loops
from loopmind_live.errors import ConfigError, EngineError

PROMPT = "dark trap 140 bpm"


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What `loopmind demo` was asked for. `bars` shortens what is rendered; None plays all."""

    out: Path
    bars: int | None = None
    seed: int = 0
    interactive: bool = True


def prepare_demo(
    request: DemoRequest,
    tell: Callable[[str], None],
    progress: Callable[[str], Callable[[int, int], None]],
) -> tuple[Path, Path]:
    """Make loops, library and timeline under `request.out`; return the last two."""
    out = request.out
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{out}: cannot be made ({error.strerror}): name another --out"
        ) from error
    loops, library, timeline = out / "loops", out / "library.sqlite", out / "timeline.json"
    made = make_demo_loops(loops, request.seed, progress=progress("making loops"))
    tell(f"made {len(made)} loops in {loops}")
    tell(scan_folder(loops, library, None, progress("scanning")).summary())
    arrangement = arrange_to_file(PROMPT, library, request.seed, timeline)
    tell(f"{PROMPT!r}: {told(arrangement, timeline)}")
    return library, timeline


def perform_demo(
    request: DemoRequest,
    library: Path,
    timeline: Path,
    tell: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> None:
    """Perform the demo's set, or render it where nothing can sound or nobody types."""
    if request.interactive:
        try:
            LiveShow(Request(library, Sound(), timeline, seed=request.seed)).run()
            return
        except EngineError as error:
            tell(f"no sound: {error}; rendering instead")
    mix = request.out / "mix.wav"
    mix.unlink(missing_ok=True)
    until = None if request.bars is None else request.bars + 1
    sound = Sound("offline")
    show = Request(library, sound, timeline, record=mix, until_bar=until, seed=request.seed)
    OfflineShow(show, tell).run(progress)
    tell(f"rendered {mix}; to play it: loopmind perform --library {library}")
