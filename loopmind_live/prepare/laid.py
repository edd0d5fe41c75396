"""The clips that lie in the arena, whole or opened: laid, filled in, handed out, thrown out."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from loopmind_live.dsp.seams import Audio
from loopmind_live.errors import PrepareError
from loopmind_live.prepare.base import Opened
from loopmind_live.prepare.cache import ClipCache
from loopmind_live.prepare.clip_audio import ClipAudio
from loopmind_live.score.clip import Clip, ClipRecipe


class Arena(Protocol):
    """The memory that voices read; only one pool allocates from it."""

    def allocate(self, frames: int) -> int | None:
        """Return the first frame of a free place of `frames`, now taken; None where it is full."""
        ...

    def free(self, offset: int) -> None:
        """Give the place that begins at `offset` back."""
        ...

    def hold(self, offset: int, frames: int, sounding: bool) -> bool:
        """Take a place where another process laid a clip; return whether it could be taken."""
        ...

    def read(self, offset: int, frames: int) -> Audio:
        """Return what lies at `offset`: stereo, the memory itself."""
        ...

    def write(self, offset: int, audio: Audio) -> None:
        """Copy stereo `audio` to `offset`."""
        ...


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many frames of a clip are lead-in, body and tail."""

    lead: int
    body: int
    tail: int


def sizes_of(audio: ClipAudio) -> Sizes:
    """Return the sizes of a whole clip."""
    return Sizes(len(audio.lead), len(audio.body), len(audio.tail))


