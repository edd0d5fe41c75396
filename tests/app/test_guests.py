"""Guests over a real socket: what they may send, what they get, and what they cannot do."""

import asyncio
import json
import math
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loopmind_live.app import guests as guests_module
from loopmind_live.app.attach import Attached, where
from loopmind_live.app.guest_lines import (
    MAX_TOLD_BYTES,
    MAX_TYPED,
    line,
    read_line,
)
from loopmind_live.app.guest_views import drawn_from, read_names, read_panel, read_view
from loopmind_live.app.guests import MOST, Guests, quits
from loopmind_live.control.touchosc.example import example_panel
from loopmind_live.errors import SessionError
from loopmind_live.repl.names import Names
from loopmind_live.repl.view import View
from loopmind_live.session.panel import blank_panel

PATIENCE_S = 20.0


class House:
    """A performance of a few lines, with its guests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.typed: list[str] = []
        self.told: list[str] = []
        self.over = False
        self.raws: list[Raw] = []
        self.guests = Guests(
            path, self.carry_out, self.drawn, self.told.append, self.end,
        )  # fmt: skip

    def drawn(self) -> dict[str, Any]:
        view = View("3.1", 140.0, level_dbfs=float("-inf"))
        return drawn_from(view, Names(sections=("intro", "hook")), example_panel())

    def carry_out(self, text: str) -> str | None:
        self.typed.append(text)
        if text == "broken":
            raise ZeroDivisionError("a fault")
        return None if text == "silent" else f"heard {text}"

    def end(self) -> None:
        self.over = True

    async def knock(self) -> "Raw":
        limit = 2 * MAX_TOLD_BYTES
        self.raws.append(Raw(*await asyncio.open_unix_connection(self.path, limit=limit)))
        return self.raws[-1]

    async def come(self) -> "Raw":
        raw = await self.knock()
        assert "hello" in await raw.next("hello")
        return raw


class Raw:
    """A guest that speaks the protocol by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def next(self, kind: str) -> dict[str, Any]:
        """Return the next line of this kind, or {} at the end."""
        while data := await asyncio.wait_for(self.reader.readline(), PATIENCE_S):
            facts: dict[str, Any] = json.loads(data)
            if kind in facts:
                return facts
        return {}

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def type(self, text: str) -> None:
        self.send(line(type=text))


def in_house(tmp_path: Path, act: Callable[[House], Awaitable[None]]) -> House:
    house = House(tmp_path / "s")

    async def run() -> None:
        await house.guests.open()
        try:
            await act(house)
        finally:
            await house.guests.close("the performance ended")
            for raw in house.raws:
                raw.writer.close()
            await asyncio.gather(
                *(raw.writer.wait_closed() for raw in house.raws), return_exceptions=True
            )

    asyncio.run(run())
    return house


def test_a_line_is_answered_to_its_guest_and_told_to_all_others(tmp_path: Path) -> None:
    async def act(house: House) -> None:
        one, other = await house.come(), await house.come()
        one.type("regenerate hook")
        assert (await one.next("answer"))["answer"] == "heard regenerate hook"
        assert (await other.next("say"))["say"] == "guest 1> regenerate hook"
        assert (await other.next("say"))["say"] == "heard regenerate hook"
        one.type("silent")
        assert (await one.next("answer"))["answer"] is None
        one.type("broken")
        assert "ZeroDivisionError" in (await one.next("answer"))["answer"]
        assert read_view((await other.next("view"))["view"]).position == "3.1"

    house = in_house(tmp_path, act)
    assert "guest 1> regenerate hook" in house.told
    assert not house.path.exists()


def test_quit_leaves_and_quit_all_ends(tmp_path: Path) -> None:
    async def act(house: House) -> None:
        one, other = await house.come(), await house.come()
        one.type("mute bass and quit")
        assert "of its own" in (await one.next("answer"))["answer"]
        one.type("quit")
        assert "plays on" in (await one.next("bye"))["bye"]
        assert not house.over
        other.type("quit all")
        assert (await other.next("bye"))["bye"] == "the performance ended"
        assert house.over

    assert in_house(tmp_path, act).typed == []


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"regenerate hook\n", "no JSON object"),
        (b'["quit"]\n', "no JSON object"),
        (b'{"type": 3}\n', "nothing else"),
        (b'{"type": "quit", "run": "rm"}\n', "nothing else"),
        (b"\xff\xfe\n", "no JSON object"),
        (line(type="x" * (MAX_TYPED + 1)), "characters"),
        (b"x" * 200_000, "more than"),
        (b"[" * 20_000 + b"\n", "no JSON object"),
    ],
)
def test_a_guest_that_sends_anything_else_is_shown_out(
    tmp_path: Path, sent: bytes, why: str
) -> None:
    async def act(house: House) -> None:
        raw = await house.come()
        raw.send(sent)
        assert why in (await raw.next("bye"))["bye"]
        assert await raw.next("bye") == {}
        again = await house.come()
        again.type("status")
        assert (await again.next("answer"))["answer"] == "heard status"

    assert in_house(tmp_path, act).typed == ["status"]


