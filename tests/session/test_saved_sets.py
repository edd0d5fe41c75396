"""What a file holds of a set beside its loops: mutes of single sections, lasting moods."""

from dataclasses import replace
from pathlib import Path

from loopmind_live.repl.grammar import parse
from loopmind_live.score.timeline import read_timeline, write_timeline
from loopmind_live.session.commands import Command
from loopmind_live.session.document import Document
from loopmind_live.session.sections import as_saved, opened
from tests.session.stage import Rig, arrangement


def type_(rig: Rig, line: str) -> None:
    for command in parse(line):
        rig.session.submit(command)
    rig.session.advance()


def playing() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


def test_mutes_of_one_section_are_saved_and_silent_once_loaded(tmp_path: Path) -> None:
    rig = playing()
    type_(rig, "mute drums in verse 2")
    type_(rig, "mute bass in hook 1")
    rig.play_to(2 * rig.BAR)
    saved = as_saved(rig.session.state.document)
    assert saved is not None
    by_name = {saved.name(i): section.muted for i, section in enumerate(saved.sections)}
    assert {name for name, muted in by_name.items() if muted} == {"verse 2", "hook 1"}
    assert (by_name["verse 2"], by_name["hook 1"]) == (("drums",), ("bass",))
    write_timeline(saved, tmp_path / "set.json")
    again = Rig(loaded=False)
    again.session.load(read_timeline(tmp_path / "set.json", check_files=False))
    there = again.session.state.document
    assert as_saved(there) == saved
    names = [saved.name(place) for place in range(len(saved.sections))]
    assert not there.audible("drums", names.index("verse 2"))
    assert there.audible("drums", names.index("verse 1"))


def test_a_set_without_mutes_is_saved_as_it_is() -> None:
    rig = Rig()
    assert as_saved(rig.session.state.document) == arrangement()
    assert as_saved(Document()) is None


def test_an_arrangement_that_is_opened_brings_its_mutes_and_keeps_those_of_others() -> None:
    first = Document(arrangement(), ids=(5, 6, 7, 8, 9, 10)[: len(arrangement().sections)])
    first = replace(first, muted_in=frozenset({(5, "bass")}))
    new = arrangement()
    sections = (replace(new.sections[0], muted=("pad",)), *new.sections[1:])
    ids = tuple(range(100, 100 + len(sections)))
    there = opened(first, replace(new, sections=sections), ids)
    assert there.muted_in == {(5, "bass"), (100, "pad")}
    assert there.arrangement == new


def test_a_loaded_arrangement_is_muted_in_a_set_that_plays_and_undo_brings_the_old_one() -> None:
    rig = playing()
    before = rig.session.state.document
    new = arrangement()
    muted = tuple(replace(section, muted=("drums",)) for section in new.sections)
    (load,) = parse("load other.json")
    rig.session.submit_arrangement(load, replace(new, sections=muted))
    rig.play_to(40 * rig.BAR)
    document = rig.session.state.document
    assert not any(document.audible("drums", place) for place in range(len(muted)))
    type_(rig, "undo")
    rig.play_to(80 * rig.BAR)
    back = rig.session.state.document
    assert back.arrangement == before.arrangement
    assert all(back.audible("drums", place) for place in range(len(before.section_ids)))


def test_a_restyle_lasts_is_taken_back_by_undo_and_done_again_by_redo() -> None:
    rig = playing()
    type_(rig, "restyle darker")
    rig.play_to(2 * rig.BAR)
    there = rig.session.state.arrangement
    assert there is not None and (there.moods, there.moods_out) == (("dark",), ())
    type_(rig, "less dark")
    rig.play_to(4 * rig.BAR)
    then = rig.session.state.arrangement
    assert then is not None and (then.moods, then.moods_out) == ((), ("dark",))
    type_(rig, "undo")
    rig.play_to(6 * rig.BAR)
    assert rig.session.state.arrangement == there
    type_(rig, "undo")
    rig.play_to(8 * rig.BAR)
    assert rig.session.state.arrangement == arrangement()
    type_(rig, "redo")
    rig.play_to(10 * rig.BAR)
    assert rig.session.state.arrangement == there
