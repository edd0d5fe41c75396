"""A patch file against the recording face: what is written down, and what is told of faults."""

import sys
from pathlib import Path

import pytest

from loopmind_live.engine.patch.classes import CLASSES
from loopmind_live.engine.patch.record import record
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Knob, Made, Side

HEAD = '"""Try."""\nimport pyo\nfrom loopmind_live.score.patch import Parameter\n'


def patch(folder: Path, body: str, head: str = HEAD) -> Path:
    file = folder / "trial.py"
    file.write_text(head + body)
    return file


def built(folder: Path, *lines: str, parameters: str = "{}") -> Path:
    body = "".join(f"    {line}\n" for line in lines)
    return patch(folder, f"parameters = {parameters}\ndef build(input, parameters):\n{body}")


def test_a_class_given_two_sides_makes_two_objects(tmp_path: Path) -> None:
    made = record(built(tmp_path, "return pyo.ButLP(input, freq=800)"))
    assert [one.kind for one in made.objects] == ["ButLP", "ButLP"]
    assert [dict(one.arguments)["input"] for one in made.objects] == [Side(0), Side(1)]
    assert made.sides == (Made(0), Made(1))
    assert (made.name, made.help) == ("trial", "Try.")
    assert {one.line for one in made.objects} == {6}


def test_one_signal_sounds_on_both_sides(tmp_path: Path) -> None:
    made = record(built(tmp_path, "return pyo.Sine(220) * input.mix(1)"))
    assert made.sides[0] == made.sides[1]


def test_parameters_and_the_clock_are_signals(tmp_path: Path) -> None:
    made = record(
        built(
            tmp_path,
            "return pyo.Delay(input, parameters.time * parameters['beat_s'], maxdelay=4)",
            parameters='{"time": Parameter(0.5, 0.1, 2, "beats", 0.2)}',
        )
    )
    assert dict(made.objects[0].arguments) == {"value": Knob("time"), "mul": Knob("beat_s")}
    assert made.parameters["time"].unit == "beats"


@pytest.mark.parametrize(
    ("expression", "kind"),
    [("input + 1", "Sig"), ("1 + input", "Sig"), ("input * input", "Sig"), ("2 * input", "Sig"),
     ("input - 1", "Sub"), ("1 - input", "Sub"), ("input / 2", "Div"), ("1 / input", "Div"),
     ("input ** 2", "Pow"), ("2 ** input", "Pow"), ("-input", "Sig"), ("input.range(0, 1)", "Sig")],
)  # fmt: skip
def test_signals_are_counted_with_as_in_pyo(tmp_path: Path, expression: str, kind: str) -> None:
    made = record(built(tmp_path, f"return {expression}"))
    assert {one.kind for one in made.objects} == {kind}


def test_what_was_named_pyo_before_is_so_again(tmp_path: Path) -> None:
    before = sys.modules.get("pyo")
    record(built(tmp_path, "return input"))
    with pytest.raises(EngineError):
        record(built(tmp_path, "return nothing"))
    assert sys.modules.get("pyo") is before


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["return pyo.ButLP(input"], "line 6: "),
        (["return input * 'a'"], "line 6: "),
        (["return pyo.Delay(input, maxdelay=-1)"], "line 6: Delay: maxdelay = -1: give 0.01 to 8"),
        (["return pyo.Delay(input, maxdelay=input)"], "line 6: Delay: maxdelay is fixed"),
        (["return pyo.Delay(input, delay=-1)"], "line 6: Delay: delay = -1"),
        (["return pyo.ButLP(3)"], "line 6: ButLP: input takes a signal"),
        (["return pyo.ButLP()"], "line 6: ButLP: input takes a signal"),
        (["return pyo.ButLP(input, cutoff=3)"], "line 6: ButLP has no 'cutoff'"),
        (["return pyo.ButLP(input, float('nan'))"], "line 6: ButLP: freq = nan"),
        (["return pyo.SndTable('x.wav')"], "line 6: a patch has no 'SndTable'"),
        (["return input.out()"], "line 6: no out() in a patch"),
        (["return parameters.cutoff"], "line 6: no parameter 'cutoff'"),
        (["return None"], "build returned None"),
        (["return 3.0"], "build returned 3.0"),
        (["x = input", "return 1 / 0"], "line 7: ZeroDivisionError"),
        (["if input: pass", "return input"], "line 6: a signal is neither true nor false"),
        (["while True: input = input + 1"], "line 6: more than 128 objects"),
        (["raise SystemExit(3)"], "line 6: SystemExit"),
        (["raise KeyboardInterrupt"], "line 6: KeyboardInterrupt"),
        (["return [input, input]"], "build returned 4 signals"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_a_line_with_its_place(
    tmp_path: Path, lines: list[str], told: str
) -> None:
    with pytest.raises(EngineError) as refused:
        record(built(tmp_path, *lines))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("patch trial")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "it has no build(input, parameters)"),
        ("build = 3\n", "it has no build(input, parameters)"),
        ("parameters = 3\n", "give a dictionary of Parameter by name"),
        ("parameters = {'a b': Parameter(0)}\n", "no name of a parameter: 'a b'"),
        ("parameters = {'bar': Parameter(0)}\n", "no name of a parameter: 'bar'"),
        ("parameters = {'a': 3}\n", "give a Parameter"),
        ("parameters = {'a': Parameter(3)}\n", "line 4: a parameter at 3, 0 to 1"),
        ("def build(input):\n    return input\n", "TypeError"),
        ("import nothing_of_that_name\n", "line 4: ModuleNotFoundError"),
    ],
)
def test_what_a_patch_declares_is_checked(tmp_path: Path, body: str, told: str) -> None:
    with pytest.raises(EngineError) as refused:
        record(patch(tmp_path, body))
    assert told in str(refused.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        record(tmp_path / "none.py")
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EngineError, match="cannot be read"):
        record(tmp_path / "bytes.py")


def test_each_class_is_made_with_what_it_needs(tmp_path: Path) -> None:
    for kind, slots in CLASSES.items():
        needed = ", ".join(f"{slot.name}=input" for slot in slots if slot.kind == "input")
        made = record(built(tmp_path, f"return (pyo.{kind}({needed}) * input)"))
        assert made.objects[0].kind == kind
