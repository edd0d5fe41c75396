"""NaN, infinite, negative and huge numbers everywhere: refused by name; the sound stays finite.

All is drawn from the tables: a command or parameter that is added is tried without a change here.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.config import INSERTS, MAX_TRACKS
from loopmind_live.engine.base import Row
from loopmind_live.engine.guard import _RANGES, _TRACK_RANGES, CEILING, check_parameter, check_rows
from loopmind_live.engine.protocol import Decoder, parameter, read_parameter
from loopmind_live.engine.rows import ROW_DTYPE, pack
from loopmind_live.errors import EngineError, LoopMindError, SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.repl.verbs import display_name
from loopmind_live.score.arrangement import LAST
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.commands import COMMANDS, Command, CommandSpec, When, check
from tests.session.stage import Rig

NUMBERS: tuple[object, ...] = (
    math.nan, math.inf, -math.inf, -1.0, -1, 1e308, -1e308, 1e-320, -1e-320, 10**400, -(10**400),
    1 << 63, True, "nan", "x", "", None, (), ("1",), 1j,
)  # fmt: skip
TYPED = ("nan", "inf", "-inf", "infinity", "1e308", "-1e308", "1e-320", "-7", "999999999",
         "-999999999", "9" * 400, "0x10", "1_000", "--1", "one hundred", "²", "٣", "x")  # fmt: skip
FLOATS = [value for value in NUMBERS if isinstance(value, float)]
NUMERIC = [
    (spec, argument)
    for spec in COMMANDS
    for argument in spec.arguments
    if argument.kind in ("number", "integer")
]


def in_range(argument: Argument, value: object) -> bool:
    """Tell whether `value` may be said for `argument`, by the table's own words."""
    kinds = (int,) if argument.kind == "integer" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return False
    if argument.last and value == LAST:
        return True
    return argument.minimum <= value <= argument.maximum


def others(spec: CommandSpec, besides: Argument) -> dict[str, object]:
    """Return good values for all that a command needs besides."""
    return {
        argument.name: argument.choices[0] if argument.choices else _good(argument)
        for argument in spec.arguments
        if not argument.optional and argument is not besides
    }


def _good(argument: Argument) -> object:
    if argument.kind in ("number", "integer"):
        return int(argument.maximum)
    return {
        "roles": ("bass",), "section": "hook", "text": "dark trap", "key": "A:min",
        "path": "a.json", "flag": True, "word": "play", "moods": ("dark",),
        "name": "gate", "rhythm": "x(3,8)", "notes": "0 . 3",
    }[argument.kind]  # fmt: skip


def playing() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


@pytest.mark.parametrize(
    ("spec", "argument"), NUMERIC, ids=[f"{spec.name}-{one.name}" for spec, one in NUMERIC]
)
def test_a_command_refuses_a_bad_number_by_name_and_range(
    spec: CommandSpec, argument: Argument
) -> None:
    rig = playing()
    for value in NUMBERS:
        before = rig.session.state.document
        command = Command(spec.name, {**others(spec, argument), argument.name: value})  # type: ignore[dict-item]
        told = rig.session.submit(command)
        if in_range(argument, value):
            continue
        assert not told.ok and len(told.lines) == 1
        line = told.lines[0]
        assert line.startswith(f"{spec.name}: {argument.name} ") and "\n" not in line
        assert len(line) < 200
        if isinstance(value, int | float) and not isinstance(value, bool) and "range" in line:
            assert f"choose {argument.minimum:g} to {argument.maximum:g}" in line
        assert rig.session.state.document == before
    rig.play_to(4 * rig.BAR)
    assert all(math.isfinite(value) for _, _, value in rig.engine.parameters)
    assert all(math.isfinite(number) for number in _floats_of(rig.engine.rows))


def _floats_of(rows: tuple[Row, ...]) -> Iterator[float]:
    for row in rows:
        yield from (float(getattr(row, name)) for name in ROW_DTYPE.names or ())


@pytest.mark.parametrize("n", [0, -1, 2.5, math.nan, math.inf, 10**400, True, "4", None])
def test_no_line_is_a_strange_number_of_bars_away(n: object) -> None:
    for spec in (one for one in COMMANDS if one.lands is not None):
        arguments = others(spec, Argument("none", "flag"))
        with pytest.raises(SessionError, match=f"{spec.name}: .* bars ahead"):
            check(Command(spec.name, arguments, When("bar", n)))  # type: ignore[arg-type]


def bad_lines() -> list[tuple[CommandSpec, str, str]]:
    """Return the table's own phrases, each of their numbers replaced by what is none."""
    lines = []
    for spec in COMMANDS:
        sections = any(argument.name == "number" for argument in spec.arguments)
        for phrase in (*spec.phrases, f"{spec.phrases[0]} hook 2" if sections else ""):
            for found in re.finditer(r"[-+]?\d+(?:\.\d+)?", phrase):
                for typed in TYPED:
                    line = phrase[: found.start()] + typed + phrase[found.end() :]
                    lines.append((spec, typed, line))
    return lines


