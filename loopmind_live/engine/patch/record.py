"""Run a patch file against the recording face, and return the graph that it made.

It is called in a scratch process alone: the file may do whatever Python can.
"""

import ast
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from loopmind_live.engine.patch.face import Face, Knobs, Recorder, Sound, stereo
from loopmind_live.errors import EngineError, LoopMindError
from loopmind_live.score.melody import melody_of
from loopmind_live.score.patch import CLOCK, NOTES, Parameter, Patch, check_connections

MAX_SOURCE_BYTES = 256 * 1024
_PYO = ("pyo", "pyo64")


def record(path: Path) -> Patch:
    """Return what the patch at `path` makes; EngineError, with its line, where it makes none."""
    name = path.stem
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"patch {name}: {path} cannot be read ({error})") from error
    if len(source) > MAX_SOURCE_BYTES:
        raise EngineError(f"patch {name}: {len(source)} letters: {MAX_SOURCE_BYTES} at most")
    recorder = Recorder(str(path))
    module = ModuleType(name)
    module.__file__ = str(path)
    before = {one: sys.modules.get(one) for one in _PYO}
    sys.modules.update({one: Face(recorder) for one in _PYO})  # type: ignore[misc]
    try:
        code = compile(source, str(path), "exec")
        exec(code, module.__dict__)
        pattern = _pattern(module)
        heard = (*CLOCK, *NOTES) if pattern else CLOCK
        declared = _declared(getattr(module, "parameters", {}), heard)
        build = getattr(module, "build", None)
        if not callable(build):
            first = "notes" if pattern else "input"
            raise EngineError(f"it has no build({first}, parameters)")
        given = Knobs(recorder, NOTES) if pattern else stereo(recorder)
        made = build(given, Knobs(recorder, (*declared, *CLOCK)))
        sides = _sides(recorder, made)
    except SyntaxError as error:
        raise EngineError(f"patch {name}, line {error.lineno or 0}: {error.msg}") from error
    except BaseException as error:
        line = _line(error, path)
        where = f", line {line}" if line else ""
        raise EngineError(f"patch {name}{where}: {_told(error)}") from error
    finally:
        for one, module_before in before.items():
            if module_before is None:
                del sys.modules[one]
            else:
                sys.modules[one] = module_before
    help_line = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0]
    patch = Patch(name, help_line, declared, tuple(recorder.objects), sides, pattern)
    check_connections(patch)
    return patch


def _declared(declared: Any, taken: tuple[str, ...]) -> dict[str, Parameter]:
    """Return the declared parameters, checked; their names are not those that are `taken`."""
    if not isinstance(declared, Mapping):
        raise EngineError(f"parameters = {declared!r:.40}: give a dictionary of Parameter by name")
    for key, value in declared.items():
        if not isinstance(key, str) or not key.isidentifier() or key in taken:
            raise EngineError(f"no name of a parameter: {key!r:.40}")
        if not isinstance(value, Parameter):
            raise EngineError(f"parameter {key!r} is {value!r:.40}: give a Parameter")
    return dict(declared)


def _pattern(module: ModuleType) -> str:
    """Return the pattern that an instrument plays at first, checked; "" where it is none."""
    if not hasattr(module, "pattern"):
        return ""
    pattern = module.pattern
    if not isinstance(pattern, str) or not pattern.strip():
        raise EngineError(f'pattern = {pattern!r:.40}: give a text, as in pattern = "x..x..x."')
    melody_of(pattern)
    return pattern


def _sides(recorder: Recorder, made: Any) -> Any:
    """Return left and right of what build returned."""
    if isinstance(made, tuple | list) and made and all(isinstance(one, Sound) for one in made):
        made = Sound(recorder, tuple(signal for one in made for signal in one.signals))
    if not isinstance(made, Sound):
        raise EngineError(f"build returned {made!r:.40}: return a sound, left and right")
    if len(made) == 1:
        return made.signals * 2
    if len(made) != 2:
        raise EngineError(f"build returned {len(made)} signals: return left and right")
    return made.signals


def _line(error: BaseException, path: Path) -> int:
    """Return the innermost line of the patch that `error` came through."""
    lines = [
        entry.lineno for entry in traceback.extract_tb(error.__traceback__)
        if entry.filename == str(path)
    ]  # fmt: skip
    return lines[-1] if lines and lines[-1] is not None else 0


def _told(error: BaseException) -> str:
    if isinstance(error, LoopMindError):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")[:500]
