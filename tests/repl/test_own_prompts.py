"""What performers of many kinds type, written down before the grammar was taught it."""

from pathlib import Path

from loopmind_live.repl.asked import read_operations
from loopmind_live.training.prompts import PromptFigures, Understood, read_prompts

OWN = Path(__file__).with_name("prompts_own.jsonl")


def figures_of(path: Path) -> dict[str, object]:
    return PromptFigures(
        [
            Understood(prompt, tuple(read_operations(prompt.text).operations))
            for prompt in read_prompts(path)
        ]
    ).to_json()


def test_most_prompts_are_understood_to_the_letter_and_no_small_talk_acts():
    figures = figures_of(OWN)
    assert figures["exact"] >= 0.95, figures["failed"]
    assert figures["intent"] >= 0.97, figures["failed"]
    assert figures["false_actions"] == 0.0, figures["failed"]


def test_the_development_prompts_are_understood(test_data: Path):
    figures = figures_of(test_data / "prompts/prompts_dev.jsonl")
    assert figures["failed"] == []
