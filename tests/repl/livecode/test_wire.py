"""What the performer and the process that runs its code tell each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.wire import (
    MAX_LINE_BYTES,
    Ask,
    Begun,
    Decoder,
    Enter,
    Fault,
    Go,
    Recall,
    Resting,
    Said,
    Wire,
    encode,
)

MESSAGES: list[Wire] = [
    Enter(3, "print(1)\n", None, 4, {"playing": True, "queued": ("a", "b")}),
    Recall(((1, "x = 1"), (2, "y = 'ü'")), ("hats",), 4.5, 3, {}),
    Go(8.0, 8.5, 4, {"level_db": 0.0}, True, "hook 2", "hook", 9.0),
    Begun("hats"),
    Ask("hats", "mute", {"roles": ("bass", "pad"), "bars": 2}, "", 8.25, 0.25),
    Ask("cell 1", "", {}, "mute bass in 2 bars"),
    Said("hats", "one\ttwo"),
    Fault("hats", "ZeroDivisionError: division by zero", 2, "it is ended", True),
    Resting(None),
    Resting(9.0, ("hats", "bass"), True),
]


@given(st.lists(st.sampled_from(MESSAGES), max_size=6), st.integers(1, 40))
def test_messages_come_as_they_were_sent_however_they_are_cut(
    messages: list[Wire], size: int
) -> None:
    data = b"".join(map(encode, messages))
    decoder, found = Decoder(), list[Wire]()
    for start in range(0, len(data), size):
        found += decoder.feed(data[start : start + size])
    assert found == messages


@pytest.mark.parametrize(
    "line",
    [
        b"{}", b"[]", b"7", b"no", b"{", b'{"begun": 3}', b'{"begun": {"name": 3}}',
        b'{"begun": {"name": "a", "more": 1}}', b'{"burn": {"name": "a"}}', b'{"begun": {}}',
        b'{"resting": {"next_bar": NaN}}', b'{"resting": {"next_bar": true}}',
        b'{"ask": {"name": "a", "command": "mute", "arguments": [], "bar": 1.0}}',
        b'{"ask": {"name": "a", "command": "mute", "arguments": {}, "bar": Infinity}}',
        b'{"resting": {"next_bar": 1.0, "routines": 3}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_in_one_line(line: bytes) -> None:
    with pytest.raises(SessionError, match="a broken message") as told:
        Decoder().feed(line + b"\n")
    assert len(str(told.value)) < 200


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_do_no_harm(data: bytes) -> None:
    try:
        Decoder().feed(data)
    except SessionError:
        return


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(SessionError, match="without end"):
        Decoder().feed(b"a" * (MAX_LINE_BYTES + 1))


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(SessionError, match="at most"):
        encode(Said("hats", "a" * MAX_LINE_BYTES))