def test_every_command_with_a_number_has_a_phrase_that_says_one() -> None:
    with_phrase = {spec.name for spec, _, _ in bad_lines()}
    assert {spec.name for spec, _ in NUMERIC} <= with_phrase


def test_what_is_typed_is_a_command_in_its_range_or_refused_by_its_name() -> None:
    for spec, typed, line in bad_lines():
        try:
            commands = parse(line)
        except LoopMindError as error:
            text = str(error)
            assert "\n" not in text and len(text) < 400, line
            words = {spec.name, display_name(spec), spec.name.replace("_", " "), line.split()[0]}
            words |= {"tempo"} if spec.name == "arrange" else set()
            words |= {"in "} if " in " in line else set()  # "in -7 bars: write a whole number"
            assert any(word in text for word in (*words, typed.lower()[:20])), (line, text)
        else:
            for command in commands:
                check(command)
                values = [v for v in command.arguments.values() if isinstance(v, float)]
                assert all(map(math.isfinite, values)), line


def ranges() -> dict[str, tuple[float, float]]:
    """Return every live parameter of the engine and its range."""
    tracks = {
        f"track/{track}/{control}": span
        for track in range(MAX_TRACKS)
        for control, span in _TRACK_RANGES.items()
    }
    return tracks | {name: (low, high) for name, (_, low, high) in _RANGES.items()}


def test_the_engine_refuses_a_bad_parameter_by_name_and_range_also_off_the_wire() -> None:
    for name, (low, high) in ranges().items():
        for value in (*FLOATS, np.nextafter(low, -9e9), np.nextafter(high, 9e9)):
            (message,) = Decoder().feed(parameter(0, name, value, 0.02).encode())
            _, named, sent, ramp_s = read_parameter(message)
            try:
                assert check_parameter(named, sent, ramp_s).value == value
            except EngineError as error:
                refused = str(error)
            else:
                assert low <= value <= high
                continue
            assert not low <= value <= high or "whole" in refused
            span = f"from {low:g} to {len(INSERTS) if 'insert' in name else high:g}"
            assert name in refused and span in refused
        for ramp_s in (math.nan, math.inf, -math.inf, -1.0, 1e308):
            with pytest.raises(EngineError, match=f"{name}.*ramp"):
                check_parameter(name, low, ramp_s)


@pytest.mark.parametrize("field", ROW_DTYPE.names or ())
def test_a_row_with_a_bad_number_is_refused_by_its_field_or_harmless(field: str) -> None:
    from tests.engine.mixing import POOL, render

    good = Row(
        1, 7, 50, 104, 100.0, 0.0, 0, 400, fade_frames=24, lead_frames=20, tail_frames=40,
        clip_bars=1.0, clock_bar_frames=100.0,
    )  # fmt: skip
    kind = ROW_DTYPE[field].kind
    limits = np.iinfo(ROW_DTYPE[field]) if kind in "iu" else None
    values = FLOATS if limits is None else [limits.min, limits.max, limits.max - 1]
    if kind == "i":
        values = [-1, *values]
    for value in values:
        rows = pack([good])
        rows[field] = value
        try:
            check_rows(rows, len(POOL))
        except EngineError as error:
            assert field in str(error) or field in ("body_frames", "tail_frames")
        else:
            (row,) = rows
            # A clip's number and the bits of a mask measure nothing.
            assert field == "clip_id" or kind == "u" or abs(float(row[field])) < 2.0**63
            changed = Row(**{name: row[name].item() for name in ROW_DTYPE.names or ()})
            assert np.isfinite(render([changed], [64, 100], -50, 600)).all()


@pytest.mark.usefixtures("home")
def test_a_set_that_is_given_all_of_it_plays_on_and_stays_finite(tmp_path: Path) -> None:
    made = make_code_set(
        tmp_path, Meter.of(140.0, 48000), tracks=("drums", "bass"), loops_per_track=3,
        sections=(("intro", 4), ("hook", 4)), clip_bars=(1,),
    )  # fmt: skip
    left_out = ("arrange", "record", "record_bars", "save", "load", "quit", "fade", "stop")
    lines = [line for spec, _, line in bad_lines() if spec.name not in left_out]
    typed = lines[::7] + [f"{line} now" for line in lines[3::29]]
    beats = [30.0 * at / len(typed) for at in range(len(typed))]
    script = [
        f"@{1 + int(beat // 4)}.{1 + beat % 4:.2f} {line}"
        for beat, line in zip(beats, typed, strict=True)
    ]
    (tmp_path / "set.txt").write_text("\n".join(script))
    told: list[str] = []
    request = Request(
        tmp_path / "none.sqlite", Sound("offline"), made.timeline, tmp_path / "set.txt",
        tmp_path / "mix.wav", tmp_path / "events.jsonl",
    )  # fmt: skip
    OfflineShow(request, told.append).run()
    mix, _ = soundfile.read(tmp_path / "mix.wav")
    assert np.isfinite(mix).all() and 0.01 < np.abs(mix).max() <= CEILING + 1e-6
    assert len(told) > len(typed) / 2  # nearly every line is answered with why it is refused
