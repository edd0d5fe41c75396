"""Open models of structure: the one that is shipped, and any GPT-2 with the same tokens.

A checkpoint is a folder as transformers saves it: `config.json`, `model.safetensors`, and
`vocab.json`, which gives each token of `structure.tokens` its row; the rows of the facts of
`structure.memory` are in it, too, where the model was taught with them. Further files
`model-*.safetensors` hold models of the same shape whose answers are averaged with the first one's.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from loopmind_live.arranger.structure.memory import FACT_NAMES
from loopmind_live.arranger.structure.model import network_of
from loopmind_live.arranger.structure.telling import Gpt2Structure
from loopmind_live.arranger.structure.tokens import VOCABULARY
from loopmind_live.config import shipped_folder
from loopmind_live.errors import ArrangerError, ConfigError

FOLDER = "structure"
VOCABULARY_FILE = "vocab.json"
_FILE_WAY = "name a folder with config.json, model.safetensors and vocab.json"


@cache
def shipped_structure() -> Gpt2Structure | None:
    """Return the model that is shipped, None where there is none. Raises ArrangerError."""
    try:
        folder = shipped_folder("models") / FOLDER
    except ConfigError:
        return None
    return load_checkpoint(folder) if (folder / "config.json").is_file() else None


def load_checkpoint(folder: Path) -> Gpt2Structure:
    """Return the models in a folder, for NumPy. Raises ArrangerError."""
    config = _json(folder / "config.json")
    if config.get("model_type") != "gpt2":
        raise ArrangerError(
            f"{folder}: a model of type {config.get('model_type')!r} cannot play on stage, only"
            " gpt2 can: arrange with it first (loopmind arrange --structure)"
        )
    vocabulary = _json(folder / VOCABULARY_FILE)
    rows = token_rows(folder)
    facts: tuple[int, ...] = ()
    if any(name in vocabulary for name in FACT_NAMES):
        facts = _rows(vocabulary, FACT_NAMES, folder / VOCABULARY_FILE)
    paths = sorted(folder.glob("model*.safetensors"), key=lambda path: (len(path.name), path.name))
    if not paths:
        raise ArrangerError(f"{folder}: no model.safetensors in it: {_FILE_WAY}")
    heads = _heads(config, folder / "config.json")
    network = network_of([tensors_of(path) for path in paths], heads)
    there, least, most = network.tokens.shape[1], min(*rows, *facts), max(*rows, *facts)
    if least < 0 or most >= there:
        raise ArrangerError(f"{folder}: its vocabulary has rows {least} to {most} of {there}")
    return Gpt2Structure(network, rows, facts)


def model_type(folder: Path) -> str:
    """Return the architecture of the checkpoint in a folder. Raises ArrangerError."""
    return str(_json(folder / "config.json").get("model_type"))


def token_rows(folder: Path) -> tuple[int, ...]:
    """Return the row of each token of the VOCABULARY. Raises ArrangerError."""
    path = folder / VOCABULARY_FILE
    return _rows(_json(path), VOCABULARY, path)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArrangerError(f"{path}: is missing: {_FILE_WAY}") from error
    except (OSError, ValueError) as error:
        raise ArrangerError(f"{path}: cannot be read ({error}): {_FILE_WAY}") from error
    if not isinstance(found, dict):
        raise ArrangerError(f"{path}: not a JSON object: {_FILE_WAY}")
    return found


def _rows(vocabulary: Mapping[str, Any], names: Sequence[str], path: Path) -> tuple[int, ...]:
    """Return the rows of tokens, in the order of `names`."""
    missing = [name for name in names if not isinstance(vocabulary.get(name), int)]
    if missing:
        raise ArrangerError(
            f"{path}: has no token {missing[0]!r} ({len(missing)} of {len(names)} are missing):"
            " a model of structure needs the tokens of loopmind train structure"
        )
    return tuple(vocabulary[name] for name in names)


def _heads(config: Mapping[str, Any], path: Path) -> int:
    heads, width = config.get("n_head"), config.get("n_embd")
    if not (isinstance(heads, int) and isinstance(width, int) and heads > 0 < width):
        raise ArrangerError(f"{path}: n_head {heads!r} and n_embd {width!r} are no shape of GPT-2")
    if width % heads:
        raise ArrangerError(f"{path}: n_embd {width} is no multiple of n_head {heads}")
    return heads


def tensors_of(path: Path) -> dict[str, Any]:
    """Return the tensors of a safetensors file. Raises ArrangerError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise ArrangerError(f"{path}: is missing: {_FILE_WAY}") from error
    except (OSError, SafetensorError, TypeError) as error:
        raise ArrangerError(f"{path}: cannot be read ({error})") from error
