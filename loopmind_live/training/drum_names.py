"""Which class a drum sample is of, by its name as drum kits name them."""

import re
from pathlib import Path

from loopmind_live.library.names import name_words

_WORDS = {
    "kick": "kick kicks bd bassdrum bass kik kickdrum basdrum basedrum bdrum",
    "snare": "snare snares sn sd sna snr clap claps cp handclap clp rim rimshot snap snaps",
    "hat": "hat hats hihat hihats hh hhc hho chh ohh hc ho cymbal cymbals cymball crash ride splash"
    " china chinese bell sizzle closedhat openhat pedalhat rd cr cy",
    "perc": "tom toms lt mt ht conga congas bongo bongos cowbell cowb tamb tambourine cabasa clave"
    " claves shaker maracas timbal timbale timbales guiro block woodblock wood agogo triangle tri"
    " stick sidestick djembe djundjun surdo tabla castanets whip washboard vibraslap perc"
    " percussion floor taiko floortom cajon maraca maracas kenkeni dununba sangban",
}
_CLASS = {word: label for label, words in _WORDS.items() for word in words.split()}
_WITHIN = {"snare": "snare", "kick": "kick", "hihat": "hat", "hhopen": "hat", "hhclosed": "hat"}
# What stands first decides: a rimshot on a snare, a stick on a hat.
_FIRST = ("tom", "toms", "cowbell", "cowb", "sidestick", "conga", "tambourine", "timbal", "floor")
_UNCLEAR = frozenset({"roll", "flam", "brush", "fx", "noise", "voice", "vox", "loop", "beat"})


def drum_class(path: Path) -> str | None:
    """Return the class of a drum sample, None where its name does not tell.

    >>> drum_class(Path("Kit/36-Ludwig26Kick-1.wav")), drum_class(Path("tr505-cowb-h.wav"))
    ('kick', 'perc')
    >>> drum_class(Path("Sabian_Crash.flac")), drum_class(Path("Hit.wav")) is None
    ('hat', True)
    """
    parts = path.stem.split("__")
    stem = parts[-1] if parts[0].isdigit() else parts[0]
    words = [re.sub(r"\d+", "", word) for word in name_words(stem)]
    if _UNCLEAR & set(words):
        return None
    for word in _FIRST:
        if word in words:
            return "perc"
    found = {_CLASS[word] for word in words if word in _CLASS}
    if not found:
        found = {label for part, label in _WITHIN.items() if part in stem.lower()}
    if len(found) > 1:
        found.discard("perc")
    # "Bass" alone is a bass guitar as often as a drum: it needs its "drum".
    others = {word for word in words if _CLASS.get(word) == "kick"} - {"bass"}
    if found == {"kick"} and not others and "drum" not in words:
        return None
    return found.pop() if len(found) == 1 else None
