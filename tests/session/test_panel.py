"""What a surface shows of a performance."""

from loopmind_live.session.commands import Command, When
from loopmind_live.session.panel import Panel, panel_of
from tests.session.stage import Rig


def panel(rig: Rig) -> Panel:
    engine = rig.engine
    return panel_of(rig.session.state, engine.status(), engine.frame())


def started() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    rig.play_to(rig.BAR)
    return rig


def launches(rig: Rig) -> dict[str, str]:
    return {pad.name: pad.launch for pad in panel(rig).pads}


def test_pads_stand_for_sections_and_one_of_them_plays() -> None:
    rig = started()
    assert launches(rig) == {
        "intro": "playing", "verse 1": "stopped", "hook 1": "stopped", "verse 2": "stopped",
        "hook 2": "stopped", "outro": "stopped",
    }  # fmt: skip


def test_a_launch_is_queued_until_it_lands() -> None:
    rig = started()
    rig.session.submit(Command("goto", {"section": "hook", "number": 2}))
    assert (launches(rig)["intro"], launches(rig)["hook 2"]) == ("stop_queued", "play_queued")
    assert panel(rig).queued[0].startswith("goto")
    rig.play_to(2 * rig.BAR)
    assert (launches(rig)["intro"], launches(rig)["hook 2"]) == ("stopped", "playing")
    assert panel(rig).section == "hook 2"


def test_of_several_launches_on_one_line_the_last_is_queued_and_lands() -> None:
    rig = started()
    for number in (1, 2, 1):
        rig.session.submit(Command("goto", {"section": "hook", "number": number}))
        queued = [name for name, launch in launches(rig).items() if launch == "play_queued"]
        assert queued == [f"hook {number}"]
    rig.play_to(2 * rig.BAR)
    assert panel(rig).section == "hook 1"


def test_launches_on_lines_one_after_the_other_are_all_queued() -> None:
    rig = started()
    rig.session.submit(Command("goto", {"section": "hook", "number": 1}))
    rig.session.submit(Command("goto", {"section": "outro"}, When("bar", 2)))
    assert (launches(rig)["hook 1"], launches(rig)["outro"]) == ("play_queued", "play_queued")
    rig.play_to(2 * rig.BAR)
    assert (launches(rig)["hook 1"], launches(rig)["outro"]) == ("stop_queued", "play_queued")
    rig.play_to(3 * rig.BAR)
    assert (launches(rig)["hook 1"], launches(rig)["outro"]) == ("stopped", "playing")


def test_what_is_to_stop_says_so() -> None:
    rig = started()
    rig.session.submit(Command("stop"))
    assert launches(rig)["intro"] == "stop_queued"
    rig.play_to(2 * rig.BAR)
    assert launches(rig)["intro"] == "stopped"
    assert not panel(rig).playing


def test_strips_show_what_plays_and_where_the_controls_stand() -> None:
    rig = started()
    rig.session.submit(Command("mute", {"roles": ("pad",)}))
    rig.session.submit(Command("level", {"roles": ("bass",), "db": -6.0}))
    rig.session.submit(Command("filter", {"roles": ("drums",), "sweep": 30.0}))
    strips = {strip.role: strip for strip in panel(rig).strips}
    assert (strips["pad"].launch, strips["pad"].loop) == ("playing", "pad_0.wav")
    assert (strips["bass"].launch, strips["bass"].loop, strips["bass"].level_db) == (
        "stopped", "", -6.0,
    )  # fmt: skip
    assert (strips["drums"].filter, strips["vocal"].launch) == (30.0, "empty")
    rig.play_to(2 * rig.BAR)
    assert {strip.role for strip in panel(rig).strips if strip.muted} == {"pad"}


def test_a_mute_that_is_asked_for_now_shows_at_once_and_a_later_one_when_it_lands() -> None:
    rig = Rig(live=True)
    rig.session.submit(Command("play"))
    rig.play_to(rig.BAR)
    rig.session.submit(Command("mute", {"roles": ("pad",)}, When("now")))
    rig.session.submit(Command("mute", {"roles": ("bass",)}))
    assert len(rig.session.state.pending) == 2
    assert {strip.role for strip in panel(rig).strips if strip.muted} == {"pad"}
    rig.session.submit(Command("unmute", {"roles": ("pad",)}, When("now")))
    assert not [strip for strip in panel(rig).strips if strip.muted]
    rig.play_to(3 * rig.BAR)
    assert {strip.role for strip in panel(rig).strips if strip.muted} == {"bass"}


def test_before_anything_plays_there_is_still_a_panel() -> None:
    rig = Rig()
    shown = panel(rig)
    assert (shown.playing, shown.bar, shown.beat, shown.bars_left) == (False, 1.0, 1.0, None)


def test_what_is_muted_before_the_start_is_shown_at_once() -> None:
    rig = Rig()
    rig.session.submit(Command("mute", {"roles": ("pad",)}))
    rig.session.submit(Command("solo", {"roles": ("drums",)}))
    strips = {strip.role: strip for strip in panel(rig).strips}
    assert strips["pad"].muted and strips["drums"].soloed
    rig.session.submit(Command("unmute", {"roles": ("pad",)}))
    rig.session.submit(Command("solo", {"roles": ("bass",)}))
    strips = {strip.role: strip for strip in panel(rig).strips}
    assert not strips["pad"].muted
    assert [role for role, strip in strips.items() if strip.soloed] == ["bass"]


def test_while_it_plays_a_mute_is_shown_when_it_lands() -> None:
    rig = started()
    rig.session.submit(Command("mute", {"roles": ("pad",)}))
    assert not any(strip.muted for strip in panel(rig).strips)
    rig.play_to(2 * rig.BAR)
    assert [strip.role for strip in panel(rig).strips if strip.muted] == ["pad"]