class LaidClips:
    """Knows what lies where, and makes room. What was handed out stays until `keep` leaves it out.

    `lock` is its owner's, and is held at no time for long: what is written is `busy` meanwhile.
    """

    def __init__(self, arena: Arena, lock: threading.Condition) -> None:
        self._arena = arena
        self._lock = lock
        self._placing = threading.Lock()
        self._clips: OrderedDict[ClipRecipe, Clip] = OrderedDict()
        self._opened: dict[ClipRecipe, Opened] = {}
        self._kept: frozenset[ClipRecipe] = frozenset()
        self._lent: set[ClipRecipe] = set()
        self._busy: set[ClipRecipe] = set()

    def clip(self, recipe: ClipRecipe) -> Clip | None:
        """Hand a whole clip out, None where it is not there."""
        with self._lock:
            clip = self._clips.get(recipe)
            if clip is not None:
                self._clips.move_to_end(recipe)
                self._lent.add(recipe)
            return clip

    def opened(self, recipe: ClipRecipe) -> Opened | None:
        """Hand an opened clip out, None where it is not there, or is whole."""
        with self._lock:
            opened = self._opened.get(recipe)
            if opened is not None:
                self._lent.add(recipe)
            return opened

    def has(self, recipe: ClipRecipe) -> bool:
        """Tell whether a clip is there, whole."""
        with self._lock:
            return recipe in self._clips

    def steady(self, recipe: ClipRecipe) -> int:
        """Return how many frames of an opened clip's body are there."""
        with self._lock:
            opened = self._opened.get(recipe)
            return 0 if opened is None else opened.frames

    def keep(self, recipes: frozenset[ClipRecipe], unseen: Iterable[ClipRecipe]) -> None:
        """Let all give way but `recipes`, and what has still to be handed out."""
        with self._lock:
            self._kept, self._lent = recipes, set(unseen)

    def let_go(self, recipe: ClipRecipe) -> None:
        """Say that a clip which was laid out is filled, or will not be."""
        with self._lock:
            self._busy.discard(recipe)

    def lay_out(self, recipe: ClipRecipe, body: int) -> Clip | None:
        """Return a clip that is filled while it plays; None without room. It stays until `let_go`.

        What lies there is whatever lay there before.
        """
        offset = self._room(body)
        if offset is None:
            return None
        with self._lock:
            self._clips[recipe] = Clip(recipe, offset, body)
            self._busy.add(recipe)
            return self._clips[recipe]

    def lay(self, recipe: ClipRecipe, audio: ClipAudio) -> Clip:
        """Lay a whole clip, or fill in what is not there of it. Raises PrepareError without room.

        Raises it, too, where it does not begin with what lies there: that may sound.
        """
        clip = self._write(recipe, audio, sizes_of(audio))
        with self._lock:
            self._opened.pop(recipe, None)
            self._clips[recipe] = clip
            self._lent.add(recipe)
            self._busy.discard(recipe)
        return clip

    def open(self, recipe: ClipRecipe, audio: ClipAudio, sizes: Sizes) -> Opened:
        """Lay the lead-in and the first frames of the body of a clip of `sizes`; raises as `lay`.

        Where it is opened already, lay what there is more of it.
        """
        clip = self._write(recipe, audio, sizes)
        with self._lock:
            self._opened[recipe] = Opened(clip, len(audio.body))
            self._lent.add(recipe)
            self._busy.discard(recipe)
            return self._opened[recipe]

    def hold(self, clip: Clip, sure: bool) -> bool:
        """Take a whole clip over that lies there; return whether its place could be taken."""
        with self._lock:
            if not self._hold(clip, sure):
                return False
            self._clips[clip.recipe] = clip
            return True

    def hold_opened(self, opened: Opened) -> bool:
        """Take a clip over that is opened and sounds."""
        with self._lock:
            if not self._hold(opened.clip, sure=True):
                return False
            self._opened[opened.clip.recipe] = opened
            return True

    def _hold(self, clip: Clip, sure: bool) -> bool:
        known = clip.recipe in self._clips or clip.recipe in self._opened
        begin = clip.offset - clip.lead_frames
        if known or not self._arena.hold(begin, clip.frames, sure):
            return False
        self._lent.add(clip.recipe)
        return True

    def recipes(self) -> frozenset[ClipRecipe]:
        """Return what is there, whole or opened."""
        with self._lock:
            return frozenset(self._clips) | frozenset(self._opened)

    def _write(self, recipe: ClipRecipe, audio: ClipAudio, sizes: Sizes) -> Clip:
        """Write a clip, or what is not there of it; it is busy from now on."""
        with self._lock:
            opened = self._opened.get(recipe)
            if opened is not None:
                self._busy.add(recipe)
        try:
            if opened is not None:
                self._fill(opened, audio, sizes)
                return opened.clip
            return self._write_anew(recipe, audio, sizes)
        except BaseException:
            self.let_go(recipe)
            raise

    def _write_anew(self, recipe: ClipRecipe, audio: ClipAudio, sizes: Sizes) -> Clip:
        frames = sizes.lead + sizes.body + sizes.tail
        offset = self._room(frames)
        if offset is None:
            raise PrepareError(
                f"{recipe.path}: no room for {frames / recipe.rate_hz:.1f} s in the "
                "clip memory: use fewer or shorter loops at a time"
            )
        try:
            self._copy_to(offset, audio.lead, audio.body, audio.tail)
        except BaseException:
            self._arena.free(offset)
            raise
        return Clip(recipe, offset + sizes.lead, sizes.body, sizes.lead, sizes.tail)

    def _fill(self, opened: Opened, audio: ClipAudio, sizes: Sizes) -> None:
        clip, frames = opened.clip, opened.frames
        there = self._arena.read(clip.offset - clip.lead_frames, clip.lead_frames + frames)
        laid = Sizes(clip.lead_frames, clip.body_frames, clip.tail_frames)
        lead, begin = there[: clip.lead_frames], there[clip.lead_frames :]
        fits = np.array_equal(lead, audio.lead) and np.array_equal(begin, audio.body[:frames])
        if laid != sizes or not fits:
            raise PrepareError(
                f"{clip.recipe.path}: its rest does not fit its first bars: ask for it once more"
            )
        self._copy_to(clip.offset + frames, audio.body[frames:], audio.tail)

    def _copy_to(self, offset: int, *parts: Audio) -> None:
        """Copy parts of a clip to `offset`, one after another, with no copy of them on the way."""
        for part in parts:
            self._arena.write(offset, part)
            offset += len(part)

    def _room(self, frames: int) -> int | None:
        """Return a place in the arena, for which the clips unused longest give way."""
        with self._placing:
            while (offset := self._arena.allocate(frames)) is None:
                with self._lock:
                    clip = self._victim(self._kept | self._lent | self._busy)
                if clip is None:
                    return None
                self._arena.free(clip.offset - clip.lead_frames)
        return offset

    def _victim(self, taken: Collection[ClipRecipe]) -> Clip | None:
        """Throw out what may give way, whole clips first."""
        for whole in self._clips:
            if whole not in taken:
                return self._clips.pop(whole)
        for begun in self._opened:
            if begun not in taken:
                return self._opened.pop(begun).clip
        return None


def lies_there(arena: Arena, cache: ClipCache, clip: Clip) -> bool:
    """Tell whether the arena holds a clip's samples where it says."""
    audio = cache.load(clip.recipe.key) if clip.recipe.content_hash else None
    laid = Sizes(clip.lead_frames, clip.body_frames, clip.tail_frames)
    if audio is None or sizes_of(audio) != laid:
        return False
    begin = clip.offset - clip.lead_frames
    for part in (audio.lead, audio.body, audio.tail):
        if not np.array_equal(arena.read(begin, len(part)), part):
            return False
        begin += len(part)
    return True
