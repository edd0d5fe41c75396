"""What performer and engine tell each other of Link is read whole, or not at all."""

import math
import struct
from pathlib import Path

from loopmind_live.engine.link_block import (
    FILE_NAME,
    Asked,
    LinkBlock,
    Playing,
    Said,
    Stage,
    Tempo,
)


def test_what_one_side_writes_the_other_reads(tmp_path: Path) -> None:
    performer = LinkBlock.create(tmp_path)
    engine = LinkBlock(tmp_path / FILE_NAME)
    assert engine.asked().on is False and performer.said() == Said()
    asked = Asked(True, True, 3.0, 0.012, 95.0, Tempo(4, 96000, 97.5, 8.0), Playing(2, 96000, True))
    performer.ask(asked)
    assert engine.asked() == asked
    engine.say(Stage.JOINED, 4800, 2, 17.25, 97.5, True, 4700, 4, 2)
    assert performer.said() == Said(Stage.JOINED, 4800, 2, 17.25, 97.5, True, 4700, 4, 2)
    performer.close()
    engine.close()


def test_a_tempo_without_a_beat_stays_without(tmp_path: Path) -> None:
    block = LinkBlock.create(tmp_path)
    block.ask(Asked(True, tempo=Tempo(1, 0, 120.0)))
    assert math.isnan(LinkBlock(tmp_path / FILE_NAME).asked().tempo.beat)
    block.close()


def test_half_a_message_of_a_writer_that_died_is_not_read_and_the_next_is(tmp_path: Path) -> None:
    performer = LinkBlock.create(tmp_path)
    engine = LinkBlock(tmp_path / FILE_NAME)
    engine.say(Stage.JOINED, 100, 1, 1.0, 120.0)
    before = performer.said()
    torn = LinkBlock(tmp_path / FILE_NAME)
    struct.pack_into("=Q", torn._map, 2048, 7)  # odd: it was being written
    assert performer.said() == before
    after = LinkBlock(tmp_path / FILE_NAME)
    after.say(Stage.JOINED, 200, 1, 2.0, 120.0)
    assert performer.said().frame == 200
    for block in (performer, engine, torn, after):
        block.close()
