"""The channel map: what is written, what a device has, what sounds where."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import CUE_TRACK, Row
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.outputs import Outputs, parse_outputs
from loopmind_live.engine.patchbay import first_links
from loopmind_live.errors import ConfigError, EngineError

RATE, BLOCK = 48000, 128
AUDIO = np.random.default_rng(3).uniform(-0.2, 0.2, (2000, 2)).astype(np.float32)
SET = Row(0, 0, 0, 1004, 1000.0, origin=0.0, start=0)
CUE = Row(CUE_TRACK + 15, 1, 900, 1004, 1000.0, origin=300.0, start=300)


@pytest.mark.parametrize(
    ("text", "master", "cue"),
    [
        ("master=1-2,cue=3-4", (0, 1), (2, 3)),
        ("cue=1-2,master=3-4", (2, 3), (0, 1)),
        (" Master = 2 - 1 , cue = 3 ", (1, 0), (2,)),
        ("master=7", (6,), ()),
        ("cue=3-4", (0, 1), (2, 3)),
    ],
)
def test_a_map_is_read_in_any_order_and_mono_is_one_number(text, master, cue):
    assert parse_outputs(text) == Outputs(master, cue)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write master=1-2,cue=3-4"),
        ("master", "write master=1-2,cue=3-4"),
        ("phones=3-4", "'phones=3-4' is no output"),
        ("master=1-2-3", "is no output"),
        ("master=1-2,", "'' is no output"),
        ("master=1-2,master=3-4", "master stands twice"),
        ("master=1-2,cue=2-3", "a channel stands twice"),
        ("cue=1-2", "a channel stands twice"),
        ("master=1-1", "a channel stands twice"),
        ("master=0-1", "channels are 1 to 64"),
        ("master=1-65", "channels are 1 to 64"),
        ("cue=" + "9" * 500, "is no output"),
    ],
)
def test_a_bad_map_is_refused_with_what_to_write(text, words):
    with pytest.raises(ConfigError, match="(?s)" + words) as refusal:
        parse_outputs(text)
    assert len(str(refusal.value)) < 200


channels = st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True)


@given(channels, st.integers(0, 2), st.integers(1, 12))
def test_whatever_a_device_has_the_master_sounds_and_nothing_is_out_of_reach(numbers, split, there):
    size = min(2, len(numbers))
    outputs = Outputs(tuple(numbers[:size]), tuple(numbers[size : size + split]))
    assert parse_outputs(str(outputs)) == outputs
    within = outputs.within(there)
    assert within.master and within.channels <= there
    assert within == outputs or within.cue == ()
    packed = outputs.packed()
    assert packed.master + packed.cue == tuple(range(outputs.ports))


def test_links_go_to_the_channels_of_the_map_that_the_card_has():
    card = [f"card:{n}" for n in range(1, 4)]
    links = first_links(Outputs((2, 1), (0, 3)), card)
    assert links == {(0, "card:3"), (1, "card:2"), (2, "card:1")}


def rendered(outputs: Outputs, *rows: Row, dry: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return 20 blocks of the master and of the cue (silence without one)."""
    arena = Arena.create(4000)
    arena.write(0, AUDIO)
    engine = OfflineEngine(RATE, BLOCK, arena, dry, outputs)
    try:
        engine.splice(0, rows)
        blocks = [
            (engine.render(), engine.cue() if outputs.cue else np.zeros((BLOCK, 2)))
            for _ in range(20)
        ]
        master, cue = (np.concatenate(bus) for bus in zip(*blocks, strict=True))
        late = engine.latency_frames
        return master[late:], cue[late:]
    finally:
        engine.close()


@pytest.mark.parametrize("dry", [False, True])
def test_the_master_is_the_same_to_the_bit_with_and_without_a_cue(dry):
    alone, _ = rendered(Outputs(), SET, dry=dry)
    silent_cue, silence = rendered(Outputs((0, 1), (2, 3)), SET, dry=dry)
    beside, cue = rendered(Outputs((0, 1), (2, 3)), SET, CUE, dry=dry)
    assert np.array_equal(alone, silent_cue) and np.array_equal(alone, beside)
    assert not silence.any()
    assert np.array_equal(cue[300:1300], AUDIO[900:1900]), "the cue is as late as the master"
    assert not cue[:300].any()


def test_without_a_cue_bus_its_rows_are_heard_nowhere():
    alone, _ = rendered(Outputs(), SET)
    beside, _ = rendered(Outputs(), SET, CUE)
    assert np.array_equal(alone, beside)
    engine = OfflineEngine(RATE, BLOCK, Arena.create(100))
    with pytest.raises(EngineError, match="without a cue bus"):
        engine.cue()
    engine.close()


def test_mono_is_the_mean_of_both_sides_on_one_channel():
    stereo, _ = rendered(Outputs(), SET, dry=True)
    master, cue = rendered(Outputs((0,), (1,)), SET, CUE, dry=True)
    assert np.array_equal(master[:, 0], master[:, 1])
    assert np.allclose(master[:, 0], stereo.mean(axis=1), atol=1e-7)
    assert np.allclose(cue[300:1300, 0], AUDIO[900:1900].mean(axis=1), atol=1e-7)
