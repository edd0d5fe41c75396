"""Hooks of real loops made darker, mixed and measured; and one hook regenerated twenty times."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.arranger.directions import direction_of
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.dsp.spectrum import bin_frequencies, centroid_hz, magnitudes
from loopmind_live.errors import ArrangerError
from loopmind_live.library.sound import ANALYSIS_RATE_HZ
from loopmind_live.library.store import Library
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.clip import ClipRecipe, recipe_for
from loopmind_live.score.loop import UNPITCHED_ROLES
from loopmind_live.session.command import Command
from loopmind_live.units import db_to_gain, semitones_between
from tests.session.stage import Rig

pytestmark = pytest.mark.slow
RATE, BARS = 48000, 4
MEASURED_RATE, WINDOW = 24000, 1024
"""Twice what a library hears, and windows as long as 2048 frames of the mix."""
HOOKS = 30
PROMPTS = ("trap 140 bpm", "house 124", "techno 130", "lofi 85", "dnb 174", "hip hop 95", "funk")


@pytest.fixture(scope="module")
def arranger(real_library: Path) -> RuleArranger:
    with Library(real_library) as library:
        return RuleArranger(library.loops())


@cache
def body(recipe: ClipRecipe) -> np.ndarray:
    """Return one pass of a clip, mono: no more of it than is heard."""
    recipe = replace(recipe, beats=min(recipe.beats, 4 * BARS))
    return make_audio(recipe).body[: round(recipe.pass_frames)].mean(axis=1)


def center(arrangement: Arrangement, parts: Iterable[Part]) -> float:
    """Return the center of the spectrum of `parts` mixed, in Hz."""
    frames = round(BARS * 4 * 60 / arrangement.bpm * MEASURED_RATE)
    mix = np.zeros(frames, np.float32)
    for part in parts:
        recipe = recipe_for(
            part.loop, arrangement.bpm, part.semitones, MEASURED_RATE, 4, dry=False, tone=part.tone
        )
        mix += np.resize(body(recipe), frames) * np.float32(db_to_gain(part.gain_db))
    power = (magnitudes(mix, WINDOW, WINDOW) ** 2).mean(axis=0)
    frequencies = bin_frequencies(WINDOW, MEASURED_RATE)
    heard = frequencies < ANALYSIS_RATE_HZ / 2  # of what lies above, a library knows nothing
    return centroid_hz(power[heard], frequencies[heard])


def peak_of(arrangement: Arrangement) -> int:
    label = "hook" if any(s.label == "hook" for s in arrangement.sections) else "drop"
    return arrangement.find(label)[-1]


# Among few loops there is often none that is brighter in the mix, and it says so.
@pytest.mark.parametrize(("mood", "lower", "least"), [("dark", True, 0.9), ("bright", False, 0.6)])
def test_hooks_sound_as_they_are_asked_to(
    arranger: RuleArranger, mood: str, lower: bool, least: float
) -> None:
    moved = 0
    for number in range(HOOKS):
        arrangement = arranger.arrange(PROMPTS[number % len(PROMPTS)], number)
        place = peak_of(arrangement)
        before = arrangement.sections[place].parts
        try:
            after = arranger.regenerate(arrangement, place, number, direction=direction_of([mood]))
        except ArrangerError:
            continue  # it says that there is none: no hook that moved
        assert [part.role for part in after] == [part.role for part in before]
        moved += (center(arrangement, after) < center(arrangement, before)) == lower
    assert moved >= least * HOOKS


@pytest.mark.parametrize("prompt", PROMPTS)
def test_twenty_times_regenerated_no_set_comes_twice_and_all_is_in_key_and_in_time(
    arranger: RuleArranger, prompt: str
) -> None:
    arrangement = arranger.arrange(prompt, 1)
    place = peak_of(arrangement)
    rig = Rig(loaded=False)
    rig.session.arranger = arranger
    rig.session.load(arrangement)
    rig.session.submit(Command("play"))
    two_bars = round(2 * 4 * 60 / arrangement.bpm * RATE)
    heard = [played(arrangement, place)]
    for _ in range(20):
        rig.session.submit(Command("regenerate", {"section": arrangement.sections[place].label}))
        rig.play_to(rig.engine.frame() + two_bars)
        now = rig.session.state.arrangement
        assert now is not None
        for part in now.sections[place].parts:
            assert part.stretch == pytest.approx(arrangement.bpm / part.loop.bpm)
            if part.role not in UNPITCHED_ROLES and part.loop.key:
                assert part.semitones == semitones_between(part.loop.key, arrangement.key)
        heard.append(played(now, place))
    assert len(set(heard)) == 21
    changed = [len(new - old) / len(new) for old, new in pairwise(heard)]
    assert min(changed) >= 0.5


def played(arrangement: Arrangement, place: int) -> frozenset[str]:
    return frozenset(part.loop.content_hash for part in arrangement.sections[place].parts)
