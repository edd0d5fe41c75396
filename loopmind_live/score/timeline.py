"""Timeline files: an arrangement as JSON that people read, edit and play without a library.

`timeline.schema.json`, beside this module, says what a file holds.
"""

import json
import os
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from loopmind_live.errors import ScoreError
from loopmind_live.score.arrangement import LABELS, Arrangement, Part, Section
from loopmind_live.score.fit import fitted, stretch_for
from loopmind_live.score.labels import label_of
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop, Role
from loopmind_live.score.tried import Tried, tried_of
from loopmind_live.score.tried import to_object as tried_to_object
from loopmind_live.timing.tempo_map import check_bpm
from loopmind_live.units import PITCH_CLASSES, parse_key

FORMAT = 1
DEFAULT_BARS = 8
MAX_BYTES = 16 * 1024 * 1024
SOURCE_FIELDS = (
    "kind", "duration_s", "rate_hz", "channels", "bpm_confidence", "beats_per_bar", "key",
    "key_confidence", "instrument", "role", "moods", "lufs", "true_peak_dbtp", "brightness_hz",
    "onsets_per_s", "tuning_cents",
)  # fmt: skip

Lookup = Mapping[Path, Loop] | Callable[[Path], Loop | None]
Fill = Callable[[Arrangement, Collection[int], Collection[int]], Arrangement]
"""Fills in what a file leaves open: bars of some places, how the loops of some play."""


def write_timeline(arrangement: Arrangement, path: Path, tried: Tried | None = None) -> None:
    """Write `arrangement` to `path`, whole or not at all; raise ScoreError where it cannot be.

    `tried` are sets of loops that were chosen before, to be remembered with it.
    """
    text = timeline_text(arrangement, path, tried)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ScoreError(
            f"{path}: cannot be written ({error.strerror}): choose another place"
        ) from error


def timeline_text(arrangement: Arrangement, path: Path, tried: Tried | None = None) -> str:
    """Return what the timeline file at `path` holds of `arrangement`."""
    data = to_object(arrangement, path)
    if tried:
        data["tried"] = tried_to_object(tried)
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_timeline(
    path: Path,
    loops: Lookup | None = None,
    check_files: bool = True,
    hear: Callable[[Path], Loop] | None = None,
    fill: Fill | None = None,
) -> Arrangement:
    """Return the arrangement in the file at `path`.

    `loops` finds a library's loop by its absolute path; where it knows none, or is left out, the
    timeline's own facts serve. A clip's bpm, beats and start_s go before the library's, so that
    half and double time come back as they were. `hear` analyses a file that neither of them knows;
    `fill` is asked where bars or clips are left out, DEFAULT_BARS and plain clips are taken without
    it. Raise ScoreError, naming file and place, where the file cannot be read, says nothing
    playable, or names loops that are missing or have changed
    (`check_files` looks for them on the disk).
    """
    data = _load(path)
    _check_version(data, path)
    _validate(data, path)
    if isinstance(data["key"], str) and parse_key(data["key"]) is None:
        raise ScoreError(f'{path}: key {data["key"]!r}: write one as in "F#:min"')
    key = None if data["key"] is None else parse_key(data["key"])
    reader = _Reader(path, check_bpm(data["bpm"]), key, loops, check_files, hear)
    items = data["sections"]
    arrangement = Arrangement(
        bpm=reader.bpm,
        key=key,
        sections=tuple(reader.section(item) for item in items),
        beats_per_bar=int(data.get("meter", "4/4").partition("/")[0]),
        seed=int(data.get("seed", 0)),
        prompt=data.get("prompt", ""),
        moods=tuple(data.get("moods", ())),
        moods_out=tuple(data.get("moods_out", ())),
    )
    without_bars = [place for place, item in enumerate(items) if "bars" not in item]
    without_clips = [place for place, item in enumerate(items) if "clips" not in item]
    if fill is None or not (without_bars or without_clips):
        return arrangement
    return fill(arrangement, without_bars, without_clips)


def read_tried(path: Path) -> Tried:
    """Return the sets of loops that the timeline at `path` remembers; ScoreError as in reading."""
    data = _load(path)
    _check_version(data, path)
    _validate(data, path)
    return tried_of(data)


