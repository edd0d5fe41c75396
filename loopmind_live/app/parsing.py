"""What texts mean, as JSON: `loopmind parse`, and `loopmind evaluate prompts`."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loopmind_live.app.subcommands import add_command
from loopmind_live.errors import ConfigError
from loopmind_live.training.prompts import PromptFigures, Understood, read_prompts


def add_parse(commands: Any) -> None:
    """Add `loopmind parse`."""
    parser = add_command(
        commands, "parse", _parse, "tell what a text means, as JSON: one list of operations a line"
    )
    parser.add_argument("text", nargs="?", metavar="TEXT", help='as in "mute drums in 4 bars"')
    parser.add_argument(
        "--file", type=Path, metavar="FILE.jsonl", help='one {"text": ...} a line, read in order'
    )

    parser.add_argument(
        "--language-model", metavar="MODEL",
        help="ask it what the grammar does not understand: an address "
        "(http://127.0.0.1:8080/v1#NAME), or a transformers model by name or folder (off)",
    )  # fmt: skip


def _parse(options: argparse.Namespace) -> int:
    from loopmind_live.repl.asked import read_operations
    from loopmind_live.repl.asking import language_model

    if (options.text is None) == (options.file is None):
        raise ConfigError("parse: give a text, or --file FILE.jsonl")
    texts = (
        [options.text]
        if options.file is None
        else [prompt.text for prompt in read_prompts(options.file, judged=False)]
    )
    model = None if options.language_model is None else language_model(options.language_model)
    for text in texts:
        answer = read_operations(text, model)
        print(json.dumps(answer.operations, ensure_ascii=False))
        if options.file is None:
            for wrong, meant in answer.corrected:
                print(f"{wrong} -> {meant}", file=sys.stderr)
            if answer.complaint:
                print(answer.complaint, file=sys.stderr)
    if model is not None:
        model.close()
    return 0


def evaluate(data: Path, advance: Callable[[int, int], None]) -> PromptFigures:
    """Return how well the prompts of a JSON Lines file are understood.

    `advance` is told (done, all). Raises ConfigError where the file is not as it must be.
    """
    from loopmind_live.repl.asked import read_operations

    prompts = read_prompts(data)
    if not prompts:
        raise ConfigError(f"{data}: holds no prompts")
    answers = []
    for done, prompt in enumerate(prompts, 1):
        answers.append(Understood(prompt, tuple(read_operations(prompt.text).operations)))
        advance(done, len(prompts))
    return PromptFigures(answers)
