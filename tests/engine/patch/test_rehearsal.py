"""A patch is played before it is heard: what may not go on stage is told, in a process apart."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loopmind_live.engine.patch.classes import CLASSES
from loopmind_live.engine.patch.rehearsal import rehearse
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Made, Object, Patch, Side

RATE_HZ, BLOCK = 48000, 256


def rehearsed(folder: Path, *lines: str, parameters: str = "{}") -> dict[str, Any]:
    body = "".join(f"    {line}\n" for line in lines)
    file = folder / "trial.py"
    file.write_text(
        '"""Try."""\nimport pyo\nfrom loopmind_live.score.patch import Parameter\n'
        f"parameters = {parameters}\ndef build(input, parameters):\n{body}"
    )
    return answer(file)


def answer(file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "loopmind_live.engine.patch.rehearsal", str(file),
         "--rate", str(RATE_HZ), "--block", str(BLOCK)],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_good_patch_comes_back_as_data(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path, "wet = pyo.Delay(input, parameters.time * parameters.beat_s, maxdelay=4)",
        "print('heard', input)", "return input * 0.5 + wet * 0.25",
        parameters='{"time": Parameter(0.5, 0.1, 2, "beats", 0.2)}',
    )  # fmt: skip
    assert json.loads(told["patch"])["name"] == "trial"
    assert 0.5 <= told["peak"] <= 0.75 + 1e-9
    assert told["load"] > 0.0


def test_what_comes_in_unchanged_is_as_loud_as_it_was(tmp_path: Path) -> None:
    assert 0.99 < rehearsed(tmp_path, "return input")["peak"] <= 1.0


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["return input * 1000"], "it reaches"),
        (["x = input", "for _ in range(15): x = x * x * 1e6", "return x"], "is no number"),
        (["return input / (input - input)"], "it reaches"),
        (["while True: pass"], "patch trial, line 6: not done after"),
        (["return [x for x in range(10**12)]"], "line 6"),
        (["return 'x' * (8 << 30)"], "line 6: MemoryError"),
    ],
)
def test_what_may_not_go_on_stage_is_told(tmp_path: Path, lines: list[str], told: str) -> None:
    assert told in rehearsed(tmp_path, *lines)["error"]


def test_parameters_are_turned_to_their_ends(tmp_path: Path) -> None:
    told = rehearsed(
        tmp_path, "return input * parameters.gain",
        parameters='{"gain": Parameter(1.0, 0.0, 50.0)}',
    )  # fmt: skip
    assert "its parameters all high it reaches" in told["error"]


def test_what_takes_too_long_is_told() -> None:
    sides = Made(0), Made(0)
    slow = Patch("slow", "", {}, (Object("Freeverb", (("input", Side(0)),)),), sides)
    assert rehearse(slow, RATE_HZ, BLOCK, most_load=1e9).load > 0.0
    with pytest.raises(EngineError, match=r"patch slow: it takes .* of the time there is"):
        rehearse(slow, RATE_HZ, BLOCK, most_load=0.0)


@pytest.mark.slow
def test_each_class_plays_with_its_arguments_at_both_ends(tmp_path: Path) -> None:
    names = sorted(CLASSES)
    for first in range(0, len(names), 8):
        lines = []
        for kind in names[first : first + 8]:
            for end in ("low", "high"):
                given = []
                for slot in CLASSES[kind]:
                    if slot.name in ("mul", "add"):
                        continue
                    value = "input" if slot.kind == "input" else repr(getattr(slot, end))
                    if slot.kind == "whole":
                        value = str(int(getattr(slot, end)))
                    given.append(f"{slot.name}={value}")
                lines.append(f"made.append(pyo.{kind}({', '.join(given)}))")
        told = rehearsed(
            tmp_path, "made = []", *lines,
            "for one in made: input = input + pyo.Clip(one, -1, 1) * 0.01",
            "return input",
        )  # fmt: skip
        assert "patch" in told or "of the time there is" in told["error"], told
