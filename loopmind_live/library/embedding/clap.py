"""Embeddings by CLAP: sounds and words in one space (Wu et al. 2023, through transformers)."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding.base import unit
from loopmind_live.workers.hashing import sha256_of

DEFAULT_MODEL = "laion/clap-htsat-unfused"
HEARD_S = 60.0
"""Of longer sounds the beginning speaks for the rest."""
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_VERSION_DIGITS = 12

log = logging.getLogger(__name__)


class ClapMaker:
    """A loaded CLAP model. A sound is heard in windows of the model's length (10 s), and averaged.

    `name` holds the model's place and version. Both halves run on the processor.
    """

    knows_text = True

    def __init__(self, model: Any, processor: Any, name: str) -> None:
        self._model, self._processor = model, processor
        self.name = name
        self.width = int(model.config.projection_dim)
        self._rate_hz = int(processor.feature_extractor.sampling_rate)
        self._window_s = float(processor.feature_extractor.max_length_s)

    def of_audio(self, audio: Audio) -> Floats:
        """Return the vector of a sound: the mean over its windows."""
        import soxr
        import torch

        mono = audio.samples[: int(HEARD_S * audio.rate_hz)].mean(axis=1)
        if audio.rate_hz != self._rate_hz:
            mono = soxr.resample(mono, audio.rate_hz, self._rate_hz, "HQ")
        # Whole windows only: of a longer sound the model itself would pick one at random.
        count = max(1, math.ceil(len(mono) / (self._window_s * self._rate_hz)))
        vectors = []
        with torch.inference_mode():
            for window in np.array_split(mono, count):
                heard = self._processor.feature_extractor(
                    window, sampling_rate=self._rate_hz, return_tensors="pt"
                )
                vectors.append(_array(self._model.get_audio_features(**heard)))
        return unit(np.mean([unit(vector) for vector in vectors], axis=0))

    def of_text(self, text: str) -> Floats:
        """Return the vector of a description."""
        import torch

        tokens = self._processor.tokenizer(text, return_tensors="pt", truncation=True)
        with torch.inference_mode():
            return unit(_array(self._model.get_text_features(**tokens)))


def load_clap(model: str) -> ClapMaker:
    """Load the CLAP in a folder, or of that name on the hub (downloaded once).

    Raises LibraryError where transformers is not installed or the model cannot be had.
    """
    try:
        import torch
        from transformers import ClapModel, ClapProcessor
    except ImportError as error:
        raise LibraryError(
            f"the embedding clap needs transformers and torch ({error}): "
            'pip install "loopmind-live[ai]"'
        ) from error
    folder = Path(model).expanduser()
    place = str(folder.resolve()) if folder.is_dir() else model
    torch.manual_seed(0)
    try:
        loaded: Any = ClapModel.from_pretrained(place)
        loaded.eval()
        processor = ClapProcessor.from_pretrained(place)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        log.exception("no CLAP from %s", place)
        raise LibraryError(
            f"{model}: no CLAP model can be loaded from there ({_first_line(error)}): name a "
            "folder that holds one, or go online once to download it"
        ) from error
    return ClapMaker(loaded, processor, f"clap:{place}@{_version(folder, loaded)}")


def _version(folder: Path, loaded: Any) -> str:
    """Return what tells these weights from others of that name: commit or hash, 12 digits."""
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return sha256_of(folder / name)[:_VERSION_DIGITS]
    return str(getattr(loaded.config, "_commit_hash", None) or "unversioned")[:_VERSION_DIGITS]


def _array(features: Any) -> Floats:
    """Return one vector of a model's answer; newer transformers wrap it in an output object."""
    tensor = getattr(features, "pooler_output", features)
    result: Floats = tensor[0].float().cpu().numpy()
    return result


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
