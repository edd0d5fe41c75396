import json

import pytest

from loopmind_live.cli import main


def parsed(capsys, *arguments):
    assert main(["parse", *arguments]) == 0
    out = capsys.readouterr()
    return [json.loads(line) for line in out.out.splitlines()], out.err


def test_a_text_is_parsed_into_one_list_of_operations(capsys):
    lines, told = parsed(capsys, "regenrate the hook, then mute drums in 4 bars")
    assert lines == [
        [
            {"intent": "regenerate", "section": "hook"},
            {"intent": "mute", "roles": ["drums"], "when": {"unit": "bar", "n": 4}},
        ]
    ]
    assert "regenrate -> regenerate" in told


def test_what_is_no_music_is_none_and_the_words_are_named(capsys):
    lines, told = parsed(capsys, "bake a lemon cake")
    assert lines == [[{"intent": "none"}]]
    assert "lemon" in told and "cake" in told


def test_a_file_gives_one_list_a_line_in_order(capsys, tmp_path):
    path = tmp_path / "lines.jsonl"
    texts = ["stop", "¿qué hora es?", "más rápido", "drums filter -50%", "why hook"]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    lines, told = parsed(capsys, "--file", str(path))
    assert [line[0]["intent"] for line in lines] == ["stop", "none", "set_tempo", "filter", "why"]
    assert told == ""


@pytest.mark.parametrize("arguments", [[], ["stop", "--file", "x.jsonl"]])
def test_a_text_or_a_file_is_asked_for(capsys, arguments):
    assert main(["parse", *arguments]) == 1
    assert "give a text, or --file" in capsys.readouterr().err


def test_prompts_are_evaluated(capsys, tmp_path):
    path = tmp_path / "prompts.jsonl"
    rows = [
        {"id": "a", "text": "stop", "expect": [{"intent": "stop"}]},
        {"id": "b", "text": "mute the bass", "expect": [{"intent": "mute", "roles": ["pad"]}]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["evaluate", "prompts", str(path), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["exact"], figures["intent"]) == (0.5, 1.0)
    assert [failed["id"] for failed in figures["failed"]] == ["b"]