def to_object(arrangement: Arrangement, path: Path) -> dict[str, Any]:
    """Return the JSON object of `arrangement` for a timeline file at `path`."""
    beats_per_bar = arrangement.beats_per_bar
    return {
        "format": FORMAT,
        "prompt": arrangement.prompt,
        "seed": arrangement.seed,
        "bpm": arrangement.bpm,
        "key": arrangement.key,
        "meter": f"{beats_per_bar}/4",
        **({"moods": list(arrangement.moods)} if arrangement.moods else {}),
        **({"moods_out": list(arrangement.moods_out)} if arrangement.moods_out else {}),
        "sections": [
            {
                "name": arrangement.name(place),
                "label": section.label,
                "bars": section.bars,
                "start_bar": start + 1,
                "start": start * beats_per_bar,
                "loops": [_relative(part.loop.path, path) for part in section.parts],
                "clips": [_clip_object(part) for part in section.parts],
                **({"roles_out": list(section.roles_out)} if section.roles_out else {}),
                **({"roles_only": list(section.roles_only)} if section.roles_only else {}),
                **({"muted": list(section.muted)} if section.muted else {}),
            }
            for place, (section, start) in enumerate(
                zip(arrangement.sections, arrangement.start_bars(), strict=True)
            )
        ],
    }


@cache
def timeline_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of timeline files."""
    text = resources.files("loopmind_live.score").joinpath("timeline.schema.json").read_text()
    schema: dict[str, Any] = json.loads(text)
    return schema


def _clip_object(part: Part) -> dict[str, Any]:
    source = {name: getattr(part.loop, name) for name in SOURCE_FIELDS}
    return {
        "role": part.role,
        "gain_db": part.gain_db,
        "low_db": part.low_db,
        "high_db": part.high_db,
        "semitones": part.semitones,
        "stretch": part.stretch,
        **({"phase_beats": part.phase_beats} if part.phase_beats else {}),
        "bpm": part.loop.bpm,
        "beats": part.loop.beats,
        "start_s": part.loop.start_s,
        **({"sha256": part.loop.content_hash} if part.loop.content_hash else {}),
        "source": {**source, "moods": list(part.loop.moods)},
    }


def _relative(file: Path, timeline: Path) -> str:
    """Return `file` relative to the timeline's folder, absolute where no relative path exists."""
    try:
        relative = os.path.relpath(_absolute(file), _absolute(timeline).parent)
    except ValueError:  # another drive
        return _absolute(file).as_posix()
    return Path(relative).as_posix()


