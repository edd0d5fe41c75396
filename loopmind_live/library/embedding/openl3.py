"""Embeddings by OpenL3 (Cramer et al. 2019), where that package is installed."""

import importlib
import importlib.metadata
from typing import Any

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding.base import unit

WIDTH = 512
HEARD_S = 60.0
"""Of longer sounds the beginning speaks for the rest."""
_INPUT, _CONTENT, _HOP_S = "mel256", "music", 0.5


class OpenL3Maker:
    """The music model on 256 mel bands, 512 wide, averaged over windows of a second."""

    knows_text = False
    width = WIDTH

    def __init__(self, package: Any, version: str) -> None:
        self._package = package
        self._model = package.models.load_audio_embedding_model(
            input_repr=_INPUT, content_type=_CONTENT, embedding_size=WIDTH
        )
        self.name = f"openl3-{_INPUT}-{_CONTENT}-{WIDTH}@{version}"

    def of_audio(self, audio: Audio) -> Floats:
        """Return the vector of a sound: the mean over its windows."""
        mono = audio.samples[: int(HEARD_S * audio.rate_hz)].mean(axis=1)
        windows, _times = self._package.get_audio_embedding(
            mono, audio.rate_hz, model=self._model, hop_size=_HOP_S, center=True, verbose=0
        )
        return unit(windows.mean(axis=0))

    def of_text(self, text: str) -> Floats:
        """Raise LibraryError: it places sounds only."""
        raise LibraryError(f"{text!r}: the embedding openl3 knows no words: choose clap for them")


def load_openl3() -> OpenL3Maker:
    """Load OpenL3; LibraryError where its package is not installed or not usable."""
    try:
        package = importlib.import_module("openl3")
        importlib.import_module("openl3.models")
        return OpenL3Maker(package, importlib.metadata.version("openl3"))
    except (ImportError, OSError, AttributeError, ValueError) as error:
        raise LibraryError(
            f"the embedding openl3 needs a working openl3 package ({error}): pip install openl3 "
            "(it downloads its weights as it installs), or choose dsp or clap"
        ) from error
