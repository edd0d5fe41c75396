"""Messages on their way to the performer."""

import asyncio
import logging
import threading

from loopmind_live.errors import SessionError
from loopmind_live.repl.messages import MAX_HELD, Messages, answer


def test_a_flood_keeps_the_newest_and_says_how_many_were_left_out():
    messages = Messages()
    for number in range(MAX_HELD + 50):
        messages.post(str(number))
    taken = [text for text, _ in messages.take()]
    assert taken[0] == "(50 messages left out)"
    assert taken[1:] == [str(number) for number in range(50, MAX_HELD + 50)]
    assert list(messages.take()) == []


def test_messages_of_other_threads_and_of_before_the_start_wake_the_loop():
    messages = Messages()
    messages.post("early")

    async def taken() -> list[str]:
        messages.attach()
        await messages.wait()
        first = [text for text, _ in messages.take()]
        thread = threading.Thread(target=messages.post, args=("from a thread",))
        thread.start()
        await messages.wait()
        thread.join()
        return first + [text for text, _ in messages.take()]

    assert asyncio.run(asyncio.wait_for(taken(), 60)) == ["early", "from a thread"]


def test_a_message_after_the_loop_has_ended_is_kept():
    messages = Messages()

    async def attach() -> None:
        messages.attach()

    asyncio.run(attach())
    messages.post("late")
    assert [text for text, _ in messages.take()] == ["late"]


def test_replies_refusals_and_faults_are_told_in_their_own_tones(caplog):
    async def handle(line: str) -> str | None:
        if line == "refuse":
            raise SessionError("not now")
        if line == "fail":
            raise KeyError("secret")
        return line or None

    messages = Messages()
    with caplog.at_level(logging.ERROR):
        for line in ("hello", "refuse", "fail", ""):
            asyncio.run(answer(handle, line, messages))
    hello, refusal, fault = messages.take()
    assert (hello, refusal) == (("hello", "plain"), ("not now", "error"))
    assert fault[1] == "error"
    assert "KeyError" in fault[0]
    assert "Traceback" in caplog.text
