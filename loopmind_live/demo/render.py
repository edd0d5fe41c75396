"""Make one demo loop: patches, levels, file. Runs in a worker, where a crash costs one loop."""

import importlib
import importlib.util
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live import config
from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import Effect, Layer, Recipe
from loopmind_live.dsp.loudness import lufs, true_peak_dbtp
from loopmind_live.errors import ConfigError, PrepareError
from loopmind_live.units import db_to_gain

_PACKAGE = "loopmind_patches"
_SUBTYPE = "PCM_24"
"""Not float: libsndfile puts the date into float files, and the same seed gives the same file."""
_PEAK_DB = {"hats": -8.0, "perc": -6.0, "snare": -3.0, "fx": -6.0}
_HIGHEST_PEAK_DB = -1.5
"""True peaks, in dBTP."""
_MARGIN = 64
_LOUDNESS_LUFS = {
    "drums": -13.0, "kick": -14.0, "snare": -18.0, "hats": -25.0, "perc": -22.0, "bass": -16.0,
    "melody": -19.0, "chords": -19.0, "pad": -21.0, "vocal": -19.0, "fx": -23.0,
}  # fmt: skip
"""How loud a loop of each role is at most, so that all of them together already make a mix."""

Audio = npt.NDArray[np.float32]


def patch_module(name: str) -> Any:
    """Return the module `name` of the shipped patches; ConfigError where there is none."""
    if _PACKAGE not in sys.modules:
        folder = config.shipped_folder("patches")
        spec = importlib.util.spec_from_file_location(
            _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ConfigError(f"{folder}: cannot be loaded: install loopmind-live again")
        package = importlib.util.module_from_spec(spec)
        sys.modules[_PACKAGE] = package
        spec.loader.exec_module(package)
    try:
        return importlib.import_module(f"{_PACKAGE}.{name}")
    except ImportError as error:
        raise ConfigError(f"patch {name!r} cannot be loaded ({error})") from error


def render_recipe(recipe: Recipe, seed: int) -> Audio:
    """Return the recipe's sound: float32 [frames, 2], true peak at most -1.5 dBTP.

    The same recipe and seed give the same samples.
    """
    own_seed = zlib.crc32(f"{seed}/{recipe.name}".encode())
    once = recipe.kind == "one_shot"
    grid = patch_module("grid").Grid(recipe.frames, recipe.bpm, recipe.rate_hz)
    with patch_module("stage").Stage(grid, own_seed, once) as stage:
        parts = [_play(stage, layer) for layer in recipe.layers]
        left = sum((part[0] for part in parts[1:]), start=parts[0][0])
        right = sum((part[1] for part in parts[1:]), start=parts[0][1])
        audio: Audio = stage.render(_through(stage, (left, right), recipe.bus))
    if not np.isfinite(audio).all():
        raise PrepareError(f"{recipe.name}: the patch made samples that are not finite")
    if once:
        fade = min(len(audio), recipe.rate_hz // 20)
        audio[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None]
    return _level(audio, recipe)


def write_recipe(recipe: Recipe, path: Path, seed: int) -> None:
    """Render a recipe into a WAV file; PrepareError where the file cannot be written."""
    import soundfile

    audio = render_recipe(recipe, seed)
    try:
        soundfile.write(path, audio, recipe.rate_hz, subtype=_SUBTYPE, format="WAV")
    except (OSError, soundfile.LibsndfileError) as error:
        raise PrepareError(
            f"{path}: cannot be written ({error}): choose a folder with room that you can write"
        ) from error


def _play(stage: Any, layer: Layer) -> tuple[Any, Any]:
    instrument = getattr(patch_module(layer.patch), layer.patch)
    sound = instrument(stage, _humanized(stage, layer.notes), **layer.settings)
    left, right = _through(stage, sound, layer.effects)
    gain = db_to_gain(layer.gain_db)
    return left * (gain * min(1.0, 1.0 - layer.pan)), right * (gain * min(1.0, 1.0 + layer.pan))


def _through(stage: Any, sound: tuple[Any, Any], effects: Sequence[Effect]) -> tuple[Any, Any]:
    space = patch_module("space")
    for name, settings in effects:
        sound = getattr(space, name)(stage, sound, **settings)
    return sound


def _humanized(stage: Any, notes: tuple[Note, ...]) -> list[Note]:
    """Vary the velocities a little; never the time: the truth about a loop stays exact."""
    factors = stage.random.uniform(0.93, 1.0, len(notes))
    return [
        Note(note.beat, note.pitch, note.velocity * factor, note.length_beats, note.slide)
        for note, factor in zip(notes, factors, strict=True)
    ]


def _level(audio: Audio, recipe: Recipe) -> Audio:
    """Bring the sound to its role's loudness, or as near as its peak allows."""
    centered = audio - audio.mean(axis=0, dtype=np.float64).astype(np.float32)
    # The loop's end rings into its beginning: both are heard by the meters.
    around = np.concatenate([centered[-_MARGIN:], centered, centered[:_MARGIN]])
    peak_db = true_peak_dbtp(around, recipe.rate_hz)
    if recipe.kind == "one_shot":
        gain_db = _HIGHEST_PEAK_DB - peak_db
    else:
        # Measured going round at least three seconds, so that a short loop has blocks enough.
        turns = max(1, -(-3 * recipe.rate_hz // len(centered)))
        loudness = lufs(np.tile(centered, (turns, 1)), recipe.rate_hz)
        if loudness is None:
            raise PrepareError(f"{recipe.name}: the patch made silence")
        gain_db = min(
            _PEAK_DB.get(recipe.role, _HIGHEST_PEAK_DB) - peak_db,
            _LOUDNESS_LUFS[recipe.role] - loudness,
        )
    return np.asarray(centered * np.float32(db_to_gain(gain_db)), dtype=np.float32)
