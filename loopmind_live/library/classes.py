"""The classes of sound that can be told by ear, and the finer words that names use for them."""

from collections.abc import Mapping

CLASSES = ("kick", "snare", "hat", "perc", "drums", "bass", "synth", "pad", "vocal", "fx")
"""snare: also claps; hat: also cymbals; perc: also toms; drums: several of them, as in a break;
synth: whatever plays melodies or chords; pad: strings, choirs, drones; fx: noises, sweeps.
"""
CLASS_OF: Mapping[str, str] = {
    **{name: name for name in CLASSES},
    "hats": "hat", "percussion": "perc", "clap": "snare", "drum loop": "drums",
    "piano": "synth", "chords": "synth", "guitar": "synth", "brass": "synth", "wind": "synth",
    "pluck": "synth", "melody": "synth", "organ": "synth", "keys": "synth", "lead": "synth",
    "strings": "pad", "drone": "pad", "choir": "pad", "voice": "vocal", "vocals": "vocal",
}  # fmt: skip
"""By instrument, as names and manifests call it, its class."""
FAMILIES: Mapping[str, str] = {
    "kick": "hit", "snare": "hit", "hat": "hit", "perc": "hit", "synth": "tonal", "pad": "tonal",
}  # fmt: skip
"""Classes taken together: six are left, with drums, bass, vocal and fx."""
