"""The newest rows and parameters, where an engine finds them without the performer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine import protocol
from loopmind_live.engine.newest import FILE_NAME, Newest
from loopmind_live.engine.protocol import ANY_TIME, MAX_BYTES, Kind, Message
from loopmind_live.errors import EngineError

names = st.lists(st.text("abc/0123456789", min_size=1, max_size=20), max_size=30)


@given(st.lists(names, min_size=1, max_size=4))
def test_the_newest_is_read_whole_however_often_it_was_written(rounds: list[list[str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        writer = Newest.create(Path(folder) / FILE_NAME)
        reader = Newest(Path(folder) / FILE_NAME, writable=False)
        assert reader.read() == []
        for each in rounds:
            sent = [protocol.parameter(ANY_TIME, name, 0.5, 0.0) for name in each]
            writer.write(b"".join(message.encode() for message in sent))
            assert reader.read() == sent
        reader.close()
        writer.close()


def test_a_writer_that_died_while_writing_leaves_what_was_there_before(tmp_path: Path) -> None:
    writer = Newest.create(tmp_path / FILE_NAME)
    kept = Message(Kind.TABLE, 1, b"kept" * 8)
    writer.write(kept.encode())
    torn = bytearray((tmp_path / FILE_NAME).read_bytes())
    other = 8  # where the next one would go: the turn is odd by now
    torn[other : other + 100] = b"\xff" * 100
    (tmp_path / FILE_NAME).write_bytes(torn)
    reader = Newest(tmp_path / FILE_NAME, writable=False)
    assert reader.read() == [kept]
    reader.close()
    writer.close()


def test_more_than_there_is_room_for_is_refused_and_the_newest_stands(tmp_path: Path) -> None:
    newest = Newest.create(tmp_path / FILE_NAME)
    kept = Message(Kind.TABLE, 1, b"kept")
    newest.write(kept.encode())
    with pytest.raises(EngineError, match="to keep for engines"):
        newest.write(bytes(2 * MAX_BYTES))
    assert newest.read() == [kept]
    newest.close()
