"""Lines from a pipe, by the hundred, are answered in order; the clock keeps its turn."""

import asyncio
import io
import os

from loopmind_live.repl.messages import Messages
from loopmind_live.repl.plain import run_plain


def type_all(text: bytes, close_after: int | None = None) -> tuple[list[str], list[int]]:
    """Return the lines that were handled, and how many had been at each turn of a clock."""
    handled: list[str] = []
    turns: list[int] = []

    async def run() -> None:
        closing, messages = asyncio.Event(), Messages()
        messages.attach()

        async def handle(line: str) -> str | None:
            handled.append(line)
            if close_after is not None and len(handled) == close_after:
                closing.set()
            return None

        async def tick() -> None:
            while True:
                turns.append(len(handled))
                await asyncio.sleep(0)

        source, target = os.pipe()
        os.write(target, text)
        os.close(target)
        clock = asyncio.create_task(tick())
        await run_plain(source, io.StringIO(), handle, messages, closing)
        clock.cancel()
        os.close(source)

    asyncio.run(run())
    return handled, turns


def test_a_flood_of_lines_is_handled_in_order_and_leaves_the_clock_its_turn():
    lines = [f"level bass -{number}" for number in range(500)]
    handled, turns = type_all("\n".join(lines).encode())
    assert handled == lines
    assert len(set(turns)) > 400


def test_lines_after_the_end_are_not_handled():
    handled, _ = type_all(b"one\n\ntwo\nthree\nfour\n", close_after=2)
    assert handled == ["one", "two"]


def test_the_lines_of_a_cell_of_code_are_handled_as_one():
    typed = b"play\n>>> @loop\ndef hats():\n    pass\n\nstop\n```\nx = 1\n\ny = 2\n```\n>>> z = ("
    handled, _ = type_all(typed)
    assert handled == [
        "play", ">>> @loop\ndef hats():\n    pass\n", "stop", "```\nx = 1\n\ny = 2\n```",
        ">>> z = (",
    ]  # fmt: skip
