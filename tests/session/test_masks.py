"""Parts that sound in a rhythm: where it lands, what brings it back, and what is seen of it."""

import pytest

from loopmind_live.engine.base import Row
from loopmind_live.errors import SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import Command
from loopmind_live.session.document import Document
from loopmind_live.session.kept_set import document_of, kept_of
from loopmind_live.session.panel import panel_of
from loopmind_live.session.set_file import read_set, write_set
from tests.session.stage import Rig

BASS = ROLES.index("bass")


@pytest.fixture
def rig() -> Rig:
    """Return a set in bar 5.5: its verse, bars 5 to 12, has begun."""
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.play_to(9 * Rig.BAR // 2)
    return rig


def typed(rig: Rig, text: str) -> str:
    (command,) = parse(text)
    reply = rig.session.submit(command)
    rig.session.advance()
    return " ".join(reply.lines)


def bass_at(rig: Rig, bar: float) -> Row:
    """Return the row that plays the bass at a bar, counted from 0."""
    frame = rig.session.state.tempo.line(bar)
    rows = [one for one in rig.engine.rows if one.track == BASS]
    return next(one for one in rows if one.start <= frame < one.stop)


def seen(rig: Rig) -> str:
    panel = panel_of(rig.session.state, rig.engine.status(), rig.engine.frame())
    return next(one.mask for one in panel.strips if one.role == "bass")


def test_a_mask_lands_on_its_bar_line_and_is_undone_and_redone_on_one(rig: Rig) -> None:
    assert typed(rig, "mask bass x(3,8)/2 in 2 bars").startswith("mask bass x(3,8)/2 at bar 7")
    assert bass_at(rig, 5.5).mask_steps == 0
    row = bass_at(rig, 6.0)
    assert row.start == rig.session.state.tempo.line(6)
    assert (row.mask_steps, row.mask_low, row.mask_span) == (8, 0b01001001, 2.0 * Rig.BAR)
    rig.play_to(13 * Rig.BAR // 2)
    assert seen(rig) == "x(3,8)/2"
    typed(rig, "undo")
    rig.play_to(15 * Rig.BAR // 2)
    assert (bass_at(rig, 7.5).mask_steps, seen(rig)) == (0, "")
    typed(rig, "redo")
    rig.play_to(17 * Rig.BAR // 2)
    assert (bass_at(rig, 8.5).mask_steps, seen(rig)) == (8, "x(3,8)/2")


def test_a_mask_counts_from_where_its_section_began_and_stays_in_the_next(rig: Rig) -> None:
    typed(rig, "mask bass x...")
    rows = [bass_at(rig, bar) for bar in (8.0, 14.0)]
    assert [row.mask_steps for row in rows] == [4, 4]
    assert [row.mask_origin / Rig.BAR for row in rows] == [4.0, 12.0]


def test_a_mask_is_taken_off_and_where_there_is_none_that_is_told(rig: Rig) -> None:
    assert "there is none" in typed(rig, "mask bass off")
    typed(rig, "mask bass x.x.")
    rig.play_to(11 * Rig.BAR // 2)
    assert seen(rig) == "x.x."
    typed(rig, "unmask bass")
    rig.play_to(13 * Rig.BAR // 2)
    assert seen(rig) == ""


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("mask hats x(3,8)", "x(3,8)"),
        ("mask the hats X..x..x. now", "x..x..x."),
        ("mask hats [x.]*2 x-x- then play", "[x.]*2 x-x-"),
        ('mask hats "x(5,8,2)/4"', "x(5,8,2)/4"),
        ("mask hats, perc x.x. in 4 bars", "x.x."),
        ("mask hats off", "off"),
    ],
)
def test_a_rhythm_is_typed_as_it_is_written(text: str, rhythm: str) -> None:
    command = parse(text)[0]
    assert (command.name, command.arguments["rhythm"]) == ("mask", rhythm)
    assert "hats" in command.arguments["roles"]  # type: ignore[operator]


@pytest.mark.parametrize("text", ["mask hats x(9,8)", "mask hats x..x/99", "mask hats x]"])
def test_a_rhythm_that_is_none_is_refused_with_what_is_wrong(text: str) -> None:
    with pytest.raises(SessionError, match="rhythm"):
        parse(text)


def test_masks_are_kept_in_a_set_and_wrong_ones_named() -> None:
    document = Document(masks=(("bass", "x..x/2"), ("hats", "x(3,8)")))
    kept = read_set(write_set(kept_of(document, ())))
    again = document_of(kept, None, (), (), lambda arrangement, _bpm, _key: arrangement)
    assert again.masks == document.masks
    with pytest.raises(SessionError, match=r"masks.hats: rhythm x\(9,8\): choose"):
        read_set('[masks]\nhats = "x(9,8)"')
