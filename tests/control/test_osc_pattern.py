"""Address patterns: what they stand for, and that none is dear."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.fixed_addresses import CONTROLS
from loopmind_live.control.osc_addresses import BY_ADDRESS
from loopmind_live.control.osc_pattern import MAX_STEPS, MAX_WILD, Pattern, is_pattern
from loopmind_live.errors import ControlError


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("/a/b", "/a/b", True),
        ("/a/?", "/a/b", True),
        ("/a/?", "/a/", False),
        ("/a/*", "/a/", True),
        ("/a/*", "/a/b/c", False),
        ("/*/c", "/ab/c", True),
        ("/a*b*c", "/axxbyyc", True),
        ("/a*b*c", "/axxbyy", False),
        ("/[a-c]x", "/bx", True),
        ("/[!a-c]x", "/bx", False),
        ("/[!a-c]x", "/dx", True),
        ("/[c-a]", "/b", True),
        ("/[a-]", "/-", True),
        ("/{foo,ba}r", "/bar", True),
        ("/{foo,ba}r", "/foor", True),
        ("/{foo,ba}r", "/for", False),
        ("/{,x}y", "/y", True),
        ("/track/{a,ab}{c,bc}", "/track/abc", True),
    ],
)
def test_a_pattern_stands_for_addresses(pattern: str, address: str, expected: bool) -> None:
    assert Pattern(pattern).matches(address) is expected


@given(
    st.lists(st.sampled_from("ab?*/"), max_size=12).map("".join),
    st.text(st.sampled_from("ab/"), max_size=10),
)
def test_stars_and_question_marks_mean_what_a_regular_expression_means(
    pattern: str, address: str
) -> None:
    plain = pattern.replace("?", "[^/]").replace("*", "[^/]*")
    assert Pattern(pattern).matches(address) is (re.fullmatch(plain, address) is not None)


@pytest.mark.parametrize("pattern", ["/a[b", "/a{b,c", "/" + "*" * (MAX_WILD + 1)])
def test_what_is_no_pattern_or_too_wild_is_refused(pattern: str) -> None:
    with pytest.raises(ControlError, match=r"^OSC: a pattern"):
        Pattern(pattern)


def test_a_pattern_that_ruins_regular_expressions_is_answered_at_once() -> None:
    address = "/" + "a" * 200
    assert not Pattern("/" + "*a" * 30 + "*X").matches(address)
    assert not Pattern("/" + "{a,aa,aaa}" * 30 + "X").matches(address)


wild = st.lists(
    st.sampled_from(
        ["*", "?", "*?", "[a-z]", "[!a]", "{a,e,l,t}", "{level,mute,,}", "{,,,}", "l", "e", "track",
         "bass", "*a", "/", "/*", "/loopmind", "/loopmind/track", "/loopmind/*/*"]
    ),
    max_size=60,
).map(lambda some: "/" + "".join(some)[:255])  # fmt: skip


@given(wild)
def test_no_pattern_takes_more_steps_over_all_addresses_than_are_bounded(text: str) -> None:
    assert steps_of(text) <= MAX_STEPS / 2


@pytest.mark.parametrize(
    "text",
    [
        "/" + "*" * 10 + "X",
        "/loopmind/track/" + "*" * 10 + "X",
        "/loopmind/*/*/" + "*?" * 14,
        "/loopmind/track/*/" + "*a" * 28,
        "/loopmind/*/" + "*[!z]" * 14 + "/*",
        "/*/*/{" + ",".join(a + b for a in "abcdelmrst" for b in "aeiou") + "}*/*",
        "/loopmind/track/*/{" + ",".join(map(chr, range(0x100, 0x170))) + "}",
    ],
)
def test_the_worst_we_know_take_few_steps(text: str) -> None:
    assert steps_of(text) <= MAX_STEPS / 2


def steps_of(text: str) -> int:
    """Return the steps that a pattern takes to be matched with all that may be sent to."""
    try:
        pattern = Pattern(text)
    except ControlError:
        return 0
    pattern.matching([*BY_ADDRESS, *CONTROLS])
    return pattern.steps


def test_one_that_takes_more_is_refused() -> None:
    addresses = [f"/{number:x}{'abcdefgh' * 8}" for number in range(1000)]
    with pytest.raises(ControlError, match=r"^OSC: a pattern that is too wild"):
        Pattern("/" + "*[!z]" * 15).matching(addresses)


def test_a_range_reaches_no_farther_than_ascii() -> None:
    assert not Pattern("/[a-\U0010ffff]").matches("/\u00e9")


def test_an_address_without_wildcards_is_no_pattern() -> None:
    assert not is_pattern("/loopmind/undo")
    assert is_pattern("/loopmind/{undo,redo}")
