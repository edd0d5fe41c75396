"""The bench of OSC counts what is lost and how late the rest is, against programs that run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.bench.osc_flood import CODES, Flooded, code_of, matched, packet_head, value_of
from loopmind_live.bench.osc_flooding import (
    ADDRESSES,
    FLOODED,
    RATE,
    _alone,
    flood_rows,
    peer_rows,
    run_osc_bench,
)
from loopmind_live.control.osc_packet import decode


@given(st.sets(st.integers(0, 499)))
def test_what_is_lost_is_counted_and_the_rest_matched(lost: set[int]) -> None:
    sent = list(range(0, 500_000, 1000))
    kept = [number for number in range(500) if number not in lost]
    found = matched(sent, [(sent[number] + 7_000_000, number) for number in kept])
    assert found.lost == len(lost)
    assert set(found.late_ms) <= {7.0}


def test_numbers_that_begin_anew_are_matched_on() -> None:
    sent = list(range(CODES + 100))
    kept = [number for number in sent if number % 1000]
    found = matched(sent, [(number, number % CODES) for number in kept])
    assert found.lost == len(sent) - len(kept) and set(found.late_ms) == {0.0}


def test_each_move_tells_which_it_is_through_a_float_of_32_bits() -> None:
    import struct

    head = packet_head("/loopmind/track/bass/level")
    for number in (0, 1, 4711, CODES - 1, CODES + 5):
        (message,) = decode(head + struct.pack(">f", value_of(number)))
        assert message.address == "/loopmind/track/bass/level"
        assert isinstance(message.arguments[0], float)
        assert code_of(message.arguments[0]) == number % CODES


def test_a_flood_that_loses_or_is_late_misses_its_bar() -> None:
    good = Flooded(1000, 0, (0.5,) * 1000)
    bad = Flooded(1000, 3, (0.5,) * 900 + (2.5,) * 97)
    assert [row.met for row in flood_rows("alone", good, RATE, 1.0)][:2] == [True, True]
    assert [row.met for row in flood_rows("alone", bad, RATE, 1.0)][:2] == [False, False]
    none = Flooded(10, 10, ())
    assert [row.met for row in flood_rows("alone", none, RATE, 1.0)][:2] == [False, False]
    assert peer_rows(good, bad)[-1].value == 5.0
    assert peer_rows(good, none)[-1].value is None


@pytest.mark.live
def test_a_server_alone_and_its_peer_are_flooded(tmp_path) -> None:  # type: ignore[no-untyped-def]
    found, figures = _alone(tmp_path / "alone", FLOODED, 1000.0, 0.5)
    assert found.sent == 500 and found.lost == 0
    assert figures["slowest_pattern_ms"] > 0.0
    peer, _ = _alone(
        tmp_path / "peer", "loopmind_live.bench.osc_peer", 1000.0, 0.5, tmp_path / "alone"
    )
    assert peer.sent == 500


def test_without_jack_the_flood_of_a_set_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loopmind_live.bench.osc_flooding.missing", lambda: "not installed: jackd")
    environment = {"LOOPMIND_OSC_SECONDS": "1"}
    rows = run_osc_bench(lambda _what, _done: None, environment, rate=500.0)
    assert rows[0].value is None and "jackd" in rows[0].unit
    assert rows[1].figure == "lost alone"
    assert str(ADDRESSES) in rows[1].unit
