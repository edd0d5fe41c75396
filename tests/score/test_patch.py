"""A patch as data: what is written is read again, and what makes no sense is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import ScoreError
from loopmind_live.score.patch import (
    MAX_BYTES,
    MAX_OBJECTS,
    Knob,
    Made,
    Object,
    Parameter,
    Patch,
    Side,
    check_connections,
    from_json,
    to_json,
)

ECHO = Patch(
    "echo", "Repeat.", {"time": Parameter(0.5, 0.1, 2.0, "beats", 0.2)},
    (
        Object("Sig", (("value", Knob("time")), ("mul", Knob("beat_s"))), 4),
        Object("Delay", (("input", Side(0)), ("delay", Made(0)), ("maxdelay", 4.0)), 5),
    ),
    (Side(0), Made(1)),
)  # fmt: skip


def test_a_patch_is_read_as_it_was_written() -> None:
    assert from_json(to_json(ECHO)) == ECHO


@pytest.mark.parametrize(
    ("default", "low", "high", "smoothing_s"),
    [(2.0, 0.0, 1.0, 0.1), (0.0, 1.0, 0.0, 0.1), (float("nan"), 0.0, 1.0, 0.1),
     (0.5, 0.0, float("inf"), 0.1), (0.5, 0.0, 1.0, -1.0), (0.5, 0.0, 1.0, 1e9)],
)  # fmt: skip
def test_a_parameter_has_a_range_with_its_default_in_it(
    default: float, low: float, high: float, smoothing_s: float
) -> None:
    with pytest.raises(ScoreError):
        Parameter(default, low, high, "", smoothing_s)


@pytest.mark.parametrize(
    ("objects", "sides", "told"),
    [
        ((Object("Sig", (("value", Made(0)),)),), (Side(0), Side(1)), "comes after it"),
        ((), (Made(0), Side(1)), "comes after it"),
        ((), (Side(2), Side(0)), "there are 2"),
        ((), (Knob("cutoff"), Side(0)), "no parameter 'cutoff'"),
        ((Object("Sig", (("value", float("inf")),)),), (Side(0), Side(1)), "finite"),
        ((Object("Noise"),) * (MAX_OBJECTS + 1), (Side(0), Side(1)), f"{MAX_OBJECTS} at most"),
    ],
)
def test_signals_come_from_what_is_computed_before(objects, sides, told) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ScoreError, match=told):
        check_connections(Patch("wrong", "", {}, objects, sides))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{}", '{"name": 1}', "[" * 10_000, "x" * (MAX_BYTES + 1),
     to_json(ECHO).replace('"side":0', '"side":"left"'),
     to_json(ECHO).replace('"side":0', '"wire":0'),
     to_json(ECHO).replace("[0.5,0.1", "[NaN,0.1")],
)  # fmt: skip
def test_what_is_no_patch_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(ScoreError) as refused:
        from_json(text)
    assert "\n" not in str(refused.value)


@given(st.data())
def test_a_patch_with_a_part_of_it_changed_is_read_or_refused(data: st.DataObject) -> None:
    text = bytearray(to_json(ECHO).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.integers(0, 255))
    try:
        read = from_json(bytes(text))
    except ScoreError:
        return
    assert json.loads(to_json(read))["objects"] is not None
