import json
from pathlib import Path

import pytest

from loopmind_live.arranger.role_odds import read_odds
from loopmind_live.errors import ArrangerError, ConfigError
from loopmind_live.training.layers import LAYER_ROLES, Piece, place_of, read_layers
from loopmind_live.training.role_training import blocks_of, log_odds, measured, train_roles

CALM, LOUD = {"pad": 1}, {"pad": 1, "drums": 3, "bass": 1, "melody": 2}


def corpus(path: Path, pieces: int = 6) -> Path:
    """Write pieces that open with pads and let drums and bass in."""
    halfway = {"pad": 1, "bass": 1}
    blocks = [CALM, CALM, halfway, LOUD, LOUD, halfway, CALM, LOUD, LOUD, CALM]
    lines = [json.dumps({"id": f"piece {i}", "blocks": blocks}) for i in range(pieces)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_what_opens_pieces_is_what_intros_are_made_of(tmp_path: Path) -> None:
    train_roles(corpus(tmp_path / "layers.jsonl"), tmp_path)
    odds = read_odds(tmp_path / "roles.json")
    assert odds.ordered("intro", ["drums", "bass", "pad"])[0] == "pad"
    assert odds.odds["intro"]["pad"] > odds.odds["intro"]["drums"]
    assert odds.ordered("hook", ["drums", "bass", "pad"]) == ["drums", "bass", "pad"]


def test_pieces_that_are_alike_are_told_better_than_by_habit(tmp_path: Path) -> None:
    figures = measured(read_layers(corpus(tmp_path / "layers.jsonl")))
    assert figures.both < figures.habits
    assert figures.odds < figures.uniform
    assert f"| both, as it is used | {figures.both:.3f} |" in card_of(tmp_path)


def card_of(folder: Path) -> str:
    train_roles(folder / "layers.jsonl", folder)
    return (folder / "roles.md").read_text()


def test_training_again_gives_the_same_file(tmp_path: Path) -> None:
    path = corpus(tmp_path / "layers.jsonl")
    train_roles(path, tmp_path)
    first = (tmp_path / "roles.json").read_bytes()
    train_roles(path, tmp_path)
    assert (tmp_path / "roles.json").read_bytes() == first


def test_every_piece_counts_as_one_however_long_it_is() -> None:
    roles = frozenset(LAYER_ROLES)
    bass, pad = frozenset({"bass"}), frozenset({"pad"})
    short, long = Piece("short", (bass, roles)), Piece("long", (pad,) * 40 + (roles,) * 40)
    odds = log_odds([block for block in blocks_of([short, long]) if block.place == "intro"])
    assert odds["intro"]["bass"] == pytest.approx(odds["intro"]["pad"])


def test_the_ends_of_a_piece_are_intro_and_outro_however_full() -> None:
    piece = Piece("a", (frozenset(LAYER_ROLES),) * 16)
    places = [place_of(piece, i) for i in range(16)]
    assert places == ["intro"] * 2 + ["peak"] * 12 + ["outro"] * 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no piece in it"),
        ('{"id": "a", "blocks": [{}]}\n', "no piece in it"),
        ("[]\n", "no layers"),
        ('{"id": "a"}\n', "no layers"),
        ('{"id": "a", "blocks": [["bass"]]}\n', "no layers"),
        ('{"id": "a", "blocks": [{"bass": 1}]}\n', "two pieces that vary"),
    ],
)
def test_what_is_no_corpus_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "layers.jsonl"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        train_roles(path, tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_layers(tmp_path / "elsewhere.jsonl")


@pytest.mark.parametrize("text", ["", "[]", '{"odds": {}}', '{"step": 1, "odds": {"intro": 1}}'])
def test_a_damaged_file_of_odds_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "roles.json").write_text(text)
    with pytest.raises(ArrangerError, match="install loopmind-live again"):
        read_odds(tmp_path / "roles.json")
