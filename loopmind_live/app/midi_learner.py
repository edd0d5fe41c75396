"""Teach a MIDI device: the next control that is moved does what was said."""

from loopmind_live.app.midi_mappings import Mappings
from loopmind_live.control.midi_learning import can_learn
from loopmind_live.control.midi_mapping import move_of
from loopmind_live.control.midi_targets import Target, target_of
from loopmind_live.control.midi_toml import check_words
from loopmind_live.errors import ControlError

OFF, FORGET = "off", "forget"


class Learner:
    """Waits for a control, where it was asked to."""

    def __init__(self, mappings: Mappings) -> None:
        self._mappings = mappings
        self._waiting: Target | None = None

    def ask(self, what: str) -> list[str]:
        """Begin to wait for the control that is to do `what`, or to forget what it does.

        Raises ControlError where the words mean nothing.
        """
        if what == OFF:
            waited, self._waiting = self._waiting, None
            return [
                "nothing more is learned" if waited is not None else "nothing was being learned"
            ]
        if what == FORGET:
            self._waiting = Target(FORGET, "nothing")
            return ["move the control that is to forget what it learned; learn off: leave it"]
        target = target_of(what)
        check_words(target, self._mappings.understands)
        self._waiting = target
        noun = "fader or knob" if target.act == "fader" else "pad or button"
        return [f"move the {noun} for: {target.words}; learn off: leave it"]

    def heard(self, port: str, data: tuple[int, ...], shifted: bool) -> str | None:
        """Take a message; return what was learned by it, None where it is for others."""
        target, move = self._waiting, move_of(data)
        if target is None or move is None or not can_learn(move, target):
            return None
        shifted = shifted and target.act != "shift"
        held = " with shift" if shifted else ""
        moved = f"{move.trigger}{held}"
        self._waiting = None
        try:
            if target.words == FORGET:
                now = self._mappings.forget(port, move.trigger, shifted)
                return f"{self._called(port)}: {moved} does: {now}"
            file = self._mappings.learn(port, move.trigger, target.words, shifted)
        except ControlError as error:
            return f"not learned: {error}"
        return f"{self._called(port)}: {moved} does: {target.words}; kept in {file}"

    def _called(self, port: str) -> str:
        device = self._mappings.device_of(port)
        return port if device is None else device.name