def test_there_is_room_for_so_many_and_no_more(tmp_path: Path) -> None:
    async def act(house: House) -> None:
        raws = [await house.come() for _ in range(MOST)]
        late = await house.knock()
        assert "leave one first" in (await late.next("bye"))["bye"]
        raws[0].writer.close()
        while len(house.guests._guests) == MOST:
            await asyncio.sleep(0.01)
        await house.come()

    in_house(tmp_path, act)


def test_a_guest_that_reads_nothing_is_let_go_and_holds_nobody_up(tmp_path: Path) -> None:
    async def act(house: House) -> None:
        deaf, other = await house.come(), await house.come()
        deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for number in range(200):
            house.guests.say(f"{number} " + "x" * 20_000)
            if number % 10 == 0:
                await asyncio.sleep(0.001)
                while (await other.next("say"))["say"].split()[0] != str(number):
                    pass
        while len(house.guests._guests) > 1:
            await asyncio.sleep(0.01)
        other.type("status")
        assert (await other.next("answer"))["answer"] == "heard status"

    in_house(tmp_path, act)


def test_another_users_guest_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests_module, "peer_uid", lambda _socket: os.getuid() + 1)

    async def act(house: House) -> None:
        raw = await house.knock()
        assert "another user's" in (await raw.next("bye"))["bye"]

    in_house(tmp_path, act)


def test_a_socket_left_by_a_killed_performer_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("left over")

    async def act(house: House) -> None:
        await house.come()
        assert house.path.stat().st_mode & 0o777 == 0o600

    in_house(tmp_path, act)


def test_a_text_too_long_for_a_line_is_cut(tmp_path: Path) -> None:
    del tmp_path
    data = line(answer="é" * MAX_TOLD_BYTES)
    assert len(data) <= MAX_TOLD_BYTES
    assert json.loads(data)["answer"].endswith("(cut)")


def test_a_view_comes_over_as_it_was() -> None:
    view = View("5.3", 128.0, "hook", 4.0, ("verse at 9",), -6.0, 0.25, 1, True, True, "hm")
    assert read_view(sent(drawn_from(view, Names(), example_panel()))["view"]) == view
    assert read_view(sent(drawn_from(View(), Names(), example_panel()))["view"]) == View()
    assert read_view({"later": 3, "position": "2.1"}) == View("2.1")


def test_a_panel_and_names_come_over_as_they_were_but_loops() -> None:
    names = Names(("hook 2",), ("gate",), (("bass", "depth", "1, 0 to 1"),), ("sub.wav, bass",))
    blank, moment = blank_panel(), example_panel()
    for panel in (blank, moment, replace(moment, key=None, bars_left=None, level_db=-math.inf)):
        facts = sent(drawn_from(View(), replace(names, loops=(("a.wav", ""),)), panel))
        assert read_panel(facts["panel"]) == panel
        assert read_names(facts["names"]) == names


@pytest.mark.parametrize("facts", [{}, {"pads": 3}, {"pads": [], "strips": [], "queued": []}])
def test_a_panel_that_is_none_is_refused_in_one_line(facts: dict[str, Any]) -> None:
    with pytest.raises(SessionError, match="no panel"):
        read_panel(facts)


def test_nothing_on_the_wire_is_beyond_json() -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    data = line(**drawn_from(View(), Names(), blank_panel()))
    assert json.loads(data, parse_constant=refuse)


def sent(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a guest reads of what is sent."""
    return read_line(line(**facts))


def test_who_attaches_to_no_socket_is_told_in_one_line(tmp_path: Path, home: Path) -> None:
    del home
    with pytest.raises(SessionError, match="does not listen") as refused:
        asyncio.run(Attached(tmp_path / "missing").run())
    assert "\n" not in str(refused.value)
    with pytest.raises(SessionError, match="nothing plays"):
        where(tmp_path)


def test_quits_is_told_from_lines_that_speak_of_all() -> None:
    words = ("quit", "bye", "quit all", "EXIT ALL", "mute all", "all", "", "quit now and play")
    assert [quits(text) for text in words[:4]] == ["guest", "guest", "all", "all"]
    assert [quits(text) for text in words[4:7]] == [None, None, None]
