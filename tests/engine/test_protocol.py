import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine import protocol
from loopmind_live.engine.base import EngineEvent, Row
from loopmind_live.engine.protocol import Decoder, Hello, Kind, Message
from loopmind_live.engine.rows import pack
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Made, Object, Patch

frames = st.integers(-(1 << 62), (1 << 62))
messages = st.builds(
    Message, st.sampled_from(Kind), st.integers(0, (1 << 32) - 1), st.binary(max_size=300)
)


@given(st.lists(messages, max_size=8), st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_messages_survive_however_the_stream_is_cut(sent: list[Message], sizes: list[int]) -> None:
    stream = b"".join(message.encode() for message in sent)
    decoder, received, at, turn = Decoder(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        received += decoder.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert received == sent


@given(st.binary(max_size=400))
def test_random_bytes_give_messages_or_an_engine_error(data: bytes) -> None:
    try:
        Decoder().feed(data)
    except EngineError as error:
        assert "\n" not in str(error)


@given(messages, st.integers(0, 15), st.integers(0, 255))
def test_a_damaged_header_never_raises_anything_else(
    message: Message, place: int, value: int
) -> None:
    data = bytearray(message.encode())
    data[place] = value
    try:
        received = Decoder().feed(bytes(data))
    except EngineError:
        return
    assert all(isinstance(each, Message) for each in received)


READERS = (
    protocol.read_hello,
    protocol.read_table,
    protocol.read_answer,
    protocol.read_parameter,
    protocol.read_event,
)


@pytest.mark.parametrize("read", READERS)
@given(body=st.binary(max_size=300))
def test_bodies_of_random_bytes_are_read_or_refused(read: object, body: bytes) -> None:
    try:
        read(Message(Kind.TABLE, 0, body))  # type: ignore[operator]
    except EngineError as error:
        assert "\n" not in str(error)


@given(frames, st.text(max_size=2000))
def test_an_event_comes_back_with_its_text_cut_at_most(frame: int, text: str) -> None:
    back = protocol.read_event(protocol.event(EngineEvent("muted", frame, text)))
    assert (back.kind, back.frame) == ("muted", frame)
    assert text.startswith(back.text)
    assert back.text == text or len(text.encode()) > 1000


@given(frames, st.none() | frames, st.integers(0, 100), st.integers(0, 40))
def test_a_table_comes_back_row_by_row(
    frame: int, latest: int | None, based_on: int, count: int
) -> None:
    rows = pack([Row(i % 16, i, i * 100, 104, 100.25, -0.5, i) for i in range(count)])
    sent = protocol.table(5, based_on, frame, rows, latest)
    assert sent.sequence == 5
    back = protocol.read_table(sent)
    assert back[:3] == (based_on, frame, frame if latest is None else latest)
    assert np.array_equal(back[3], rows)


def test_a_hello_and_a_parameter_come_back() -> None:
    facts = Hello(44100, 480, 255, 1 << 40, True, "portaudio")
    assert protocol.read_hello(protocol.hello(facts)) == facts
    sent = protocol.parameter(1 << 40, "track/3/gain", 0.1, 2.5)
    assert protocol.read_parameter(sent) == (1 << 40, "track/3/gain", 0.1, 2.5)
    assert protocol.parameter(0, "tempo", 120.0, 0.0, sequence=9).sequence == 9


def test_a_full_set_of_rows_fits_into_one_message() -> None:
    rows = pack([Row(0, i, 0, 104, 100.0, 0.0, i) for i in range(512)])
    assert Decoder().feed(protocol.table(1, 0, 0, rows).encode())


def test_too_much_is_refused_on_both_sides() -> None:
    big = Message(Kind.TABLE, 0, bytes(protocol.MAX_BYTES + 1))
    with pytest.raises(EngineError, match="at most"):
        big.encode()
    header = Message(Kind.TABLE, 0, b"").encode()[:12] + (1 << 31).to_bytes(4, "little")
    with pytest.raises(EngineError, match="at most"):
        Decoder().feed(header)


def test_another_version_is_told_apart() -> None:
    data = bytearray(Message(Kind.SHUTDOWN).encode())
    data[4] = 99
    with pytest.raises(EngineError, match="protocol 99"):
        Decoder().feed(bytes(data))


@pytest.mark.parametrize("instead_of", [None, 16])
def test_a_patch_crosses_with_what_is_forgotten_for_it(instead_of: int | None) -> None:
    quiet = Patch("quiet", "", {}, (Object("Sig", (("value", 0.0),)),), (Made(0), Made(0)))
    (message,) = Decoder().feed(protocol.patch(17, quiet, instead_of).encode())
    assert protocol.read_patch(message) == (17, quiet, instead_of)
