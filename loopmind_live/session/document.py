"""What undo can bring back of a set: one frozen document."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from loopmind_live.config import MIN_LEVEL_DB
from loopmind_live.score.arrangement import Arrangement, Section
from loopmind_live.score.loop import Role
from loopmind_live.session.home import Home

Refit = Callable[[Arrangement, float, str | None], Arrangement]
"""Fits an arrangement's loops to a tempo and key (see `arranger.base.Arranger.refit`)."""
RoleSet = Literal["muted", "soloed", "locked"]
Bus = Literal["reverb", "delay", "master"]
"""What takes a patch beside the parts: `config.BUSES`."""
Strip = Role | Bus
Control = str
"""A strip's controls beside its fader: "filter" and "pan" in percent, "reverb" and "delay" in dB.

And its two insert shells': "insert1", the number of what it holds (0 is nothing), "amount1", its
amount in percent, and "knob1/NAME", a knob of the patch there, in the knob's own unit. A bus has a
first shell alone.
"""
INSERT_CONTROLS: tuple[Control, ...] = ("insert1", "insert2")
AMOUNT_CONTROLS: tuple[Control, ...] = ("amount1", "amount2")
DEFAULT_AMOUNT = 50.0
RolesIn = frozenset[tuple[int, Role]]
"""Roles in sections, by their ids."""
Mixer = tuple[tuple[tuple[Strip, Control], float], ...]
EffectControl = Literal["reverb/size", "reverb/damp", "delay/beats", "delay/feedback"]
"""A control of the shared effects: in percent, the delay's time in beats."""
EFFECTS_AT_FIRST: dict[EffectControl, float] = {
    "reverb/size": 70.0, "reverb/damp": 50.0, "delay/beats": 0.75, "delay/feedback": 40.0
}  # fmt: skip
"""Where the engine has them before any is moved."""
SEND_OFF_DB = MIN_LEVEL_DB
"""A send this low is off."""
_NEUTRAL: dict[Control, float] = {
    "reverb": SEND_OFF_DB, "delay": SEND_OFF_DB, **dict.fromkeys(AMOUNT_CONTROLS, DEFAULT_AMOUNT)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """All of a set that undo can bring back. `looping` is the section that repeats, or None.

    Sections are known by their `ids`, in the arrangement's order: a section that moves keeps its
    own, and one that is gone takes it along (0, 1, ... where empty); what is `gone` may come back.
    `muted_in` and `soloed_in` count in one section alone. `time` counts bars in half (0.5) or
    double (2) time against what loops are prepared for; `pace` plays all of it faster or slower at
    varispeed. `masks` are the rhythms that parts sound in (see `score.rhythm`), `patterns` what
    instruments play (see `score.melody`). `home` is where the set is kept, None where nowhere yet.
    """

    arrangement: Arrangement | None = None
    muted: frozenset[Role] = frozenset()
    soloed: frozenset[Role] = frozenset()
    locked: frozenset[Role] = frozenset()
    levels_db: tuple[tuple[Role, float], ...] = ()
    mixer: Mixer = ()
    effects: tuple[tuple[EffectControl, float], ...] = ()
    looping: int | None = None
    time: float = 1.0
    pace: float = 1.0
    ids: tuple[int, ...] = ()
    muted_in: RolesIn = frozenset()
    soloed_in: RolesIn = frozenset()
    gone: tuple[tuple[int, Section], ...] = ()
    masks: tuple[tuple[Role, str], ...] = ()
    patterns: tuple[tuple[Role, str], ...] = ()
    home: Home | None = None

    @property
    def bpm(self) -> float | None:
        """Return the tempo as it is counted, None where nothing is arranged."""
        if self.arrangement is None:
            return None
        return self.arrangement.bpm * self.time * self.pace

    @property
    def section_ids(self) -> tuple[int, ...]:
        """Return the sections' ids, by place."""
        if self.ids or self.arrangement is None:
            return self.ids
        return tuple(range(len(self.arrangement.sections)))

    def place_of(self, section: int | None) -> int | None:
        """Return the place of the section of that id, None where it is not there."""
        ids = self.section_ids
        return ids.index(section) if section in ids else None

    def level_db(self, role: Role) -> float:
        """Return the fader of `role`, 0 dB unless it was moved."""
        return dict(self.levels_db).get(role, 0.0)

    def control(self, strip: Strip, control: Control) -> float:
        """Return where a control of `strip` stands: neutral unless it was moved."""
        neutral = _NEUTRAL.get(control, 0.0)
        return dict(self.mixer).get((strip, control), neutral)

    def pattern(self, role: Role) -> str:
        """Return what the instrument of `role` was told to play, "" where it plays its own."""
        return dict(self.patterns).get(role, "")

    def effect(self, control: EffectControl) -> float:
        """Return where a control of the shared effects stands."""
        return dict(self.effects).get(control, EFFECTS_AT_FIRST[control])

    def mask(self, role: Role) -> str:
        """Return the rhythm that `role` sounds in, "" where it sounds throughout."""
        return dict(self.masks).get(role, "")

    def audible(self, role: Role, place: int) -> bool:
        """Tell whether `role` is heard at `place`: not muted, and soloed where anything is.

        >>> document = Document(muted_in=frozenset({(1, "bass")}), ids=(0, 1))
        >>> document.audible("bass", 0), document.audible("bass", 1)
        (True, False)
        """
        ids = self.section_ids
        section = ids[place] if place < len(ids) else None
        soloed = self.soloed.union(one for here, one in self.soloed_in if here == section)
        muted = role in self.muted or (section, role) in self.muted_in
        return not muted and (not soloed or role in soloed)
