"""What is wrong with an argument is said with its value, and what to write instead."""

import argparse

import pytest

from loopmind_live.app.argument_types import at_least_one, block_size, latency_ms, outputs, senders


@pytest.mark.parametrize(
    ("reader", "text", "words"),
    [
        (at_least_one, "x", "'x': give a whole number"),
        (at_least_one, "0", "0: choose 1 or more"),
        (block_size, "8", "8: choose 16 to 4096"),
        (block_size, "2.5", "'2.5': give a whole number"),
        (latency_ms, "soon", "'soon': give milliseconds"),
        (latency_ms, "nan", "nan: choose -500 to 500 ms"),
        (latency_ms, "501", "501: choose -500 to 500 ms"),
        (outputs, "master=0", "master"),
        (senders, "tablet", "tablet: not an address or network"),
        (senders, "192.168.1.20,0.0.0.0/0", "0.0.0.0/0: 4,294,967,296 addresses"),
    ],
)
def test_an_argument_that_cannot_be_is_told(reader, text, words):
    with pytest.raises(argparse.ArgumentTypeError, match=words):
        reader(text)


def test_an_argument_that_can_be_is_read():
    assert (at_least_one("3"), block_size("256"), latency_ms("-7.5")) == (3, 256, -7.5)
