"""Controls that show a launch state: the pad of a section, the name of a part. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from loopmind_live.control.touchosc.controls import PRESSED, bare, labeled, words
from loopmind_live.control.touchosc.look import (
    BLACK,
    GRAY,
    ORANGE,
    PANEL,
    PINK,
    PLAIN,
    SMALL,
    WHITE,
    YELLOW,
)
from loopmind_live.control.touchosc.nodes import TEXT, Frame, Node, Osc, color
from loopmind_live.control.touchosc.scripts import Look, ShowsState

LAUNCH: Mapping[str, Look] = {
    "empty": Look("", PANEL, GRAY),
    "stopped": Look("ready", color("#2c3947"), WHITE),
    "play_queued": Look("NEXT", YELLOW, BLACK),
    "playing": Look("PLAYING", color("#12c48b"), BLACK),
    "stop_queued": Look("ENDING", ORANGE, BLACK),
}
"""How the launch states look."""


@dataclass(frozen=True, slots=True)
class Pad:
    """A section: press it to go there; its corner chooses other loops for it."""

    name: str
    goes: str
    regenerates: str
    shows_name: str
    shows_launch: str
    corner: int = 46
    """How wide and high the corner is, in pixels."""

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        w, h, corner = frame.w, frame.h, self.corner
        first = LAUNCH["empty"]
        again = Frame(w - corner, h - corner, corner, corner)
        children = (
            Node("BOX", "light", Frame(0, 0, w, h), {"color": first.light, "cornerRadius": 4.0}),
            Node(
                "BUTTON", "go", Frame(0, 0, w, h),
                {"background": False, "outline": False, "color": WHITE, "cornerRadius": 4.0}, {},
                (Osc(self.goes, (), PRESSED),),
            ),
            Node(
                "LABEL", "title", Frame(4, 4, w - 8, 24), labeled(PLAIN, first.text, 1), {},
                (Osc(self.shows_name, (TEXT,), received=True),),
            ),
            Node(
                "LABEL", "state", Frame(4, h - 30, w - corner - 6, 24),
                labeled(SMALL, first.text, 1), {},
                (Osc(self.shows_launch, (TEXT,), received=True),),
                ShowsState(LAUNCH, texts=("title",), for_some=("regenerate", "new")),
            ),
            Node(
                "BUTTON", "regenerate", again,
                {"color": PINK, "cornerRadius": 4.0, "visible": False}, {},
                (Osc(self.regenerates, (), PRESSED),),
            ),
            Node(
                "LABEL", "new", again, {**labeled(SMALL, WHITE), "visible": False}, {"text": "NEW"}
            ),
        )  # fmt: skip
        return Node("GROUP", self.name, frame, bare(), children=children)


@dataclass(frozen=True, slots=True)
class Light:
    """A name upon the color of its launch state."""

    name: str
    text: str
    shows_launch: str
    size: int = PLAIN

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        w, h = frame.w, frame.h
        first = LAUNCH["empty"]
        children = (
            Node("BOX", "light", Frame(0, 0, w, h), {"color": first.light, "cornerRadius": 4.0}),
            words("title", Frame(0, 2, w, 20), self.text, self.size, first.text),
            Node(
                "LABEL", "state", Frame(0, 20, w, h - 22), labeled(SMALL, first.text), {},
                (Osc(self.shows_launch, (TEXT,), received=True),),
                ShowsState(LAUNCH, texts=("title",)),
            ),
        )  # fmt: skip
        return Node("GROUP", self.name, frame, bare(), children=children)