def _absolute(path: Path) -> Path:
    """Return `path` absolute and without "..", links left alone."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ScoreError(f"{path}: larger than {MAX_BYTES >> 20} MB: this is no timeline")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ScoreError(f"{path}: no such timeline: make one with loopmind arrange") from error
    except OSError as error:
        raise ScoreError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ScoreError(f"{path}: not a timeline: it is not UTF-8 text") from error
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ScoreError(f"{path}: not a timeline: {error}") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _check_version(data: Any, path: Path) -> None:
    """Refuse newer formats before the schema does, which would blame a detail."""
    version = data.get("format", FORMAT) if isinstance(data, dict) else FORMAT
    if isinstance(version, int | float) and version > FORMAT:
        raise ScoreError(
            f"{path}: format {version} is newer than {FORMAT}, which this version reads: "
            "upgrade loopmind-live"
        )


def _validate(data: Any, path: Path) -> None:
    """Raise ScoreError at the place where `data` leaves the schema."""
    import jsonschema  # heavy: only where a timeline is read

    validator = jsonschema.Draft202012Validator(timeline_schema())
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is None:
        return
    place = error.json_path.removeprefix("$").removeprefix(".")
    message = error.message if len(error.message) <= 160 else f"{error.message[:157]}..."
    raise ScoreError(f"{path}: {place + ': ' if place else ''}{message}")


class _Reader:
    """Turns the sections of one file into nouns."""

    def __init__(
        self,
        path: Path,
        bpm: float,
        key: str | None,
        loops: Lookup | None,
        check_files: bool,
        hear: Callable[[Path], Loop] | None,
    ) -> None:
        self.path, self.bpm, self.key = path, bpm, key
        self._hear = hear
        self._heard: dict[Path, Loop] = {}
        self._loops, self._check_files = loops, check_files

    def section(self, item: Mapping[str, Any]) -> Section:
        label = item.get("label") or label_of(item["name"])
        if label is None:
            raise ScoreError(
                f"{self.path}: section {item['name']!r}: name it after one of {', '.join(LABELS)}"
            )
        files, clips = item["loops"], item.get("clips") or [{}] * len(item["loops"])
        if len(files) != len(clips):
            raise ScoreError(
                f"{self.path}: section {item['name']!r} has {len(files)} loops and {len(clips)} "
                "clips: write one clip for each loop, or leave clips out"
            )
        parts: list[Part] = []
        for file, clip in zip(files, clips, strict=True):
            parts.append(self._part(file, clip, frozenset(part.role for part in parts), item))
        return Section(
            label,
            int(item.get("bars", DEFAULT_BARS)),
            tuple(parts),
            tuple(item.get("roles_out", ())),
            tuple(item.get("roles_only", ())),
            tuple(item.get("muted", ())),
        )

    def _part(
        self,
        file: str,
        clip: Mapping[str, Any],
        taken: frozenset[Role],
        section: Mapping[str, Any],
    ) -> Part:
        loop = self._loop(file, clip)
        role: Role | None = clip.get("role") or _free_role(loop, taken)
        if role is None or role in taken:
            raise ScoreError(
                f"{self.path}: section {section['name']!r}: {file}: no track is left for it, "
                "each role plays once"
            )
        part = fitted(loop, role, self.bpm, self.key)
        if clip.get("bpm") and clip.get("beats"):
            part = replace(part, loop=loop, stretch=stretch_for(loop, self.bpm))
        return replace(
            part,
            gain_db=float(clip.get("gain_db", part.gain_db)),
            low_db=float(clip.get("low_db", 0.0)),
            high_db=float(clip.get("high_db", 0.0)),
            semitones=int(clip.get("semitones", part.semitones)),
            phase_beats=int(clip.get("phase_beats", 0)),
        )

    def _loop(self, file: str, clip: Mapping[str, Any]) -> Loop:
        """Return the loop of `file` as `clip` counts it."""
        path = _absolute(self.path.parent / file)
        if self._check_files and not path.is_file():
            raise ScoreError(f"{self.path}: loop {file!r} is not there: looked for {path}")
        loop = self._known(path)
        if loop is None and "source" not in clip and self._hear is not None:
            loop = self._heard.get(path) or self._hear(path)
            self._heard[path] = loop
        if loop is None:
            if "source" not in clip:
                raise ScoreError(
                    f"{self.path}: loop {file!r} is not in the library: loopmind scan {path.parent}"
                )
            facts = {name: clip["source"][name] for name in SOURCE_FIELDS if name in clip["source"]}
            facts["moods"] = tuple(facts.get("moods", ()))
            loop = Loop(path, clip.get("sha256", ""), **facts)
        elif clip.get("sha256", loop.content_hash) != loop.content_hash:
            raise ScoreError(
                f"{self.path}: loop {file!r} has changed since: arrange again, or take its sha256 "
                "out to play it as it is now"
            )
        if loop.error is not None:
            raise ScoreError(f"{self.path}: loop {file!r} cannot be played: {loop.error}")
        if loop.key is not None and loop.key.partition(":")[0] not in PITCH_CLASSES:
            raise ScoreError(f"{self.path}: loop {file!r}: key {loop.key!r}: write flats as sharps")
        beats = clip.get("beats", loop.beats)
        return replace(
            loop,
            bpm=clip.get("bpm", loop.bpm),
            beats=None if beats is None else int(beats),
            start_s=clip.get("start_s", loop.start_s),
        )

    def _known(self, path: Path) -> Loop | None:
        """Return the library's loop at `path`, which may be known by its real path only."""
        if self._loops is None:
            return None
        find = self._loops if callable(self._loops) else self._loops.get
        return find(path) or find(path.resolve())


def _free_role(loop: Loop, taken: frozenset[Role]) -> Role | None:
    """Return the loop's role, or where that is taken or unknown the next free one of its kind."""
    wanted: Role = loop.role or ("melody" if loop.key is not None else "perc")
    if wanted not in taken:
        return wanted
    pitched = wanted not in UNPITCHED_ROLES
    free = [role for role in ROLES if role not in taken]
    return next((role for role in free if (role not in UNPITCHED_ROLES) == pitched), None)
