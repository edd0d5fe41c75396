import numpy as np
import pytest

from loopmind_live.arranger.mixing import bands, bands_of, center_hz, center_with_air_hz
from loopmind_live.dsp.profile import BANDS, CLASSES, FLOOR_DB, HIT_BANDS, Profile, pack
from loopmind_live.score.arrangement import Part
from tests.arranger.synthetic_loops import make_loop


def part(band: int, lufs: float = -20.0, **facts: object) -> Part:
    """Return a part that sounds in one band alone."""
    levels = np.full(BANDS, FLOOR_DB, np.float32)
    levels[band] = 0.0
    silent = np.zeros((2, CLASSES), np.float32), np.zeros((2, CLASSES), np.float32)
    profile = Profile(1, 0.5, *silent, np.zeros((4, HIT_BANDS), np.float32), levels)
    loop = make_loop("melody", band, lufs=lufs, profile=pack(profile), brightness_hz=1.0)
    return Part("melody", loop, **facts)  # type: ignore[arg-type]


def test_a_part_in_one_band_has_its_center_there() -> None:
    centers, _ = bands()
    for band in (4, 9, 14):
        assert center_hz([part(band)]) == pytest.approx(centers[band], rel=0.2)


def test_a_low_and_a_high_part_meet_between_and_the_louder_one_pulls() -> None:
    low, high = part(3), part(16)
    alone = center_hz([low]), center_hz([high])
    both = center_hz([low, high])
    assert alone[0] < both < alone[1]  # type: ignore[operator]
    assert center_hz([low, part(16, gain_db=9.0)]) > both  # type: ignore[operator]
    assert center_hz([part(3, gain_db=9.0), high]) < both  # type: ignore[operator]


def test_an_octave_up_is_an_octave_up() -> None:
    moved, still = center_hz([part(9, semitones=12)]), center_hz([part(9)])
    assert moved == pytest.approx(2.0 * still, rel=0.15)  # type: ignore[operator]


def test_the_same_loudness_has_the_same_power_to_the_ear() -> None:
    low, high = bands_of(part(2)), bands_of(part(15))
    assert low is not None and high is not None
    # The ear hears lows less: to be as loud they carry more power.
    assert low.max() * bands()[1][2] > high.max() * bands()[1][15]


def test_without_profiles_every_part_counts_by_its_own_center() -> None:
    plain = Part("bass", make_loop("bass", brightness_hz=500.0, lufs=-20.0))
    assert bands_of(plain) is None
    assert center_hz([plain, part(9)]) is not None
    assert center_hz([plain]) == pytest.approx(500.0)
    assert center_hz([]) is None


def test_what_lies_above_the_known_bands_goes_on_as_the_highest_of_them_fall() -> None:
    def falling(db_a_band: float) -> Part:
        levels = np.maximum(-db_a_band * np.arange(BANDS), FLOOR_DB).astype(np.float32)
        silent = np.zeros((2, CLASSES), np.float32), np.zeros((2, CLASSES), np.float32)
        profile = Profile(1, 0.5, *silent, np.zeros((4, HIT_BANDS), np.float32), levels)
        return Part("drums", make_loop("drums", lufs=-20.0, profile=pack(profile)))

    hiss, dull = [falling(0.0)], [falling(3.0)]
    gains = [center_with_air_hz(one) / center_hz(one) for one in (hiss, dull)]  # type: ignore[operator]
    assert gains[0] > 1.3
    assert 1.0 <= gains[1] < 1.2
    assert center_with_air_hz([]) is None
    plain = [Part("bass", make_loop("bass", brightness_hz=500.0, lufs=-20.0))]
    assert center_with_air_hz(plain) == center_hz(plain)
