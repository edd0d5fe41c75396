"""The bench of tempo follows a ramp, and sees what is off."""

import pytest

from loopmind_live.bench import tempo
from loopmind_live.timing.tempo_map import TempoMap

pytestmark = pytest.mark.usefixtures("home")


def silent(_what: str, _done: float) -> None:
    pass


def test_a_short_ramp_is_read_where_it_should_be():
    rows = tempo.run_tempo_bench(silent, minutes=0.1)
    assert rows[0].met and rows[0].value <= 0.05
    assert rows[2].value > 2000


def test_the_ideal_is_the_maps_own_ramp_by_other_means():
    ideal = tempo.Ideal(ends_bar=40.0)
    ideal.turn(0, 0.0)
    ramp = TempoMap.constant(tempo.FROM_BPM, tempo.RATE_HZ).with_ramp(0.0, 40.0, tempo.TO_BPM)
    for frame in (0, 48_000, 1_000_000):
        assert float(ideal.bar(frame)) == pytest.approx(ramp.bar(frame), abs=1e-11)


def test_a_clock_that_is_off_is_seen(monkeypatch):
    true = tempo.Ideal.bar
    monkeypatch.setattr(tempo.Ideal, "bar", lambda self, frame: true(self, frame + 1))
    assert not tempo.run_tempo_bench(silent, minutes=0.1)[0].met
