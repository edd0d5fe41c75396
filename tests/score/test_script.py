from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import ScoreError
from loopmind_live.score.script import ScriptLine, parse_script, read_script
from loopmind_live.timing.grid import Position


def test_lines_are_positions_and_what_one_would_type() -> None:
    lines = parse_script("@1 play\n\n@5.3.5 regenerate hook in 4 bars\n", 4)
    assert lines == (
        ScriptLine(Position(1), "play", 1),
        ScriptLine(Position(5, 3.5), "regenerate hook in 4 bars", 3),
    )


def test_comments_and_blank_lines_say_nothing_but_a_sharp_is_a_sharp() -> None:
    lines = parse_script("# a set\n   # indented\r\n@2 key F# minor\r\n", 4)
    assert [(line.text, line.number) for line in lines] == [("key F# minor", 3)]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), max_size=30))
def test_lines_come_in_the_order_of_their_positions_and_then_of_the_file(
    places: list[tuple[int, int]],
) -> None:
    text = "\n".join(f"@{bar}.{beat} line {n}" for n, (bar, beat) in enumerate(places))
    lines = parse_script(text, 4)
    assert len(lines) == len(places)
    order = [(line.position.bar, line.position.beat, line.number) for line in lines]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("play", "write @BAR"),
        ("@", "write @BAR"),
        ("@5", "write @BAR"),
        ("@0 play", "bars count from 1"),
        ("@1.5 play", "below 5"),
        ("@x play", "counted from 1"),
        ("@-1 play", "counted from 1"),
        ("@1 " + "x" * 5000, "longer than 4096 characters"),
    ],
)
def test_errors_name_file_and_line(row: str, message: str) -> None:
    with pytest.raises(ScoreError, match=r"^set\.txt, line 2: ") as caught:
        parse_script(f"@1 play\n{row}", 4, "set.txt")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bar_of_three_has_no_fourth_beat() -> None:
    assert parse_script("@1.3.5 play", 3)[0].position.beat == 3.5
    with pytest.raises(ScoreError, match="below 4"):
        parse_script("@1.4 play", 3)


def test_a_script_without_end_is_refused() -> None:
    with pytest.raises(ScoreError, match="more than 100000 lines"):
        parse_script("\n" * 200_000, 4)


def test_files_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="no such script"):
        read_script(tmp_path / "none.txt", 4)
    with pytest.raises(ScoreError, match="cannot be read"):
        read_script(tmp_path, 4)
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ScoreError, match="not UTF-8"):
        read_script(binary, 4)


def test_a_file_is_read_with_its_name_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "set.txt"
    path.write_text("\ufeff@1 play\n", "utf-8")
    assert read_script(path, 4)[0].text == "play"
    path.write_text("oops\n")
    with pytest.raises(ScoreError, match=r"set\.txt, line 1"):
        read_script(path, 4)
