"""What is undone, done again, locked, and brought back from before."""

from loopmind_live.session.commands import Command
from tests.session.stage import started


def test_undo_of_something_pending_cancels_it() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("swap", {"roles": ("drums",)}, text="swap drums"))
    assert rig.session.submit(Command("undo")).lines == ("canceled: swap drums",)
    rig.play_to(15 * rig.BAR)
    assert rig.sounding(14 * rig.BAR)["drums"] == "drums_2"
    assert rig.session.state.pending == ()


def test_undo_and_redo_land_as_their_command_did() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("swap", {"roles": ("drums",)}, text="swap drums"))
    rig.play_to(15 * rig.BAR - 5000)
    assert rig.session.submit(Command("undo")).lines == ("undo: swap drums at bar 16 (#3)",)
    rig.play_to(16 * rig.BAR)
    assert rig.sounding(15 * rig.BAR - 1)["drums"] == "drums_101"
    assert rig.sounding(15 * rig.BAR)["drums"] == "drums_2"
    rig.session.submit(Command("redo"))
    rig.play_to(18 * rig.BAR)
    assert rig.sounding(17 * rig.BAR)["drums"] == "drums_101"
    rig.session.submit(Command("undo"))
    rig.play_to(20 * rig.BAR)
    assert rig.session.submit(Command("undo")).lines == ("nothing to undo",)


def test_canceling_an_undo_leaves_the_change_on_the_stack() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("mute", {"roles": ("bass",)}, text="mute bass"))
    rig.play_to(15 * rig.BAR)
    rig.session.submit(Command("undo"))
    rig.session.submit(Command("cancel"))
    rig.play_to(17 * rig.BAR)
    assert "bass" not in rig.sounding(16 * rig.BAR)
    assert rig.session.submit(Command("undo")).lines[0].startswith("undo: mute bass")


def test_transport_is_not_undoable() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("goto", {"section": "hook"}))
    rig.play_to(3 * rig.BAR)
    assert rig.session.submit(Command("undo")).lines == ("nothing to undo",)


def test_lock_keeps_a_part_through_regenerations() -> None:
    rig = started()
    rig.session.submit(Command("lock", {"roles": ("bass",)}))
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("regenerate", {"section": "current"}))
    rig.play_to(15 * rig.BAR)
    assert rig.sounding(14 * rig.BAR) == {
        "drums": "drums_101", "bass": "bass_2", "melody": "melody_101",
    }  # fmt: skip


def test_previous_brings_the_last_parts_back() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("regenerate", {"section": "hook"}))
    rig.play_to(15 * rig.BAR)
    rig.session.submit(Command("previous", {"section": "hook"}))
    rig.play_to(17 * rig.BAR)
    assert rig.sounding(15 * rig.BAR)["drums"] == "drums_101"
    assert rig.sounding(16 * rig.BAR)["drums"] == "drums_2"


def test_level_is_set_at_once_and_undone_at_once() -> None:
    rig = started()
    rig.session.submit(Command("level", {"roles": ("bass",), "db": -6.0}))
    rig.session.submit(Command("undo"))
    assert [(name, round(value, 3)) for _, name, value in rig.engine.parameters] == [
        ("track/5/gain", 0.501),
        ("track/5/gain", 1.0),
    ]
