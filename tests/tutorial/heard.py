"""What the files of a performance say of it: errors, lines, gaps, and that it can be replayed."""

import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import soundfile

GAP_S = 0.005
ON_LINE = 1e-4
_UNDONE = "undo "
"""How the result of an undo begins: it names what was undone."""


def events_of(path: Path) -> list[dict[str, object]]:
    """Return the events of a file, without its header."""
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def faults(events: list[dict[str, object]], typed: Collection[str] = ()) -> list[str]:
    """Return what went wrong: errors, clips off their line, and changes that were `typed` and are
    not at the bar that was told.
    """
    wrong = [f"error: {one['text']}" for one in events if one["kind"] == "error"]
    wrong += [
        f"{one['track']} in {one['section']}: at {one['frame']}, meant for {one['target_frame']}"
        for one in events
        if one["kind"] == "swap" and one["frame"] != one["target_frame"]
    ]
    for at, command in enumerate(events):
        if command["kind"] == "command" and command["text"] in typed:
            wrong += _landed(str(command["text"]), events[at + 1 :])
    return wrong


def _landed(text: str, after: list[dict[str, object]]) -> list[str]:
    """Return what is wrong with where a change landed, by the events after its command."""
    # Where no reply comes before the next command, this one waits: a patch that is rehearsed.
    told = next((one for one in after if one["kind"] in ("command", "reply")), {"kind": ""})
    if told["kind"] != "reply" or told.get("lands_bar") is None or "(#" not in str(told["text"]):
        return []
    wanted, names = float(str(told["lands_bar"])), (text, _UNDONE) if text == "undo" else (text,)
    for one in after:
        if one["kind"] == "late" and one["text"] == text:
            wanted = float(str(one["moved_to_bar"]))  # it was told that it moves, and to where
        if one["kind"] == "result" and str(one["text"]).startswith(names):
            bar = float(str(one["bar"]))
            late = abs(bar - wanted) >= ON_LINE
            return [f"{text}: told for bar {wanted:g}, was at {bar:g}"] if late else []
    return [f"{text}: told for bar {wanted:g}, never landed"]


def gaps(audio: np.ndarray, rate_hz: int) -> list[float]:
    """Return where, in seconds, stretches of nothing at all begin between two sounds."""
    size = round(GAP_S * rate_hz)
    pieces = np.abs(audio[: len(audio) // size * size]).max(axis=1).reshape(-1, size).max(axis=1)
    silent = pieces == 0.0
    sounds = np.flatnonzero(~silent)
    inside = [at for at in np.flatnonzero(silent) if sounds[0] < at < sounds[-1]]
    return [at * GAP_S for at in inside]


def same(recording: Path, replayed: Path) -> bool:
    """Tell whether a replay is its recording, sample for sample, as far as it goes.

    A recording through a sound device goes on until the engine is asked to end it.
    """
    heard, _ = soundfile.read(recording, dtype="int32")
    again, _ = soundfile.read(replayed, dtype="int32")
    return 0 < len(again) <= len(heard) and np.array_equal(heard[: len(again)], again)


def levels(path: Path) -> dict[str, float]:
    """Return how loud a recording is: its peak and its mean square, in dB, and its seconds."""
    audio, rate_hz = soundfile.read(path)
    return {
        "seconds": len(audio) / rate_hz,
        "peak_db": float(20 * np.log10(np.abs(audio).max())),
        "rms_db": float(10 * np.log10((audio**2).mean())),
    }


def sections(events: list[dict[str, object]], audio: np.ndarray) -> list[tuple[str, float]]:
    """Return each section that was played, in its order, and its mean square in dB."""
    swaps = [one for one in events if one["kind"] == "swap" and one["loop"] is not None]
    first = min(int(str(one["frame"])) for one in swaps)
    begins: dict[str, int] = {}
    for one in swaps:
        begins.setdefault(str(one["section"]), int(str(one["frame"])) - first)
    ends = [*list(begins.values())[1:], len(audio)]
    return [
        (name, float(10 * np.log10((audio[begin:end] ** 2).mean() + 1e-12)))
        for (name, begin), end in zip(begins.items(), ends, strict=True)
    ]
