"""What files say of their own tempo."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_loops import drum_loop, write

from loopmind_live.library.analysis import hear
from loopmind_live.library.chunks import NOTHING, Chunks, read_chunks

CAF_LOOPS = bytes.fromhex("29819273b5bf4aefb78d62d1ef90bb2c")


def acid(tempo: float, beats: int, flags: int = 0, per_bar: int = 0, unit: int = 4) -> bytes:
    return struct.pack("<IHHfIHHf", flags, 60, 0x8000, 0.0, beats, unit, per_bar, tempo)


def smpl(first: int, last: int) -> bytes:
    return struct.pack("<9I", *(0,) * 7, 1, 0) + struct.pack("<6I", 0, 0, first, last, 0, 0)


def id3(tempo: str, version: int = 3) -> bytes:
    body = b"\0" + tempo.encode("latin-1")
    if version == 2:
        frame = b"TBP" + len(body).to_bytes(3, "big") + body
    else:
        frame = b"TBPM" + struct.pack(">IH", len(body), 0) + body
    title = b"TT2" + (2).to_bytes(3, "big") if version == 2 else b"TIT2" + struct.pack(">IH", 2, 0)
    frames = title + b"\0x" + frame
    size = bytes((len(frames) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, 0)) + size + frames


def riff(*chunks: tuple[bytes, bytes], form: bytes = b"WAVE", order: str = "<") -> bytes:
    body = form
    for name, data in chunks:
        body += name + struct.pack(f"{order}I", len(data)) + data + b"\0" * (len(data) & 1)
    kind = b"RIFF" if order == "<" else b"FORM"
    return kind + struct.pack(f"{order}I", len(body)) + body


def ixml(inside: str, coding: str = "utf-8") -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?><BWFXML><IXML_VERSION>1.61</IXML_VERSION>'
    return f"{head}{inside}</BWFXML>".encode(coding)


def attributes(**pairs: str) -> str:
    listed = [
        f"<ATTR><TYPE>string</TYPE><NAME>{name}</NAME><VALUE>{value}</VALUE></ATTR>"
        for name, value in pairs.items()
    ]
    return f"<STEINBERG><ATTR_LIST>\n{''.join(listed)}</ATTR_LIST></STEINBERG>"


def caf(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"caff\0\1\0\0" + b"".join(
        name + struct.pack(">q", len(data)) + data for name, data in chunks
    )


def pairs(**words: str) -> bytes:
    told = [f"{key.replace('_', ' ')}\0{value}\0".encode() for key, value in words.items()]
    return struct.pack(">I", len(words)) + b"".join(told)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (riff((b"fmt ", b"x" * 17), (b"acid", acid(174.0, 16))), Chunks(174.0, 16)),
        (riff((b"acid", acid(120.0, 8, flags=1))), Chunks(one_shot=True)),
        (riff((b"acid", acid(float("nan"), 0))), NOTHING),
        (riff((b"acid", acid(9000.0, 1 << 31))), NOTHING),
        (riff((b"acid", b"short")), NOTHING),
        (riff((b"acid", acid(90.0, 12, 0, 3))), Chunks(90.0, 12, beats_per_bar=3)),
        (riff((b"acid", acid(90.0, 12, 0, 4))), Chunks(90.0, 12, beats_per_bar=4)),
        (riff((b"acid", acid(90.0, 12, 0, 6, 8))), Chunks(90.0, 12)),
        (riff((b"acid", acid(90.0, 12, 0, 40_000))), Chunks(90.0, 12)),
        (riff((b"smpl", smpl(100, 88299))), Chunks(loop_frames=(100, 88300))),
        (riff((b"smpl", smpl(100, 50))), NOTHING),
        (riff((b"id3 ", id3("93.5"))), Chunks(93.5)),
        (riff((b"basc", struct.pack(">II74x", 1, 8)), form=b"AIFF", order=">"), Chunks(beats=8)),
        (
            riff((b"basc", struct.pack(">IIHHHH66x", 1, 9, 60, 2, 3, 4)), form=b"AIFF", order=">"),
            Chunks(beats=9, beats_per_bar=3),
        ),
        (caf((b"info", pairs(time_signature="3/4"))), Chunks(beats_per_bar=3)),
        (caf((b"info", pairs(time_signature="7/8"))), NOTHING),
        (caf((b"data", b"x" * 11), (b"info", pairs(tempo="128"))), Chunks(128.0)),
        (caf((b"uuid", CAF_LOOPS + pairs(beat_count="16"))), Chunks(beats=16)),
        (caf((b"uuid", b"0" * 16 + pairs(beat_count="16"))), NOTHING),
        (riff((b"iXML", ixml("<USER><BPM>93.5</BPM></USER>"))), Chunks(93.5)),
        (riff((b"iXML", ixml("<TEMPO> 174.000000 </TEMPO>"))), Chunks(174.0)),
        (riff((b"iXML", ixml("<tempo>128</tempo>", "utf-16"))), Chunks(128.0)),
        (
            riff((b"iXML", ixml(attributes(MediaLibrary="99", MusicalTempo="140")))),
            Chunks(140.0),
        ),
        (riff((b"iXML", ixml("<BPM>0</BPM><TEMPO>fast</TEMPO><BPM>100</BPM>"))), Chunks(100.0)),
        (riff((b"iXML", ixml("<BPM>9000</BPM>" + attributes(Tempo="nan")))), NOTHING),
        (riff((b"iXML", ixml("<PROJECT>tempo 120</PROJECT><TAKE>120</TAKE>"))), NOTHING),
        (riff((b"iXML", b"<BPM>120"), (b"acid", acid(90.0, 8))), Chunks(90.0, 8)),
        (id3("172"), Chunks(172.0)),
        (id3("172", version=2), Chunks(172.0)),
        (id3("fast"), NOTHING),
        (b"", NOTHING),
        (b"OggS and so on", NOTHING),
    ],
)
def test_tempo_and_beats_are_read_where_they_are_told(
    tmp_path: Path, data: bytes, expected: Chunks
) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert read_chunks(path) == expected


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_chunks(tmp_path / "x.wav") == NOTHING


def test_a_plain_file_says_nothing(tmp_path: Path) -> None:
    assert read_chunks(write(tmp_path / "x.wav", drum_loop(120, 4))) == NOTHING


@given(st.binary(max_size=200), st.integers(0, 9), st.integers(0, 255))
def test_no_bytes_are_too_odd(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, kind: int, place: int
) -> None:
    known = (
        riff((b"acid", acid(120.0, 8))), riff((b"smpl", smpl(1, 9))), id3("120"),
        caf((b"info", pairs(tempo="120"))), riff((b"basc", b"\0" * 84), form=b"AIFF", order=">"),
        riff((b"iXML", ixml(attributes(tempo="120")))),
        b"RIFF\0\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"caff\0\1\0\0", b"ID3\4\0\0\x7f\x7f\x7f\x7f",
    )[kind]  # fmt: skip
    path = tmp_path_factory.mktemp("odd") / "x"
    path.write_bytes(known[: max(12, place)] + tail)
    told = read_chunks(path)
    assert told.bpm is None or 40.0 <= told.bpm <= 240.0
    assert told.beats is None or 1 <= told.beats <= 1024


def test_a_long_and_broken_ixml_chunk_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(riff((b"iXML", b"<ATTR><NAME>tempo<VALUE>" * 40000)))
    assert read_chunks(path) == NOTHING


def test_a_tempo_of_ixml_is_believed_only_where_the_sound_agrees(tmp_path: Path) -> None:
    path = write(tmp_path / "x.wav", drum_loop(126, 16))
    for told, wanted in (("126", 126.0), ("97", 126.0)):
        data = path.read_bytes()
        chunk = ixml(f"<TEMPO>{told}</TEMPO>")
        chunk += b" " * (len(chunk) & 1)
        (tmp_path / "told.wav").write_bytes(data + b"iXML" + struct.pack("<I", len(chunk)) + chunk)
        assert read_chunks(tmp_path / "told.wav").bpm == float(told)
        assert hear(tmp_path / "told.wav", "").loop.bpm == pytest.approx(wanted, rel=0.01)


def test_beats_count_from_loop_point_to_loop_point() -> None:
    told = Chunks(beats=4, loop_frames=(44100, 3 * 44100))
    assert told.bpms(4 * 44100, 44100) == [120.0]


def test_a_tempo_and_beats_that_agree_are_one_tempo_and_else_two() -> None:
    assert Chunks(120.0, 8).bpms(4 * 44100, 44100) == [120.0]
    assert Chunks(120.0, 4).bpms(4 * 44100, 44100) == [120.0, 60.0]


def test_what_is_told_to_be_no_loop_has_no_tempo() -> None:
    assert Chunks(120.0, 8, one_shot=True).bpms(44100, 44100) == []


def test_loop_points_beyond_the_file_give_no_tempo() -> None:
    assert Chunks(beats=4, loop_frames=(90000, 190000)).bpms(44100, 44100) == []
