"""Write a model of structure and the n-grams that it is measured against, and read these."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from loopmind_live.arranger.checkpoint import FOLDER, VOCABULARY_FILE, tensors_of
from loopmind_live.arranger.structure.memory import FACT_NAMES
from loopmind_live.arranger.structure.tokens import VOCABULARY
from loopmind_live.config import shipped_folder
from loopmind_live.errors import ConfigError
from loopmind_live.training.structure_ngrams import Factored, Trigrams, from_counts, to_counts

COUNTS = "ngrams.safetensors"
_KINDS = ("trigrams", "factored")


def save_models(models: Sequence[Any], folder: Path) -> None:
    """Write models of one shape to a folder, as transformers does, in float16. ConfigError.

    What an older training left there is removed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("model*.safetensors"):
            old.unlink()
        for number, model in enumerate(models, 1):
            name = "model.safetensors" if number == 1 else f"model-{number}.safetensors"
            (folder / name).write_bytes(_packed(model))
        config = {**models[0].config.to_diff_dict(), "architectures": ["GPT2LMHeadModel"]}
        config.pop("transformers_version", None)
        _write_json(folder / "config.json", config)
        names = (*VOCABULARY, *FACT_NAMES)
        _write_json(folder / VOCABULARY_FILE, {name: row for row, name in enumerate(names)})
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written ({error})") from error


def save_counts(trigrams: Trigrams, factored: Factored, folder: Path) -> None:
    """Write n-grams beside the models. Raises ConfigError."""
    from safetensors.numpy import save

    tensors: dict[str, Any] = {}
    counts, discounts = (trigrams.counts, factored.counts), (trigrams.discount, factored.discount)
    for kind, counted, discount in zip(_KINDS, counts, discounts, strict=True):
        tensors[kind] = to_counts(counted).astype(np.int16)
        tensors[f"{kind}_discount"] = np.array([discount], np.float32)
    try:
        (folder / COUNTS).write_bytes(save(tensors))
    except OSError as error:
        raise ConfigError(f"{folder / COUNTS}: cannot be written ({error})") from error


def shipped_counts() -> tuple[Trigrams, Factored]:
    """Return the n-grams of the songs that the shipped model learned from. Raises ConfigError."""
    return load_counts(shipped_folder("models") / FOLDER)


def load_counts(folder: Path) -> tuple[Trigrams, Factored]:
    """Return the n-grams beside the models of a folder. Raises ConfigError, ArrangerError."""
    tensors = tensors_of(folder / COUNTS)
    try:
        counts = [from_counts(tensors[kind]) for kind in _KINDS]
        discounts = [float(tensors[f"{kind}_discount"][0]) for kind in _KINDS]
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigError(f"{folder / COUNTS}: not the counts of n-grams ({error})") from error
    return Trigrams(counts[0], discounts[0]), Factored(counts[1], discounts[1])


def _packed(model: Any) -> bytes:
    """Return the tensors of a model in float16; the embedding is written once."""
    from safetensors.numpy import save

    return save(
        {
            name: np.ascontiguousarray(tensor.detach().numpy().astype(np.float16))
            for name, tensor in model.state_dict().items()
            if name != "lm_head.weight"
        },
        metadata={"format": "pt"},
    )


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=path.name == "config.json") + "\n")
