from pathlib import Path

import numpy as np
import pytest

from loopmind_live.arranger.checkpoint import FOLDER, load_checkpoint
from loopmind_live.arranger.structure.memory import ROWS, facts_of
from loopmind_live.arranger.structure.model import Network, network_of
from loopmind_live.arranger.structure.tokens import body, conditions
from loopmind_live.config import shipped_folder
from loopmind_live.errors import ArrangerError
from tests.arranger.structure.tiny import tiny_network, tiny_tensors

SONGS = [
    (("intro", 4), ("verse", 16), ("chorus", 8), ("verse", 16), ("chorus", 8), ("outro", 4)),
    (("chorus", 3), ("bridge", 32), ("solo", 7), ("section", 1), ("build", 9), ("inst", 12)),
]


def rows_of(sections: tuple[tuple[str, int], ...], asked: int | None = None) -> np.ndarray:
    tokens = [*conditions("rock", 120.0, asked), *body(sections)]
    return np.array([(token, *facts) for token, facts in
                     zip(tokens, facts_of(tokens, asked), strict=True)])  # fmt: skip


def test_reading_at_once_and_token_by_token_give_the_same_scores() -> None:
    network = tiny_network()
    rows = rows_of(SONGS[0])[None]
    at_once = network.read(network.start(), rows)
    cache = network.start()
    one_by_one = [network.read(cache, rows[:, i : i + 1]) for i in range(rows.shape[1])]
    np.testing.assert_allclose(np.concatenate(one_by_one, axis=2), at_once, atol=1e-4)


def test_pieces_and_members_do_not_touch_each_other() -> None:
    network = tiny_network(3)
    both = np.stack([rows_of(SONGS[0]), rows_of(SONGS[1])])
    together = network.read(network.start(2), both)
    for piece, rows in enumerate(both):
        alone = network.read(network.start(1), rows[None])
        np.testing.assert_allclose(together[:, piece], alone[:, 0], atol=1e-4)
    for member in range(3):
        single = network_of([tiny_tensors(1 + member)], 2)
        alone = single.read(single.start(2), both)
        np.testing.assert_allclose(together[member], alone[0], atol=1e-4)


def test_a_cache_of_some_pieces_goes_on_from_where_they_were() -> None:
    network = tiny_network()
    rows = np.stack([rows_of(SONGS[0]), rows_of(SONGS[1])])
    expected = network.read(network.start(2), rows)
    cache = network.start(2)
    network.read(cache, rows[:, :9])
    some = cache.of([1, 1, 0])
    scores = network.read(some, rows[[1, 1, 0], 9:])
    np.testing.assert_allclose(scores, expected[:, [1, 1, 0], 9:], atol=1e-4)


def test_a_piece_that_gets_too_long_is_refused() -> None:
    network = network_of([tiny_tensors(1, positions=10)], 2)
    with pytest.raises(ArrangerError, match="17 tokens is too long"):
        network.read(network.start(), rows_of(SONGS[0])[None])


def test_tensors_of_another_kind_are_refused() -> None:
    tensors = tiny_tensors(1)
    del tensors["h.1.mlp.c_fc.weight"]
    with pytest.raises(ArrangerError, match=r"not the weights of a GPT-2.*mlp\.c_fc"):
        network_of([tensors], 2)


def torch_scores(network: Network, member: int, rows: np.ndarray) -> np.ndarray:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    width = network.tokens.shape[2]
    config = transformers.GPT2Config(
        vocab_size=network.tokens.shape[1], n_positions=network.longest, n_embd=width,
        n_layer=len(network.layers), n_head=network.heads,
    )  # fmt: skip
    model = transformers.GPT2LMHeadModel(config).eval()
    weights = {
        "wte.weight": network.tokens, "wpe.weight": network.positions,
        "ln_f.weight": network.last_gain, "ln_f.bias": network.last_offset,
        **{f"h.{i}.{name}": each for i, layer in enumerate(network.layers)
           for name, each in layer.items()},
    }  # fmt: skip
    with torch.no_grad():
        model.transformer.load_state_dict(
            {name: torch.from_numpy(each[member].copy()) for name, each in weights.items()},
            strict=False,
        )
        embedding = model.transformer.wte.weight[torch.from_numpy(rows)].sum(dim=2)
        return np.asarray(model(inputs_embeds=embedding).logits.numpy())


@pytest.mark.parametrize("asked", [None, 56])
def test_numpy_and_torch_give_the_same_scores(asked: int | None) -> None:
    pytest.importorskip("torch")
    networks = [tiny_network()]
    folder = shipped_folder("models") / FOLDER
    if (folder / "config.json").is_file():
        networks.append(load_checkpoint(folder).network)
    for network in networks:
        for song in SONGS:
            rows = rows_of(song, asked)[None]
            told = network.read(network.start(), rows)
            for member in range(network.members):
                difference = np.abs(told[member] - torch_scores(network, member, rows))
                assert difference.max() <= 1e-4


def test_the_shipped_checkpoint_opens_in_transformers_with_the_same_scores() -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder: Path = shipped_folder("models") / FOLDER
    network = load_checkpoint(folder).network
    model = transformers.GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()
    rows = rows_of(SONGS[0])
    with torch.no_grad():
        plain = model(torch.from_numpy(rows[None, :, 0])).logits.numpy()
    told = network.read(network.start(), rows[None, :, :1])
    assert np.abs(told[0] - plain).max() <= 1e-4
    assert network.tokens.shape[1] == ROWS
