"""A moment of a set, to draw layouts as they look on stage. Pure data."""

from loopmind_live.control.feedback import told
from loopmind_live.control.osc_server import REPLY
from loopmind_live.control.touchosc.received import Told
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.panel import Launch, Pad, Panel, Strip

_SECTIONS: tuple[tuple[str, int, Launch], ...] = (
    ("intro", 1, "stopped"), ("verse", 1, "stopped"), ("hook", 1, "stopped"),
    ("verse", 2, "stop_queued"), ("hook", 2, "play_queued"), ("bridge", 1, "stopped"),
    ("hook", 3, "stopped"), ("outro", 1, "stopped"),
)  # fmt: skip
_PARTS: dict[Role, tuple[Launch, float, float]] = {
    "drums": ("playing", -1.5, -6.0), "kick": ("empty", 0.0, -120.0),
    "snare": ("empty", 0.0, -120.0), "hats": ("playing", -6.0, -14.0),
    "perc": ("playing", -9.0, -22.0), "bass": ("playing", 0.0, -5.0),
    "melody": ("stop_queued", -3.0, -12.0), "chords": ("playing", -4.0, -18.0),
    "pad": ("stopped", -8.0, -120.0), "vocal": ("play_queued", -2.0, -120.0),
    "fx": ("stopped", -12.0, -120.0),
}  # fmt: skip
"""How each part does: its launch state, its fader and its peak in decibels."""


def moment() -> Told:
    """Return all that surfaces are told at that moment.

    >>> moment()["/loopmind/state/section"]
    ('verse 2',)
    """
    answer = ("/loopmind/pad/5", "goto hook 2: at bar 30")
    return {**told(example_panel()), REPLY: answer}


def example_panel() -> Panel:
    """Return that moment as surfaces are given it."""
    names = [label if number == 1 else f"{label} {number}" for label, number, _ in _SECTIONS]
    return Panel(
        playing=True, bar=27.6, beat=3.4, beats_per_bar=4, bpm=140.0, key="F# minor",
        section="verse 2", bars_left=2.4, queued=("goto hook 2 at 30",), recording=False,
        level_db=-4.2, load=0.31, xruns=0,
        pads=tuple(
            Pad(name, label, number, 8, launch)
            for name, (label, number, launch) in zip(names, _SECTIONS, strict=True)
        ),
        strips=tuple(_strip(role) for role in ROLES),
    )  # fmt: skip


def _strip(role: Role) -> Strip:
    launch, level_db, peak_db = _PARTS[role]
    return Strip(
        role, "" if launch == "empty" else f"{role}_warm_140.wav", launch, muted=role == "pad",
        soloed=False, locked=role == "bass", level_db=level_db, peak_db=peak_db, filter=0.0,
        pan={"hats": 30.0, "perc": -40.0}.get(role, 0.0),
        reverb_db={"melody": -14.0, "vocal": -8.0}.get(role, -60.0),
        delay_db={"vocal": -12.0}.get(role, -60.0),
    )  # fmt: skip
