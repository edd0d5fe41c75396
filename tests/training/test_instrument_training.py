"""Training the model of instruments, from a handful of sounds to files."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live import cli
from loopmind_live.errors import ConfigError
from loopmind_live.library.classes import CLASSES
from loopmind_live.library.instrument_model import load_model
from loopmind_live.training.gather import Amounts, Example, Sources, gather
from loopmind_live.training.instrument_training import Order, train
from loopmind_live.training.learning import FOLDS, fold_packs, leave_out, related_packs, weigh
from loopmind_live.training.network import Recipe
from loopmind_live.training.table import Table, load_table, make_table

FEW = Amounts(a_font=1, a_class=2, a_kit=4, a_pack=2, a_voice_pack=2)
QUICK = Recipe(hidden=(8,), epochs=2, batch=32)
LONGER = Recipe(hidden=(16,), epochs=40, batch=16, rate=0.02)
HEAD = "file,source_repo,bpm,beats,bpm_tier,key,instrument,kind"


def quiet(_done: int, _total: int) -> None:
    pass


def all_of(sources: Sources, seed: int) -> list[Example]:
    return [example for part in gather(sources, FEW, seed) for example in part.examples()]


def put(path: Path, seed: int, seconds: float = 0.3) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 22050))
    soundfile.write(path, 0.3 * noise * np.exp(-np.arange(len(noise)) / 2000), 22050)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    for place in ("kits/one/kick.wav", "kits/one/snare.wav", "kits/two/hat.wav",
                  "kits/two/mystery.wav", "voices/anna/ah.wav", "voices/anna/oh.wav",
                  "games/space/zap.wav", "loops/a.wav", "loops/b.wav"):  # fmt: skip
        put(tmp_path / place, len(place))
    (tmp_path / "games/space/broken.wav").write_bytes(b"no audio")
    lines = [HEAD, "a.wav,maker/a,,,,,Guitar,loop", "b.wav,maker/b,,,,,bass,oneshot",
             "a.wav,maker/a,,,,,,loop", "a.wav,maker/a,,,,,fx,edge"]  # fmt: skip
    (tmp_path / "loops/manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return Sources(
        [tmp_path / "loops"], [tmp_path / "kits"], [tmp_path / "voices"],
        [("fx", tmp_path / "games")],
    )  # fmt: skip


def rows(labels: list[int], packs: list[str], real: list[bool]) -> Table:
    count = len(labels)
    numbers = np.random.default_rng(0).standard_normal((count, 6)).astype(np.float32)
    numbers[np.arange(count), labels] += 4.0
    return Table(numbers, np.array(labels), np.array(packs), np.array(real), np.arange(count))


def test_every_real_sound_is_taken_with_its_class_and_pack(sources: Sources) -> None:
    found = all_of(sources, 0)
    real = {(each.label, each.pack) for each in found if each.real}
    assert real == {
        ("synth", "maker/a"), ("bass", "maker/b"), ("kick", "one"), ("snare", "one"),
        ("hat", "two"), ("vocal", "voices/anna"), ("fx", "space"),
    }  # fmt: skip
    made = [each for each in found if not each.real]
    assert {each.pack for each in made if each.label == "drums"} == {"one", "synthesis"}
    assert {each.label for each in made} == set(CLASSES) - {"vocal"}
    assert all(np.abs(each.samples).max() > 0.0 for each in found)


def test_sounds_made_by_programs_are_no_real_ones(sources: Sources) -> None:
    made = all_of(Sources(made=sources.sounds), 0)
    assert {(each.label, each.pack) for each in made if each.pack != "synthesis"} == {
        ("synth", "loops"), ("bass", "loops"),
    }  # fmt: skip
    assert not any(each.real for each in made)


def test_the_same_seed_gathers_the_same_sounds(sources: Sources) -> None:
    one, other = (all_of(sources, 3) for _ in range(2))
    assert all((a.samples == b.samples).all() for a, b in zip(one, other, strict=True))


def test_folders_without_sounds_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no sounds in it"):
        all_of(Sources(kits=[tmp_path]), 0)
    with pytest.raises(ConfigError, match="no sounds to learn from"):
        make_table([], 0, 1)


def test_a_table_keeps_what_is_real_apart_from_its_variations(tmp_path: Path) -> None:
    put(tmp_path / "a.wav", 1)
    noise = np.random.default_rng(1).standard_normal(4000).astype(np.float32)
    examples = [
        Example("hat", "p", noise, real=True, path=tmp_path / "a.wav"),
        Example("fx", "q", noise),
    ]
    table = make_table(examples, 0, 3)
    assert table.real.tolist()[:5] == [True, False, False, False, False]
    assert table.sources.tolist()[:5] == [0, 0, 0, 0, 1]
    assert [CLASSES[label] for label in table.labels[:5]] == ["hat"] * 4 + ["fx"]
    assert np.abs(table.numbers[0] - table.numbers[1]).max() > 0.1
    table.save(tmp_path / "table.npz")
    assert (load_table(tmp_path / "table.npz").numbers == table.numbers).all()
    (tmp_path / "table.npz").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="no table of sounds"):
        load_table(tmp_path / "table.npz")


def test_packs_of_one_maker_are_left_out_together() -> None:
    table = rows([0, 1, 2, 3], ["a/x", "a/y", "b", "synthesis"], [True, True, True, False])
    folds = fold_packs(table)
    assert folds["a/x"] == folds["a/y"] != folds["b"]
    assert set(folds) == {"a/x", "a/y", "b"}
    assert all(0 <= fold < FOLDS for fold in folds.values())


def test_packs_that_hold_one_anothers_sounds_are_left_out_together() -> None:
    table = rows([0, 1, 2, 3, 4, 5], ["a", "b", "c", "d", "d", "e"], [True] * 6)
    table.numbers[1] = table.numbers[0] + 0.001
    table.numbers[2] = table.numbers[4] + 0.001
    table.numbers[3] = table.numbers[1] + 0.001
    related = related_packs(table)
    assert related == {"a": "a", "b": "a", "c": "a", "d": "a", "e": "e"}
    folds = fold_packs(table)
    assert len({folds[pack] for pack in "abcd"}) == 1
    assert folds["e"] != folds["a"]


def test_classes_weigh_alike_whatever_their_number() -> None:
    table = rows([0] * 30 + [1] * 3, ["a"] * 20 + ["b"] * 13, [True] * 33)
    weights = weigh(table)
    assert weights[:30].sum() == pytest.approx(weights[30:].sum(), rel=1e-5)
    assert weights[:20].sum() / weights[20:30].sum() == pytest.approx(2**0.5, rel=1e-4)


def test_nothing_of_a_pack_is_known_where_it_is_measured() -> None:
    # Every class is in one pack only: left out, it cannot be told.
    labels = [label for label in range(4) for _ in range(12)]
    apart = rows(labels, [f"pack {label}" for label in labels], [True] * 48)
    assert not any(true == told for true, told in leave_out(apart, 1, LONGER, 0, quiet).pairs())
    spread = rows(labels, [f"pack {place % 4}" for place in range(48)], [True] * 48)
    pairs = leave_out(spread, 1, LONGER, 0, quiet).pairs()
    assert sum(true == told for true, told in pairs) > 40


def test_a_training_writes_model_card_and_picture(sources: Sources, tmp_path: Path) -> None:
    out, tables = tmp_path / "models", tmp_path / "tables"
    order = Order(sources, out, tables, 0, "loopmind train it", FEW, QUICK, members=2)
    titles: list[str] = []

    def bar(title: str):  # type: ignore[no-untyped-def]
        titles.append(title)
        return quiet

    train(order, bar)
    model = load_model(out / "instruments.safetensors")
    assert len(model.networks) == 2
    assert {"maker/a", "one", "synthesis"} <= model.packs
    card = (out / "instruments.md").read_text(encoding="utf-8")
    for words in ("loopmind train it", "| all real sounds | 8 |", "| all but vocals | 6 |",
                  "| loops | 2 |", "| kits | 3 |", "| games | 1 |", "| voices | 2 |"):  # fmt: skip
        assert words in card, card
    assert (out / "instruments.svg").read_text(encoding="utf-8").startswith("<svg")
    before = (out / "instruments.safetensors").read_bytes()
    train(order, bar)
    assert {path.stem for path in tables.iterdir()} == {
        "sounds-loops", "kits-kits", "voices", "alike", "synthesis",
    }  # fmt: skip
    assert (out / "instruments.safetensors").read_bytes() == before


def test_a_class_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "instruments", "--tables", str(tmp_path), "--alike", "zither=x"]
    assert cli.main(words) == 1
    assert "give CLASS=FOLDER" in capsys.readouterr().err
