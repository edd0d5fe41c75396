"""What is kept of the code that runs: enough to run again, and nothing that is over."""

import pytest

from loopmind_live.repl.livecode.kept import kept_code

HATS = "@loop\ndef hats():\n    live.tracks.hats.level(-degree(2))\n"


@pytest.mark.parametrize(
    "helper",
    [
        "import functools\n@functools.lru_cache\ndef degree(n):\n    return n\n",
        "def keep(one): return one\n@keep\ndef degree(n):\n    return n\n",
        "try:\n    from nowhere import degree\nexcept ImportError:\n    def degree(n): return n\n",
        "table = {}\nfor n in range(3):\n    table[n] = n\ndegree = table.get\n",
    ],
)
def test_what_functions_need_is_kept_however_it_was_made(helper: str) -> None:
    kept = kept_code([helper, HATS, "@at(9)\ndef over(): ...\n"], ["hats"])
    assert kept == helper + HATS


@pytest.mark.parametrize(
    "made",
    [
        "if True:\n    @every(2)\n    def hats(): ...\n",
        "for bars in (2,):\n    @loop(every=bars)\n    def hats(): ...\n",
        "def hats(): ...\nevery(2, hats)\n",
        "def hats(): ...\nloop(every=2)(hats)\n",
        "def hats(): ...\nif True:\n    loop(hats)\n",
        "def make(bars):\n    @every(bars)\n    def hats(): ...\n    return hats\nhats = make(4)\n",
    ],
)
def test_a_function_that_runs_is_kept_wherever_it_was_made(made: str) -> None:
    assert kept_code([made], ["hats"]) == made


@pytest.mark.parametrize(
    "over",
    [
        "@loop\ndef old(): ...\n",
        "@at(9)\ndef old(): ...\n",
        "if True:\n    @loop(every=2)\n    def old(): ...\n",
        "every(2, old)\n",
        "for part in ('bass', 'pad'):\n    live.tracks[part].mute()\n",
        "for part in ('bass', 'pad'):\n    print(part)\n",
        "live.play()\n",
        "end('old')\n",
    ],
)
def test_what_is_over_is_not_kept(over: str) -> None:
    assert kept_code([over, HATS], ["hats"]) == HATS
    assert kept_code([over], []) == ""


def test_a_block_that_was_entered_again_counts_once() -> None:
    block = "if True:\n    @every(2)\n    def hats(): ...\n"
    assert kept_code([block, "x = 1", block], ["hats"]) == f"x = 1\n{block}"
