"""What is said of a performance where no screen is looked at."""

from dataclasses import replace

from loopmind_live.control.touchosc.example import example_panel
from loopmind_live.repl.announcements import Announcer, description
from loopmind_live.session.panel import Panel


def heard(*panels: Panel) -> list[str]:
    announcer = Announcer()
    return [text for panel in panels for text in announcer.take(panel)]


def muted(panel: Panel, role: str) -> Panel:
    strips = tuple(replace(one, muted=one.muted or one.role == role) for one in panel.strips)
    return replace(panel, strips=strips)


def test_nothing_is_said_while_nothing_changes_but_the_clock():
    panel = example_panel()
    moved = replace(panel, bar=panel.bar + 0.5, beat=1.0, load=0.9, level_db=-20.0, bars_left=1.0)
    assert heard(panel, panel, moved, moved) == []


def test_a_new_section_and_a_muted_part_are_said_once():
    panel = example_panel()
    later = muted(replace(panel, section="hook 2", queued=()), "drums")
    said = heard(panel, panel, later, later, later)
    assert "section hook 2, 8 bars" in said
    assert "muted: drums, pad" in said
    assert len([text for text in said if "drums" in text and "muted" in text]) == 1


def test_a_glide_is_said_when_it_has_arrived():
    panel = example_panel()
    glide = [replace(panel, bpm=140.0 + step) for step in range(1, 6)]
    assert heard(panel, panel, *glide, glide[-1], glide[-1]) == ["tempo 145 bpm"]


def test_a_fader_that_goes_up_and_back_is_not_said():
    panel = example_panel()
    up = replace(panel, strips=tuple(replace(one, level_db=3.0) for one in panel.strips))
    assert heard(panel, panel, up, panel, panel) == []


def test_stop_and_xruns_are_said():
    panel = example_panel()
    later = replace(panel, playing=False, xruns=1)
    assert heard(panel, panel, later, later) == ["stopped", "1 xrun"]


def test_the_description_tells_place_parts_and_what_is_next():
    lines = description(example_panel())
    assert lines[0] == "playing, bar 27, beat 3, 2 bars left"
    assert "section verse 2, 8 bars" in lines
    assert "next: goto hook 2 at 30" in lines
    assert "muted: pad" in lines
    assert not any("none" in line for line in lines)
