import json
from pathlib import Path
from typing import Any

import pytest

from loopmind_live.errors import ConfigError
from loopmind_live.training.structure_corpus import (
    Song,
    held_out,
    lessons,
    measurable,
    merged,
    read_corpus,
    read_rows,
    to_row,
)


def row(name: str = "a", split: str | None = "train", **more: Any) -> dict[str, Any]:
    sections = [{"label": "verse", "bars": 8}, {"label": "chorus", "bars": 40}]
    return {"id": name, "genre": "pop", "bpm": 120.0, "sections": sections, "split": split, **more}


def rows(path: Path, *told: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in told), encoding="utf-8")
    return path


def song(split: str | None, bars: int | None = 8, genre: str = "pop", count: int = 3) -> Song:
    return Song(f"{split}{bars}", "x", "", genre, None, (("verse", bars),) * count, split)


def test_a_song_comes_back_from_its_row(tmp_path: Path) -> None:
    (first,) = read_rows(rows(tmp_path / "a.jsonl", row()))
    (again,) = read_rows(rows(tmp_path / "b.jsonl", to_row(first)))
    assert again == first
    assert first.bars == 8 + 32  # as long as can be told


def test_an_unknown_genre_is_another_one(tmp_path: Path) -> None:
    (found,) = read_rows(rows(tmp_path / "a.jsonl", row(genre="polka")))
    assert found.genre == "other"


def test_phrases_are_read_anew(tmp_path: Path) -> None:
    (found,) = read_rows(rows(tmp_path / "a.jsonl", row(source="pop909", raw="A8B4C8")))
    assert [label for label, _ in found.sections] == ["verse", "prechorus", "chorus"]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"id": "a"}', '{"id": "a", "sections": [{"label": "gavotte", "bars": 4}]}',
     '{"id": "a", "sections": [{"label": "verse"}]}', '{"id": "a", "sections": 5}'],
)  # fmt: skip
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row()) + "\n" + line + "\n")
    with pytest.raises(ConfigError, match=r"a\.jsonl:2: not a row of sections"):
        read_rows(path)


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_rows(tmp_path / "a.jsonl")
    with pytest.raises(ConfigError, match="name the corpus's folder"):
        read_corpus(tmp_path)


def test_a_corpus_has_each_song_once(tmp_path: Path) -> None:
    rows(tmp_path / "a_structures.jsonl", row("one"), row("two"))
    rows(tmp_path / "structures.jsonl", row("two", split="valid"), row("three"))
    found = read_corpus(tmp_path)
    assert [each.name for each in found] == ["one", "two", "three"]
    assert found[1].split == "train"
    assert merged([*found, *found]) == found


def test_songs_without_bars_teach_but_do_not_count() -> None:
    songs = [song("train"), song("train", None), song("train", None, "classical"), song("valid")]
    assert lessons(songs) == songs[:2]
    assert measurable(songs) == [songs[0], songs[3]]


def test_songs_with_very_many_sections_are_left_out() -> None:
    assert lessons([song("train", count=41)]) == []
    assert measurable([song("valid", count=41)]) == []


def test_the_test_split_counts_before_the_valid_one_and_all_where_there_is_none() -> None:
    train, valid, test, plain = map(song, ("train", "valid", "test", None))
    assert held_out([train, valid, test]) == [test]
    assert held_out([train, valid]) == [valid]
    assert held_out([plain]) == [plain]
