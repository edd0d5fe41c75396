from pathlib import Path

import pytest

from loopmind_live.engine.status import UNKNOWN, Facts, StatusBlock, frame_at, frame_on_device
from loopmind_live.errors import EngineError

PEAKS = tuple(float(i) for i in range(16))


def test_what_is_written_is_read_elsewhere(tmp_path: Path) -> None:
    writer = StatusBlock.create(tmp_path)
    reader = StatusBlock(tmp_path / "status", writable=False)
    assert reader.read() == Facts()
    writer.write(1 << 40, 123, 9, 2, 77, 0.25, 0.5, PEAKS)
    assert reader.read() == Facts(1 << 40, 123, 9, 2, 77, 0.25, 0.5, PEAKS)
    reader.close()
    writer.close()


def test_a_writer_that_died_while_writing_leaves_the_status_before(tmp_path: Path) -> None:
    writer = StatusBlock.create(tmp_path)
    reader = StatusBlock(tmp_path / "status", writable=False)
    writer.write(100, 1, 1, 0, 1, 0.0, 0.0, PEAKS)
    assert reader.read().frame == 100
    with (tmp_path / "status").open("r+b") as file:
        file.write((3).to_bytes(8, "little") + (999).to_bytes(8, "little"))
    assert reader.read().frame == 100
    again = StatusBlock(tmp_path / "status", writable=True)
    again.write(200, 2, 1, 0, 1, 0.0, 0.0, PEAKS)
    assert reader.read().frame == 200
    for block in (reader, writer, again):
        block.close()


def test_the_frame_goes_on_by_the_clock() -> None:
    facts = Facts(frame=1000, time_ns=5_000_000_000)
    assert frame_at(facts, 5_000_000_000, 44100) == 1000
    assert frame_at(facts, 6_500_000_000, 44100) == 1000 + 66150
    assert frame_at(facts, 4_000_000_000, 44100) == 1000, "never backwards"
    assert frame_at(Facts(), 4_000_000_000, 44100) == 0, "no engine has played"


def test_only_one_engine_owns_the_block_at_a_time(tmp_path: Path) -> None:
    writer = StatusBlock.create(tmp_path)
    reader = StatusBlock(tmp_path / "status", writable=False)
    assert reader.owner() == 0
    for pid in (7, 1 << 22):
        writer.claim(pid)
        writer.write(1, 1, 1, 0, 3, 0.0, 0.0, PEAKS)
        assert reader.owner() == pid
    reader.close()
    writer.close()


def test_the_device_count_places_the_frame_unless_it_began_anew() -> None:
    before = Facts(frame=10_256, time_ns=10**9, device_frame=500)
    later_ns = 10**9 + 100_000_000  # 4800 frames later, less or more by the callback's lateness
    assert frame_on_device(before, later_ns + 3_000_000, 500 + 4864, 256, 48000) == 14864
    assert frame_on_device(before, later_ns, 77, 256, 48000) == 14800, "another server"
    assert frame_on_device(before, later_ns, UNKNOWN, 256, 48000) == 14800, "no count"
    assert frame_on_device(before, 10**9, 500, 256, 48000) == 10_256, "never backwards"
    assert frame_on_device(Facts(), 5, 9, 256, 48000) == 0, "no engine has played"


def test_a_status_file_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be mapped"):
        StatusBlock(tmp_path / "status", writable=False)
