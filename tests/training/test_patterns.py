"""Patterns, kits and synthesizers that are learned from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.training import noises, phrases, tones
from loopmind_live.training.drum_names import drum_class
from loopmind_live.training.gm import PLAYABLE, excerpt
from loopmind_live.training.sequencer import DRUMS, drum_loop, play_loop
from loopmind_live.training.varying import RATE_HZ, vary

SEEDS = st.integers(0, 2**32)
MAKERS = (
    noises.kick, noises.snare, noises.hat, noises.perc, noises.fx, tones.bass, tones.synth,
    tones.pad,
)  # fmt: skip


@given(SEEDS)
def test_notes_lie_in_their_phrase_and_range(seed: int) -> None:
    random = np.random.default_rng(seed)
    made = (
        phrases.line(random, 40, 60), phrases.chords(random, 40, 60, held=True),
        phrases.chords(random, 40, 60, held=False), phrases.arpeggio(random, 40, 60),
        phrases.one_note(random, 40, 60), phrases.one_chord(random, 40, 60),
    )  # fmt: skip
    for phrase in made:
        assert phrase.notes
        for note in phrase.notes:
            assert 40 <= note.pitch <= 60
            assert 1 <= note.velocity <= 127
            assert 0.0 <= note.start_s < note.end_s <= phrase.length_s + 1e-6


@given(SEEDS)
def test_a_beat_plays_every_part_that_is_asked_for(seed: int) -> None:
    beat = phrases.beat(np.random.default_rng(seed), DRUMS)
    assert set(beat.hits) == set(DRUMS)
    for hits in beat.hits.values():
        assert hits
        assert all(0.0 <= start_s < beat.length_s and 0.0 < loud <= 1.0 for start_s, loud in hits)


@given(SEEDS, st.sampled_from(PLAYABLE))
def test_sound_fonts_are_given_notes_they_have(seed: int, label: str) -> None:
    made = excerpt(np.random.default_rng(seed), label)
    for part in made.parts:
        assert 0 <= part.program <= 127
        assert part.notes
        assert all(0 <= note.pitch <= 127 and 1 <= note.velocity <= 127 for note in part.notes)
        assert part.drums == (label in ("kick", "snare", "hat", "drums")) or label == "perc"


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.sampled_from(MAKERS))
def test_synthesizers_make_sound_that_varies_and_stays_finite(
    seed: int, maker: Callable[[np.random.Generator], np.ndarray]
) -> None:
    random = np.random.default_rng(seed)
    sound = maker(random)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() > 1e-3
    varied = vary(sound.astype(np.float32), random)
    assert varied.dtype == np.float32
    assert np.isfinite(varied).all()
    assert np.abs(varied).max() == pytest.approx(1.0, abs=1e-3)


def test_the_same_seed_makes_the_same_sound() -> None:
    for maker in MAKERS:
        one, other = (maker(np.random.default_rng(7)) for _ in range(2))
        assert (one == other).all()


def test_loops_of_hits_hold_the_hits_that_are_asked_for() -> None:
    click = np.ones(8, np.float32)
    kit = {"kick": [click], "hat": [-click], "snare": []}
    random = np.random.default_rng(0)
    alone = play_loop(kit, ["kick"], random)
    assert alone.min() >= 0.0
    assert alone.max() == pytest.approx(1.0)
    both = drum_loop(kit, random)
    assert both.min() < 0.0 < both.max()
    assert 0.5 * RATE_HZ < len(both) < 12 * RATE_HZ


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("38-PearlSnare2Edge-1.wav", "snare"), ("42-SabianRockHatClosed-1.wav", "hat"),
        ("41-Ludwig16FloorTom-1.wav", "perc"), ("bass-drum__025_forte_mallet.mp3", "kick"),
        ("99931__menegass__tom1.flac", "perc"), ("hhopen_03.wav", "hat"),
        ("tr505-clap.wav", "snare"), ("kick-bass.wav", "kick"), ("bass_01.wav", None),
        ("snare-drum-roll.wav", None), ("emptySample.wav", None), ("kick_snare.wav", None),
    ],
)  # fmt: skip
def test_names_tell_drums_or_nothing(name: str, label: str | None) -> None:
    assert drum_class(Path(name)) == label
