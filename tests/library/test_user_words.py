"""What the user says of loops: kept by content, through everything that happens to files."""

from dataclasses import replace
from pathlib import Path

import pytest

from loopmind_live.errors import LibraryError
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.user_words import read_tag
from loopmind_live.score.loop import Loop

LOOP = Loop(Path("/loops/a.wav"), "one", duration_s=5.52, bpm=87.0, beats=8, role="drums")
STAMP = Stamp(1, 2, 1, "one")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    with Library(tmp_path / "library.sqlite") as library:
        library.put([(LOOP, STAMP)])
        yield library


def say_all(library: Library, content: str = "one") -> None:
    library.user.correct([content], {"bpm": "174", "role": "bass", "key": None})
    library.user.tag([content], ["warm", "set 1"])
    library.user.set_favorite([content], True)


def assert_all_said(library: Library, path: Path = LOOP.path) -> None:
    (entry,) = [entry for entry in library.entries() if entry.loop.path == path]
    assert entry.corrections == {"bpm": "174", "role": "bass", "key": None}
    assert (entry.tags, entry.favorite) == (("set 1", "warm"), True)
    assert (entry.loop.bpm, entry.loop.role, entry.loop.beats) == (174.0, "bass", 16)
    assert library.loop(path) == entry.loop
    assert entry.loop in library.loops()


def test_words_count_and_the_estimate_stays_beside_them(library: Library) -> None:
    say_all(library)
    assert_all_said(library)
    assert library.entries()[0].estimate == LOOP


def test_a_new_estimate_does_not_touch_them(library: Library) -> None:
    say_all(library)
    heard = replace(LOOP, bpm=120.0, role="perc", beats=11)
    library.put([(heard, STAMP)])
    assert_all_said(library)
    assert library.entries()[0].estimate == heard


def test_they_go_with_a_file_that_moves(library: Library) -> None:
    say_all(library)
    library.move(LOOP.path, Path("/other/b.wav"), replace(STAMP, mtime_ns=5))
    assert_all_said(library, Path("/other/b.wav"))
    assert library.stamps(Path("/")) == {Path("/other/b.wav"): replace(STAMP, mtime_ns=5)}


def test_they_wait_for_a_file_that_is_gone(library: Library) -> None:
    say_all(library)
    library.remove([LOOP.path])
    assert library.entries() == []
    library.put([(replace(LOOP, path=Path("/back/c.wav")), STAMP)])
    assert_all_said(library, Path("/back/c.wav"))


def test_each_copy_of_a_file_has_them(library: Library) -> None:
    say_all(library)
    copy = replace(LOOP, path=Path("/loops/copy.wav"))
    library.put([(copy, STAMP)])
    assert_all_said(library, copy.path)


def test_a_file_that_is_written_anew_in_its_place_keeps_them(library: Library) -> None:
    say_all(library)
    library.put([(replace(LOOP, content_hash="two"), replace(STAMP, content_hash="two"))])
    assert_all_said(library)


def test_files_that_change_places_keep_their_own(library: Library) -> None:
    other = replace(LOOP, path=Path("/loops/b.wav"), content_hash="two")
    library.put([(other, STAMP)])
    say_all(library)
    library.put([(replace(LOOP, content_hash="two"), STAMP)])
    library.put([(replace(other, content_hash="one"), STAMP)])
    assert_all_said(library, other.path)
    (entry,) = [entry for entry in library.entries() if entry.loop.path == LOOP.path]
    assert (entry.corrections, entry.tags, entry.favorite) == ({}, (), False)


def test_a_file_that_cannot_be_read_for_once_costs_no_words(library: Library) -> None:
    say_all(library)
    library.put([(Loop(LOOP.path, "", error="a.wav: cannot be read"), STAMP)])
    assert library.entries()[0].corrections == {}
    library.put([(LOOP, STAMP)])
    assert_all_said(library)


def test_what_is_cleared_is_heard_again_and_tags_stay(library: Library) -> None:
    say_all(library)
    library.user.clear(["one"])
    (entry,) = library.entries()
    assert entry.loop == LOOP
    assert (entry.tags, entry.favorite) == (("set 1", "warm"), True)


def test_one_field_may_be_cleared_alone(library: Library) -> None:
    say_all(library)
    library.user.clear(["one"], ["bpm"])
    assert library.entries()[0].corrections == {"role": "bass", "key": None}


def test_words_said_twice_count_once_and_the_last_correction_counts(library: Library) -> None:
    for bpm in ("120", "174"):
        library.user.correct(["one"], {"bpm": bpm})
    for _ in range(2):
        library.user.tag(["one"], ["warm", "warm"])
        library.user.set_favorite(["one"], True)
    (entry,) = library.entries()
    assert (entry.loop.bpm, entry.tags, entry.favorite) == (174.0, ("warm",), True)
    library.user.untag(["one"], ["warm", "never said"])
    library.user.set_favorite(["one"], False)
    (entry,) = library.entries()
    assert (entry.tags, entry.favorite) == ((), False)


@pytest.mark.parametrize("text", ["", "   ", "x" * 41, "a\x00b", "a\x1bb"])
def test_a_tag_that_cannot_be_shown_is_refused(text: str) -> None:
    with pytest.raises(LibraryError) as caught:
        read_tag(text)
    assert "\n" not in str(caught.value)
