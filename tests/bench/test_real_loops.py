"""A set of real loops, rendered: sections on their lines, no silence, no clicks, no overs."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.bench.performing import run_program
from loopmind_live.bench.recordings import Frames, wav_frames
from loopmind_live.bench.rendering import (
    RenderedSection,
    boundaries,
    level,
    read_sections,
    seams,
    section_alone,
    silent_bars,
)
from loopmind_live.bench.rules import Meter

pytestmark = pytest.mark.slow
RATE = 48000
CEILING = 10 ** (-1 / 20)


@dataclass(frozen=True)
class Rendered:
    """A set made of the real loops, and the files rendered of it."""

    folder: Path
    library: Path
    meter: Meter
    sections: tuple[RenderedSection, ...]
    mix: Frames
    stems: dict[str, Frames]

    @property
    def bars(self) -> int:
        return sum(section.bars for section in self.sections)

    def render(self, timeline: Path, out: str, *options: str) -> Path:
        words = ["render", str(timeline), "-o", str(self.folder / out)]
        run_program([*words, "--library", str(self.library), *options], 300)
        return self.folder / out


@pytest.fixture(scope="module")
def rendered(real_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    folder = tmp_path_factory.mktemp("real")
    library, timeline = ["--library", str(real_library)], folder / "t.json"
    stems = folder / "stems"
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOPMIND_HOME", str(folder / "home"))
        words = ["arrange", "dark trap 140 bpm", "--seed", "7", "-o", str(timeline)]
        run_program([*words, *library], 60)
        run_program(["regenerate", str(timeline), "hook", "-o", str(timeline), *library], 60)
        words = ["render", str(timeline), "-o", str(folder / "dry.wav"), "--dry"]
        run_program([*words, "--stems", str(stems), *library], 300)
        yield Rendered(
            folder,
            real_library,
            *read_sections(timeline, RATE),
            stack.enter_context(wav_frames(folder / "dry.wav")),
            {p.stem: stack.enter_context(wav_frames(p)) for p in sorted(stems.glob("*.wav"))},
        )


def test_every_section_begins_on_its_bar_line_to_the_sample(rendered):
    with ExitStack() as stack:
        alone = [
            stack.enter_context(
                wav_frames(
                    rendered.render(
                        section_alone(rendered.folder / "t.json", place, Path(f"{place}.json")),
                        f"{place}.wav",
                        "--dry",
                    )
                )
            )
            for place in range(len(rendered.sections))
        ]
        found = boundaries(rendered.mix, alone, rendered.meter, rendered.sections)
    assert all(boundary.exact for boundary in found), found
    assert soundfile.info(rendered.folder / "dry.wav").frames == rendered.meter.line(rendered.bars)


def test_nothing_is_silent_where_clips_play(rendered):
    assert silent_bars(rendered.mix, rendered.meter, rendered.sections) == ()


def test_the_mix_is_the_sum_of_its_stems(rendered):
    for bar in range(rendered.bars):
        start, stop = rendered.meter.line(bar), rendered.meter.line(bar + 1)
        total = sum(stem(start, stop) for stem in rendered.stems.values())
        assert np.abs(rendered.mix(start, stop) - total).max() < 1e-6


def test_no_seam_clicks(rendered):
    found = [
        seam
        for role, stem in rendered.stems.items()
        for seam in seams(stem, role, rendered.meter, rendered.sections)
    ]
    assert len(found) > 10
    assert all(seam.smooth for seam in found), [seam for seam in found if not seam.smooth]


def test_the_wet_mix_is_finite_and_below_its_ceiling(rendered):
    wet = rendered.render(rendered.folder / "t.json", "wet.wav")
    with wav_frames(wet) as read:
        peak, finite = level(read, soundfile.info(wet).frames)
    assert finite
    assert 0.01 < peak <= CEILING
