from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.midi_pace import BURST_BYTES, BYTES_PER_MS, MOST_WAITING, Pace

sizes = st.lists(st.integers(1, 1024), min_size=1, max_size=60)


def drain(pace: Pace, now_ns: int) -> list[tuple[int, bytes]]:
    sent = [(now_ns, data) for data in pace.take(now_ns)]
    while (wait_ns := pace.wait_ns(now_ns)) is not None:
        now_ns += wait_ns
        due = pace.take(now_ns)
        assert due, "whoever waits as long as told has something to send"
        sent += [(now_ns, data) for data in due]
    return sent


@given(sizes, st.integers(0, 1 << 50))
def test_all_goes_out_in_order_no_faster_than_its_pace(lengths, start_ns):
    pace = Pace()
    messages = [bytes([number % 256]) * length for number, length in enumerate(lengths)]
    for message in messages:
        pace.put(message)
    sent = drain(pace, start_ns)
    assert [data for _, data in sent] == messages
    total = 0
    for at_ns, data in sent:
        room = BURST_BYTES + (at_ns - start_ns) * 1e-6 * BYTES_PER_MS
        assert total + min(len(data), BURST_BYTES) <= room + 1.0
        total += len(data)


def test_a_burst_beyond_what_may_wait_drops_the_oldest_and_says_how_many():
    pace = Pace()
    for number in range(MOST_WAITING + 10):
        pace.put(number.to_bytes(2))
    assert pace.dropped == 10
    assert drain(pace, 0)[0][1] == (10).to_bytes(2)


def test_a_quiet_port_sends_at_once():
    pace = Pace()
    assert pace.wait_ns(0) is None
    pace.put(b"\x90\x01\x01")
    assert pace.wait_ns(5) == 0
    assert pace.take(5) == [b"\x90\x01\x01"]
