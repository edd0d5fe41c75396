"""What guests' screens are drawn from, as it goes over the socket: view, names, panel.

No number is infinite on the way: JSON knows none. What is missing there is silence.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from loopmind_live.errors import SessionError
from loopmind_live.repl.names import Names
from loopmind_live.repl.view import View
from loopmind_live.session.panel import Pad, Panel, PanelKnob, Strip

_MAY_BE_NONE = frozenset({"key", "bars_left"})


def drawn_from(view: View, names: Names, panel: Panel) -> dict[str, Any]:
    """Return what a guest draws its screen from; it completes no loops, a library is too large."""
    few = dataclasses.replace(names, loops=())
    return {
        "view": _finite(dataclasses.asdict(view)),
        "names": _finite(dataclasses.asdict(few)),
        "panel": _finite(dataclasses.asdict(panel)),
    }


def read_view(facts: Mapping[str, Any]) -> View:
    """Return the view that was told; what is missing or unknown is left as it is."""
    default = View()
    known: dict[str, Any] = {}
    for field in dataclasses.fields(View):
        fact = facts.get(field.name)
        if isinstance(fact, list):
            fact = tuple(map(str, fact))
        if fact is not None:
            known[field.name] = fact
    return dataclasses.replace(default, **known)


def read_names(facts: Mapping[str, Any]) -> Names:
    """Return the names that were told; SessionError where they are none."""
    try:
        return Names(
            sections=tuple(map(str, facts["sections"])),
            patches=tuple(map(str, facts["patches"])),
            knobs=tuple((str(part), str(knob), str(note)) for part, knob, note in facts["knobs"]),
            offers=tuple(map(str, facts["offers"])),
            code=tuple(map(str, facts.get("code", ()))),
            sets=tuple(map(str, facts.get("sets", ()))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SessionError("the performer told no names that can be read") from error


def read_panel(facts: Mapping[str, Any]) -> Panel:
    """Return the panel that was told; SessionError where it is none."""
    try:
        return Panel(
            **{
                **_heard(facts),
                "queued": tuple(map(str, facts["queued"])),
                "pads": tuple(Pad(**_heard(one)) for one in facts["pads"]),
                "strips": tuple(_strip(one) for one in facts["strips"]),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SessionError("the performer told no panel that can be read") from error


def _strip(facts: Mapping[str, Any]) -> Strip:
    knobs = tuple(PanelKnob(**_heard(one)) for one in facts["knobs"])
    return Strip(**{**_heard(facts), "knobs": knobs})


def _heard(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with silence, or nothing, where a number was not finite."""
    return {
        name: (-math.inf if name.endswith("_db") else 0.0)
        if fact is None and name not in _MAY_BE_NONE
        else fact
        for name, fact in facts.items()
    }


def _finite(fact: Any) -> Any:
    match fact:
        case float():
            return fact if math.isfinite(fact) else None
        case dict():
            return {name: _finite(one) for name, one in fact.items()}
        case list() | tuple():
            return [_finite(one) for one in fact]
        case _:
            return fact
