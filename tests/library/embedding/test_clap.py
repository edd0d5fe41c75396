"""CLAP, by a tiny model that the tests make for themselves: sounds and words in one space."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_loops import RATE_HZ, chord_loop, drum_loop, one_hit

from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding import EmbeddingMaker, maker_named

for package in ("torch", "transformers"):
    pytest.importorskip(package, reason=f"program: {package} is not installed")

WIDTH = 16
# Their own code warns of what it will change, differently in each version.
pytestmark = pytest.mark.filterwarnings("ignore")


def save_tokenizer(folder: Path) -> None:
    """Write a tokenizer of single bytes: what is needed of RoBERTa's, without its words."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.processors import RobertaProcessing
    from transformers import RobertaTokenizerFast

    special = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    letters = sorted(ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate((*special, *letters))}
    tokenizer = Tokenizer(BPE(vocabulary, [], unk_token="<unk>"))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    RobertaTokenizerFast(tokenizer_object=tokenizer, model_max_length=60).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")


def save_model(folder: Path, seed: int) -> Path:
    """Write a tiny CLAP of random weights into a folder, as a real one would be saved."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    torch.manual_seed(seed)
    config = ClapConfig(
        text_config={
            "vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
            "intermediate_size": 37, "max_position_embeddings": 80,
        },
        audio_config={
            "depths": [1, 1], "num_attention_heads": [2, 2], "patch_embeds_hidden_size": 16,
            "hidden_size": 32, "window_size": 8,
        },
        projection_dim=WIDTH,
    )  # fmt: skip
    ClapModel(config).eval().save_pretrained(folder)
    ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad").save_pretrained(folder)
    save_tokenizer(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("models") / "tiny", seed=1)


@pytest.fixture(scope="module")
def maker(model: Path) -> EmbeddingMaker:
    return maker_named(f"clap:{model}")


def test_sounds_and_words_have_vectors_of_one_space(maker: EmbeddingMaker) -> None:
    assert maker.knows_text and maker.width == WIDTH
    for found in (
        maker.of_audio(Audio(drum_loop(120, 4), RATE_HZ)),
        maker.of_text("dusty vinyl drums"),
    ):
        assert found.shape == (WIDTH,) and found.dtype == np.float32
        assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)


def test_the_same_gives_the_same_and_another_another(maker: EmbeddingMaker) -> None:
    drums, chords = Audio(drum_loop(120, 4), RATE_HZ), Audio(chord_loop(120, [[60, 64]]), RATE_HZ)
    assert np.array_equal(maker.of_audio(drums), maker.of_audio(drums))
    assert not np.allclose(maker.of_audio(drums), maker.of_audio(chords), atol=1e-4)
    assert np.array_equal(maker.of_text("dark"), maker.of_text("dark"))
    assert not np.allclose(maker.of_text("dark"), maker.of_text("bright pads"), atol=1e-4)


def test_a_long_sound_is_heard_whole_and_alike_each_time(maker: EmbeddingMaker) -> None:
    # Longer than the model's window: on its own it would choose a part of it by chance.
    long = np.concatenate([drum_loop(120, 24), one_hit(14.0)])
    assert len(long) / RATE_HZ > 20.0
    first = maker.of_audio(Audio(long, RATE_HZ))
    assert np.array_equal(first, maker.of_audio(Audio(long, RATE_HZ)))
    assert not np.allclose(first, maker.of_audio(Audio(long[: 10 * RATE_HZ], RATE_HZ)), atol=1e-5)


@pytest.mark.parametrize("frames", [1, 100, 5000])
def test_the_shortest_sounds_have_a_vector(maker: EmbeddingMaker, frames: int) -> None:
    assert np.isfinite(maker.of_audio(Audio(one_hit()[:frames] + 0.1, RATE_HZ))).all()


def test_words_without_end_are_cut_and_none_at_all_are_words_too(maker: EmbeddingMaker) -> None:
    for text in ("drums " * 1000, "", "Ω 鼓 🥁"):
        assert np.isfinite(maker.of_text(text)).all()


def test_the_name_tells_the_folder_and_its_weights(
    maker: EmbeddingMaker, model: Path, tmp_path: Path
) -> None:
    assert maker.name.startswith(f"clap:{model}@")
    assert maker_named(maker.name).name == maker.name
    place = tmp_path / "tiny"
    names = {maker_named(f"clap:{save_model(place, seed=seed)}").name for seed in (2, 3)}
    assert len(names) == 2


def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(LibraryError, match="no CLAP model") as caught:
            maker_named(f"clap:{folder}")
        assert "\n" not in str(caught.value)
