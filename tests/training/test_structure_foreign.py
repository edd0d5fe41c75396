import json
import random
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.arranger.structure.decode import Asked, candidates
from loopmind_live.arranger.structure.telling import Gpt2Structure
from loopmind_live.arranger.structure.tokens import VOCABULARY, body, conditions
from loopmind_live.errors import ArrangerError
from loopmind_live.training.structure_foreign import ForeignStructure, any_checkpoint

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
SONG = body((("intro", 4), ("verse", 16), ("chorus", 8)))


def saved(folder: Path, model: object) -> Path:
    model.save_pretrained(folder)  # type: ignore[attr-defined]
    names = {name: row for row, name in enumerate(VOCABULARY)}
    (folder / "vocab.json").write_text(json.dumps(names))
    return folder


def gpt2(folder: Path) -> Path:
    torch.manual_seed(1)
    config = transformers.GPT2Config(vocab_size=80, n_positions=96, n_embd=8, n_layer=1, n_head=2)
    return saved(folder, transformers.GPT2LMHeadModel(config))


def llama(folder: Path, vocabulary: int = 80) -> Path:
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=vocabulary, hidden_size=8, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=96,
    )  # fmt: skip
    return saved(folder, transformers.LlamaForCausalLM(config))


def test_another_architecture_tells_forms(tmp_path: Path) -> None:
    model = any_checkpoint(llama(tmp_path))
    assert isinstance(model, ForeignStructure)
    for each in candidates(model, Asked("pop", 120.0, 64), 2, random.Random(1)):
        assert sum(bars for _, bars in each.form) == 64


def test_transformers_and_numpy_tell_the_same(tmp_path: Path) -> None:
    folder = gpt2(tmp_path)
    plain = any_checkpoint(folder)
    assert isinstance(plain, Gpt2Structure)
    one = plain.begin(conditions("pop", 120.0), None, 2)
    other = ForeignStructure(folder).begin(conditions("pop", 120.0), None, 2)
    np.testing.assert_allclose(one.next, other.next, atol=1e-5)
    for mine, theirs in zip(one.read([SONG, SONG]), other.read([SONG, SONG]), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    np.testing.assert_allclose(one.of([1]).next, other.of([1]).next, atol=1e-5)


def test_what_transformers_cannot_open_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = llama(tmp_path)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ArrangerError, match="transformers cannot open it") as caught:
        any_checkpoint(folder)
    assert "\n" not in str(caught.value)


def test_a_model_with_fewer_rows_than_tokens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArrangerError, match="rows up to 79, the model has 40"):
        any_checkpoint(llama(tmp_path, 40))
