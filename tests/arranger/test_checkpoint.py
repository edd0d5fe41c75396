import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from loopmind_live.arranger.checkpoint import load_checkpoint
from loopmind_live.arranger.structure.memory import FACT_NAMES
from loopmind_live.arranger.structure.tokens import VOCABULARY, conditions
from loopmind_live.errors import ArrangerError
from tests.arranger.structure.tiny import tiny_model, tiny_tensors

CONFIG = {"model_type": "gpt2", "n_head": 2, "n_embd": 8}
NAMES = (*VOCABULARY, *FACT_NAMES)


def saved(
    folder: Path,
    config: dict[str, Any] | None = None,
    names: tuple[str, ...] = NAMES,
    prefix: str = "transformer.",
    members: int = 1,
) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG if config is None else config))
    (folder / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    for number in range(1, members + 1):
        name = "model.safetensors" if number == 1 else f"model-{number}.safetensors"
        tensors = {prefix + key: each for key, each in tiny_tensors(number).items()}
        save_file(tensors, folder / name)
    return folder


def first_shares(model: Any) -> np.ndarray:
    return np.asarray(model.begin(conditions("pop", 120.0), None, 1).next)


@pytest.mark.parametrize("prefix", ["transformer.", ""])
def test_a_folder_as_transformers_saves_it_is_opened(tmp_path: Path, prefix: str) -> None:
    model = load_checkpoint(saved(tmp_path / "m", prefix=prefix))
    np.testing.assert_allclose(first_shares(model), first_shares(tiny_model(1)))


def test_several_models_in_a_folder_tell_together(tmp_path: Path) -> None:
    model = load_checkpoint(saved(tmp_path / "m", members=2))
    assert model.network.members == 2
    np.testing.assert_allclose(first_shares(model), first_shares(tiny_model(2)))


def test_the_rows_of_tokens_are_found_by_name(tmp_path: Path) -> None:
    folder = saved(tmp_path / "m")
    order = np.random.default_rng(1).permutation(len(NAMES))
    tensors = tiny_tensors(1)
    moved = tensors["wte.weight"].copy()
    moved[order] = tensors["wte.weight"]
    save_file({**tensors, "wte.weight": moved}, folder / "model.safetensors")
    (folder / "vocab.json").write_text(
        json.dumps({name: int(row) for name, row in zip(NAMES, order, strict=True)})
    )
    np.testing.assert_allclose(first_shares(load_checkpoint(folder)), first_shares(tiny_model(1)))


def test_a_model_without_facts_reads_tokens_alone(tmp_path: Path) -> None:
    model = load_checkpoint(saved(tmp_path / "m", names=VOCABULARY))
    assert model.fact_rows == ()
    assert first_shares(model).sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("config", "names", "message"),
    [
        ({"model_type": "llama"}, NAMES, "'llama'"),
        ({**CONFIG, "n_head": 3}, NAMES, "n_embd 8 is no multiple of n_head 3"),
        ({**CONFIG, "n_head": None}, NAMES, "n_head None"),
        (CONFIG, VOCABULARY[1:], "no token '<pad>'"),
        (CONFIG, NAMES[:-1], "no token"),
        (CONFIG, (*VOCABULARY, *["-"] * 500, *FACT_NAMES), "rows 0 to"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused_in_one_line(
    tmp_path: Path, config: dict[str, Any], names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ArrangerError, match=message) as caught:
        load_checkpoint(saved(tmp_path / "m", config, names))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("missing", ["config.json", "vocab.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = saved(tmp_path / "m")
    (folder / missing).unlink()
    with pytest.raises(ArrangerError, match=missing):
        load_checkpoint(folder)


@pytest.mark.parametrize("broken", ["config.json", "vocab.json", "model.safetensors"])
def test_a_broken_file_is_named(tmp_path: Path, broken: str) -> None:
    folder = saved(tmp_path / "m")
    (folder / broken).write_bytes(b"\x80[")
    with pytest.raises(ArrangerError, match=broken):
        load_checkpoint(folder)
