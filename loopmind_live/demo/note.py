"""A note: what a patch plays."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One sound on the grid of a loop.

    `beat` counts from 0 at the loop's start; `pitch` is a MIDI number (69 is 440 Hz; drums use the
    General MIDI numbers where a patch knows more than one sound); `velocity` is 0..1; a note with
    `slide` goes on from the note before it without a new attack.
    """

    beat: float
    pitch: float
    velocity: float = 0.8
    length_beats: float = 0.25
    slide: bool = False
