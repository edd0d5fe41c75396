import pytest

from loopmind_live.errors import ConfigError
from loopmind_live.training.prompts import (
    Prompt,
    PromptFigures,
    Understood,
    canonical,
    micro_f1,
    read_prompts,
)

MUTE = {"intent": "mute", "roles": ["bass", "pad"]}


def understood(expect, found):
    return Understood(Prompt("p1", "text", tuple(expect)), tuple(found))


def test_the_order_of_parts_and_empty_fields_say_nothing():
    found = [{"roles": ["pad", "bass"], "intent": "mute", "section": None, "moods": []}]
    assert understood([MUTE], found).exact


def test_the_order_of_sections_and_of_operations_counts():
    sections = [{"label": "intro"}, {"label": "drop"}]
    meant = {"intent": "arrange", "sections": sections}
    assert not understood([meant], [meant | {"sections": sections[::-1]}]).exact
    two = [MUTE, {"intent": "stop"}]
    assert not understood(two, two[::-1]).intent


def test_figures_are_shares_of_all_prompts_and_of_those_that_ask_for_nothing():
    none = {"intent": "none"}
    figures = PromptFigures(
        [
            understood([MUTE], [MUTE]),
            understood([MUTE], [MUTE | {"roles": ["bass"]}]),
            understood([none], [none]),
            understood([none], [{"intent": "stop"}]),
        ]
    ).to_json()
    assert (figures["exact"], figures["intent"], figures["false_actions"]) == (0.5, 0.75, 0.5)
    assert [failed["expected"] for failed in figures["failed"]] == [[MUTE], [none]]
    assert 0.0 < figures["micro_f1"] < 1.0


def test_micro_f1_counts_each_field_of_each_operation_once():
    meant = [{"intent": "mute", "roles": ["bass"]}, {"intent": "stop"}]
    found = [{"intent": "mute", "roles": ["pad"]}]
    assert micro_f1([understood(meant, found)]) == pytest.approx(2 * 1 / (3 + 2))


def test_whole_numbers_are_equal_however_they_are_written():
    assert canonical({"bpm": 140.0}) == canonical({"bpm": 140})


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("no json", "no JSON"), ("{}", 'no "text"'), ('{"text": "stop"}', 'no "expect"'),
     ('{"text": "stop", "expect": ["stop"]}', 'no "expect"'), ("[1]", 'no "text"')],
)  # fmt: skip
def test_a_line_that_is_no_prompt_is_named(tmp_path, line, complaint):
    path = tmp_path / "prompts.jsonl"
    path.write_text(f'{{"text": "stop", "expect": []}}\n{line}\n')
    with pytest.raises(ConfigError, match=f"prompts.jsonl:2: {complaint}"):
        read_prompts(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_prompts(tmp_path / "missing.jsonl")
