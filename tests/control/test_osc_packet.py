"""OSC packets: what others send is read as they meant it, and nothing harms."""

import math
import random
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from loopmind_live.control.osc_packet import (
    AT_ONCE,
    MAX_ARGUMENTS,
    MAX_DEPTH,
    MAX_MESSAGES,
    MAX_PACKET_BYTES,
    Message,
    decode,
    encode,
)
from loopmind_live.errors import ControlError


def bundle(*elements: bytes, time_tag: int = AT_ONCE) -> bytes:
    sized = b"".join(struct.pack(">i", len(one)) + one for one in elements)
    return b"#bundle\0" + struct.pack(">Q", time_tag) + sized


arguments = st.one_of(
    st.integers(1 - 2**31, 2**31 - 1),
    st.floats(width=32, allow_nan=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    st.booleans(),
)


def built(address: str, *values: object) -> bytes:
    """Return the packet that another library makes."""
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)  # type: ignore[arg-type]
    return builder.build().dgram


@given(st.lists(arguments, max_size=12))
def test_what_another_library_builds_is_read_as_it_was_meant(values: list[object]) -> None:
    (message,) = decode(built("/loopmind/any", *values))
    assert list(message.arguments) == values


@given(st.lists(arguments, max_size=12))
def test_another_library_would_build_the_same_packet(values: list[object]) -> None:
    assert encode("/loopmind/any", *values) == built("/loopmind/any", *values)  # type: ignore[arg-type]


sendable = st.recursive(
    st.one_of(arguments, st.integers(-(2**63), 2**63 - 1), st.none(), st.binary(max_size=9)),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)


@given(st.lists(sendable, max_size=8))
def test_all_that_can_be_told_is_read_back(values: list[object]) -> None:
    (message,) = decode(encode("/loopmind/any", *values))  # type: ignore[arg-type]
    assert list(message.arguments) == values


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1e300, math.inf), (-(10**400), -math.inf), (2**70, float(2**70)),
        ("a\0b", "a"), ("\ud800", "?"),
    ],
)  # fmt: skip
def test_what_osc_cannot_hold_is_told_as_near_as_may_be(value: float, told: object) -> None:
    assert decode(encode("/x", value))[0].arguments == (told,)


def test_every_type_is_read() -> None:
    builder = OscMessageBuilder("/all")
    builder.add_arg(2**40, "h")
    builder.add_arg(0.1, "d")
    builder.add_arg(b"\1\2\3", "b")
    builder.add_arg(0xFF00FF00, "r")
    builder.add_arg(None, "N")
    builder.add_arg([1, [2.0, "x"]])
    packet = builder.build().dgram
    assert decode(packet)[0].arguments == (2**40, 0.1, b"\1\2\3", 0xFF00FF00, None, (1, (2.0, "x")))
    rest = b"/all\0\0\0\0,IcmSt\0\0" + struct.pack(">i", 65) + b"\0\x90\x40\x7f" + b"sym\0"
    assert decode(rest + struct.pack(">Q", 5))[0].arguments == (
        True, "A", b"\0\x90\x40\x7f", "sym", 5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2c690000fffffff9", -7),
        ("2c6600003f000000", 0.5),
        ("2c730000686f6f6b00000000", "hook"),
        ("2c53000073796d00", "sym"),
        ("2c6200000000000301020300", b"\1\2\3"),
        ("2c6800000000010000000005", 2**40 + 5),
        ("2c6400003fb999999999999a", 0.1),
        ("2c740000e875470000000005", 3_900_000_000 * 2**32 + 5),
        ("2c63000000000041", "A"),
        ("2c720000ff00ff80", 0xFF00FF80),
        ("2c6d00000090407f", b"\0\x90\x40\x7f"),
        ("2c540000", True),
        ("2c460000", False),
        ("2c4e0000", None),
        ("2c490000", True),
    ],
)
def test_each_type_is_read_as_liblo_and_npm_s_osc_write_it(sent: str, meant: object) -> None:
    """Both write the very same bytes, taken from oscsend 0.31 and osc 2.4.5."""
    (message,) = decode(b"/a\0\0" + bytes.fromhex(sent))
    assert message.arguments == (meant,)
    assert type(message.arguments[0]) is type(meant)


