"""What a file's name says: tempo, key, instrument, kind. Hints only; the sound decides."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.score.loop import Role
from loopmind_live.units import parse_key

_MARKED_BPM = re.compile(
    r"(?<![\d.])(\d{2,3}(?:\.\d{1,2})?)[\s_-]*bpm|bpm[\s_-]*(\d{2,3})(?!\d)", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"(?<![A-Za-z\d.])(\d{2,3})(?![A-Za-z\d.])")
_KEY_TOKEN = re.compile(
    r"(?<![A-Za-z#♯♭])([A-G](?:#|♯|♭|b|sharp|flat)?)[\s_-]?(maj(?:or)?|min(?:or)?|m)?(?![A-Za-z#♯♭])"
)
_METER = re.compile(r"(?<![\d.-])([34])-4(?![\d.-])")
_TONIC = re.compile(r"(?:^|(?<=[\s-]))[A-G](?=[\s-]|$)")
_LOWER_KEY = re.compile(
    r"(?<![A-Za-z#])([a-g](?:#|b|sharp|flat)?)[\s_-]?(maj(?:or)?|min(?:or)?|m)(?![A-Za-z#])"
)

# The first group with a word in the name wins, so the telling words stand before the general ones.
_INSTRUMENTS: tuple[tuple[str, Role, str], ...] = (
    ("vocal", "vocal", "vocal vocals vox voc voice choir acapella chant speech yeah hey"),
    ("hat", "hats", "hat hats hihat hihats hh chh ohh cymbal cymbals crash ride splash openhat"),
    ("snare", "snare", "snare snares sn sd clap claps cp rim rimshot"),
    ("kick", "kick", "kick kicks bd bassdrum kik"),
    ("perc", "perc", "perc percs percussion conga congas bongo bongos tabla shaker tambourine"
     " cowbell tom toms clave claves timbale timbales djembe woodblock triangle"),
    ("drums", "drums", "drum drums drumloop beat beats break breaks breakbeat amen groove jungle"
     " kit drumkit"),
    ("bass", "bass", "bass basses sub subbass reese tb303 bassline basslines"),
    ("pad", "pad", "pad pads drone drones ambi ambient atmos atmosphere texture soundscape"),
    ("strings", "pad", "strings string violin violins cello orchestra"),
    ("piano", "chords", "piano pianos rhodes epiano keys wurli organ"),
    ("chords", "chords", "chord chords stab stabs"),
    ("guitar", "melody", "guitar guitars gtr guit ukulele banjo sitar"),
    ("brass", "melody", "brass horn horns trumpet trombone sax saxophone"),
    ("wind", "melody", "flute flutes oboe clarinet whistle"),
    ("pluck", "melody", "pluck plucks bell bells mallet marimba kalimba harp vibes"),
    ("synth", "melody", "synth synths lead leads arp arps melody melodies melodic riff seq hook"),
    ("fx", "fx", "fx sfx riser rise uplifter downlifter sweep impact noise whoosh swoosh woosh"
     " glitch zap vinyl scratch foley transition explosion"),
)  # fmt: skip
_WORDS = {word: (label, role) for label, role, words in _INSTRUMENTS for word in words.split()}
_RANK = {label: rank for rank, (label, _, _) in enumerate(_INSTRUMENTS)}
_ONE_SHOT_WORDS = frozenset(("oneshot", "oneshots", "hit", "hits", "shot"))


@dataclass(frozen=True, slots=True)
class NameHints:
    """What a name claims; `bpm_marked` where it stands beside "bpm" and not just as a number.

    `keys`: the key that it names, or both keys of a tonic that stands alone. `beats_per_bar`: of
    "3-4", "4-4" or a waltz.
    """

    bpm: float | None = None
    bpm_marked: bool = False
    keys: tuple[str, ...] = ()
    instrument: str | None = None
    role: Role | None = None
    one_shot: bool = False
    words: frozenset[str] = frozenset()
    beats_per_bar: int | None = None


def read_name(path: Path) -> NameHints:
    """Return what a file's name, and where it is silent its folder's, says.

    >>> hints = read_name(Path("Dark Trap/MelodyLoop_140bpm_F#m.wav"))
    >>> hints.bpm, hints.bpm_marked, hints.keys, hints.instrument, hints.role
    (140.0, True, ('F#:min',), 'synth', 'melody')
    >>> read_name(Path("kits/snare_03.wav")).bpm is None
    True
    """
    stem = path.stem
    words = name_words(stem)
    folder_words = name_words(path.parent.name)
    instrument = _instrument(words) or _instrument(folder_words)
    bpm, marked = _bpm(stem)
    if bpm is None:
        bpm, marked = _marked_bpm(path.parent.name), True
    return NameHints(
        bpm=bpm,
        bpm_marked=marked and bpm is not None,
        keys=_keys(stem, bpm is not None),
        instrument=instrument[0] if instrument else None,
        role=instrument[1] if instrument else None,
        one_shot=bool(_ONE_SHOT_WORDS & set(words + folder_words)),
        words=frozenset(words + folder_words),
        beats_per_bar=_beats_per_bar(stem, words + folder_words),
    )


def name_words(name: str) -> list[str]:
    """Return the lower-case words of a name, split at marks, digits and camel case.

    >>> name_words("DarkHiHat_loop02 tb303 HHOpen")
    ['dark', 'hi', 'hat', 'hihat', 'loop', 'tb', 'tb303', 'hh', 'open']
    """
    words: list[str] = []
    for token in re.split(r"[^A-Za-z0-9]+", name):
        pieces = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", token)
        lower = [piece.lower() for piece in pieces]
        words += lower
        # Also the pairs, for "HiHat" and "DrumLoop", and the whole, for "tb303".
        words += [a + b for a, b in pairwise(lower) if a + b in _WORDS]
        if token.lower() in _WORDS and token.lower() not in words:
            words.append(token.lower())
    return words


def _instrument(words: list[str]) -> tuple[str, Role] | None:
    found = [_WORDS[word] for word in words if word in _WORDS]
    return min(found, key=lambda label_role: _RANK[label_role[0]], default=None)


def _marked_bpm(name: str) -> float | None:
    match = _MARKED_BPM.search(name)
    if match is None:
        return None
    bpm = float(match.group(1) or match.group(2))
    return bpm if MIN_BPM <= bpm <= MAX_BPM else None


def _bpm(stem: str) -> tuple[float | None, bool]:
    marked = _marked_bpm(stem)
    if marked is not None:
        return marked, True
    bare = [float(text) for text in _BARE_NUMBER.findall(stem.replace("_", " "))]
    likely = [bpm for bpm in bare if 60.0 <= bpm <= 200.0]
    return (likely[-1], False) if likely else (None, False)


def _beats_per_bar(stem: str, words: list[str]) -> int | None:
    match = _METER.search(stem)
    if match is not None:
        return int(match.group(1))
    return 3 if "waltz" in words else None


def _keys(stem: str, has_bpm: bool) -> tuple[str, ...]:
    """Return the last key named, or both keys of a capital letter alone.

    The letter counts only in a name that also states a tempo: such names are made by rule, and in
    others an A is an article.
    """
    spaced = stem.replace("_", " ")
    found = [
        parse_key(" ".join(part for part in match.groups() if part))
        for pattern in (_LOWER_KEY, _KEY_TOKEN)
        for match in pattern.finditer(spaced)
        if match.group(2) or len(match.group(1)) > 1
    ]
    keys = [key for key in found if key is not None]
    if keys:
        return (keys[-1],)
    tonics = _TONIC.findall(spaced) if has_bpm else []
    return (f"{tonics[-1]}:maj", f"{tonics[-1]}:min") if tonics else ()
