"""What is remembered of a performer: written as it happens, folded into a taste, erased."""

from datetime import datetime
from pathlib import Path

import pytest

from loopmind_live.app.memory import Memory, Tally
from loopmind_live.arranger.base import NO_TASTE
from loopmind_live.errors import SessionError
from loopmind_live.score.loop import Loop
from loopmind_live.session.effects import Opinion

NIGHT = datetime(2030, 1, 2, 23, 0)
BASS, PAD = (Loop(Path(f"/loops/{name}.wav"), name) for name in ("bass", "pad"))


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "new" / "taste.jsonl", lambda: NIGHT)


def test_nothing_is_known_of_a_new_performer(memory: Memory) -> None:
    assert memory.taste() == NO_TASTE and memory.forget("taste") == 0


def test_an_opinion_is_one_line_that_can_be_read(memory: Memory) -> None:
    memory.keep(Opinion("kept", (BASS,), (PAD,)))
    assert memory.path.read_text() == (
        '{"time": "2030-01-02T23:00:00", "verdict": "kept", "loops": {"bass": "bass.wav"}, '
        '"beside": {"pad": "pad.wav"}}\n'
    )


def test_what_was_kept_weighs_more_and_what_was_undone_less(memory: Memory) -> None:
    for _ in range(3):
        memory.keep(Opinion("kept", (BASS,), (PAD,)))
    memory.keep(Opinion("undone", (PAD,)))
    taste = memory.taste()
    assert 0.0 < taste.weights["bass"] < 1.0 and -1.0 < taste.weights["pad"] < 0.0
    assert set(taste.pairs) == {("bass", "pad")} and taste.pairs["bass", "pad"] > 0.0


def test_no_number_of_opinions_leaves_the_range() -> None:
    lines = [{"verdict": "locked", "loops": {"a": "a"}, "beside": {}}] * 500
    lines += [{"verdict": "swapped", "loops": {"b": "b"}, "beside": {}}] * 500
    taste = Tally(lines).taste()
    assert 0.99 < taste.weights["a"] <= 1.0 and -1.0 <= taste.weights["b"] < -0.99


def test_favorites_count_most_until_they_are_none_any_more(memory: Memory) -> None:
    memory.keep(Opinion("swapped", (BASS,)))
    memory.keep(Opinion("favorite", (BASS, PAD)))
    memory.keep(Opinion("no favorite", (PAD,)))
    assert memory.taste().weights == {"bass": 1.0}


def test_what_is_learned_counts_at_once_and_for_who_reads_it_later(memory: Memory) -> None:
    assert memory.taste() == NO_TASTE  # the file has been read by now
    for verdict in ("swapped", "locked", "undone", "brought back"):
        memory.keep(Opinion(verdict, (BASS,)))
        memory.keep(Opinion("kept", (PAD,), (BASS,)))
        assert memory.taste() == Memory(memory.path, lambda: NIGHT).taste() != NO_TASTE
    memory.forget("taste")
    assert memory.taste() == NO_TASTE


def test_the_librarys_favorites_count_too(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "taste.jsonl", lambda: NIGHT, lambda: {"pad"})
    assert memory.taste().weights == {"pad": 1.0}


def test_taste_and_favorites_are_forgotten_apart(memory: Memory) -> None:
    memory.keep(Opinion("kept", (BASS,)))
    memory.keep(Opinion("favorite", (PAD,)))
    assert memory.forget("taste") == 1
    assert memory.taste().weights == {"pad": 1.0}
    assert memory.forget("favorites") == 1
    assert memory.taste() == NO_TASTE and memory.path.read_text() == ""


def test_damaged_lines_are_passed_over(memory: Memory) -> None:
    memory.keep(Opinion("kept", (BASS,)))
    good = memory.path.read_text()
    memory.path.write_text(
        '{"verdict": "kept"}\n[1]\n\x00\n{"verdict": "hated", "loops": {"bass": ""}}\n'
        + "[" * 5000 + "\n" + good + good[:20]
    )  # fmt: skip
    assert len(memory.lines()) == 1 and set(memory.taste().weights) == {"bass"}


def test_a_file_that_cannot_be_written_stops_nothing_and_is_told_where_it_matters(
    tmp_path: Path,
) -> None:
    (tmp_path / "taste.jsonl").mkdir()
    memory = Memory(tmp_path / "taste.jsonl", lambda: NIGHT)
    memory.keep(Opinion("kept", (BASS,)))
    assert memory.taste() == NO_TASTE
    (tmp_path / "blocked").write_text("")
    Memory(tmp_path / "blocked" / "taste.jsonl", lambda: NIGHT).keep(Opinion("kept", (BASS,)))
    kept = Memory(tmp_path / "kept.jsonl", lambda: NIGHT)
    kept.keep(Opinion("kept", (BASS,)))
    (tmp_path / "kept.new").mkdir()
    with pytest.raises(SessionError, match="erase it by hand"):
        kept.forget("taste")