def test_arrays_and_bundles_are_read_as_npm_s_osc_writes_them() -> None:
    array = bytes.fromhex("2f6100002c5b695b735d5d000000000178000000")
    assert decode(array)[0].arguments == ((1, ("x",)),)
    packet = bytes.fromhex(
        "2362756e646c6500e875470040000000000000282f6c6f6f706d696e642f747261636b2f6c6576656c"
        "0000002c7366006261737300000000c0400000000000142f6c6f6f706d696e642f756e646f00002c000000"
    )
    tag = 3_900_000_000 * 2**32 + 2**30
    assert decode(packet) == (
        Message("/loopmind/track/level", ("bass", -3.0), tag), Message("/loopmind/undo", (), tag),
    )  # fmt: skip


def test_an_unknown_type_is_told_with_those_there_are() -> None:
    with pytest.raises(ControlError, match=r"^OSC: no type 'q': there are i f s b h d t c r m T F"):
        decode(b"/x\0\0,q\0\0\0\0\0\0")


def test_a_message_without_types_has_no_arguments() -> None:
    assert decode(b"/play\0\0\0") == (Message("/play"),)


def test_a_bundles_time_holds_for_all_in_it_and_an_inner_one_is_never_earlier() -> None:
    inner = bundle(encode("/b"), time_tag=50)
    late = bundle(encode("/c"), time_tag=200)
    packet = bundle(encode("/a"), inner, late, encode("/d"), time_tag=100)
    assert [(one.address, one.time_tag) for one in decode(packet)] == [
        ("/a", 100), ("/b", 100), ("/c", 200), ("/d", 100),
    ]  # fmt: skip


def test_another_librarys_bundle_is_read() -> None:
    builder = OscBundleBuilder(1_700_000_000)
    builder.add_content(OscMessageBuilder("/x").build())
    (message,) = decode(builder.build().dgram)
    assert message.time_tag >> 32 == 1_700_000_000 + 2_208_988_800


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"/",
        b"/x\0",
        b"x\0\0\0",
        b"/x\0\0,i\0\0",
        b"/x\0\0,i\0\0\0\0\0",
        b"/x\0\0,q\0\0\0\0\0\0",
        b"/x\0\0i\0\0\0\0\0\0\0",
        b"/x\0\0,\0\0\0\0\0\0\0",
        b"/x\0\0,b\0\0\xff\xff\xff\xff",
        b"/x\0\0,b\0\0\x7f\xff\xff\xff",
        b"/x\0\0,s\0\0\xff\xfe\xfd\0",
        b"/x\0\0,[[[\0\0\0\0",
        b"/x\0\0,]\0\0",
        b"/x\0\0,c\0\0\x7f\xff\xff\xff",
        b"#bundle\0",
        b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0",
        bundle(b"/x\0"),
        b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\0",
        b"#bundle\0\0\0\0\0\0\0\0\1\xff\xff\xff\xfc/x\0\0",
        b"#bundle\0\0\0\0\0\0\0\0\1\x7f\xff\xff\xfc/x\0\0",
        encode("/" + "x" * 300),
        encode("/x", *range(MAX_ARGUMENTS)),
        b"/x\0\0" + b"a" * MAX_PACKET_BYTES,
        bundle(*[b"/x\0\0"] * (MAX_MESSAGES + 1)),
    ],
)
def test_what_is_not_osc_is_refused_in_one_line(packet: bytes) -> None:
    with pytest.raises(ControlError, match=r"^OSC: [^\n]+$"):
        decode(packet)


def test_bundles_lie_in_one_another_to_a_depth() -> None:
    packet = encode("/x")
    for _ in range(MAX_DEPTH):
        packet = bundle(packet)
    assert len(decode(packet)) == 1
    with pytest.raises(ControlError, match="in one another"):
        decode(bundle(packet))


def test_no_damaged_packet_does_more_than_be_refused() -> None:
    rng = random.Random(5)
    seeds = [
        encode("/loopmind/track/level", "bass", -3.5),
        bundle(encode("/a", "text", 1), bundle(encode("/b", True)), time_tag=7),
        b"/all\0\0\0\0,[ihf]TFNIbs\0\0\0\0\0" + bytes(40),
    ]
    begun = time.monotonic()
    refused = 0
    for _ in range(20_000):
        packet = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 6)):
            match rng.randrange(3):
                case 0:
                    packet[rng.randrange(len(packet))] = rng.randrange(256)
                case 1:
                    del packet[rng.randrange(len(packet)) :]
                    packet += b"\0"
                case _:
                    place = rng.randrange(len(packet))
                    packet[place:place] = rng.randbytes(rng.choice((1, 4)))
        try:
            decode(bytes(packet))
        except ControlError:
            refused += 1
        if time.monotonic() - begun > 60:
            break
    assert refused > 5000
