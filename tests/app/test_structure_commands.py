import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from loopmind_live.cli import main

SECTIONS = [("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 8)]


def rows(path: Path, count: int = 3, **more: object) -> Path:
    sections = [{"label": label, "bars": bars} for label, bars in SECTIONS]
    told = [
        {"id": f"{i}", "genre": "pop", "bpm": 120.0, "sections": sections, **more}
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in told))
    return path


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_a_file_of_songs_is_measured_with_nothing_else_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("loopmind_live.training.structure.SAMPLES", 10)
    assert run("evaluate", "structure", rows(tmp_path / "a.jsonl"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["songs"] == 3
    names = ("perplexity", "trigram_perplexity", "factored_perplexity")
    assert all(1.0 < told[name] < 4.0 for name in names)  # a form that many songs have
    assert told["samples"]["valid"] == 1.0


@pytest.mark.parametrize("text", ["", "{}\n", '{"id": "a", "sections": []}\n'])
def test_a_file_without_songs_is_refused_in_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    assert run("evaluate", "structure", path, "--json") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "a.jsonl" in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_training_without_songs_or_without_torch_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows(tmp_path / "structures.jsonl", split="train")
    assert run("train", "structure", "--corpus", tmp_path, "-o", tmp_path) == 1
    told = capsys.readouterr().err
    has_torch = find_spec("torch") is not None and find_spec("transformers") is not None
    assert ("splits train and valid" if has_torch else "loopmind-live[ai]") in told


def test_a_folder_that_is_no_checkpoint_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "t.json"
    assert run("arrange", "trap", "--structure", tmp_path, "-o", out) == 1
    assert "config.json: is missing" in capsys.readouterr().err
    assert not out.exists()
