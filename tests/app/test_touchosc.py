"""The command that writes the layouts for TouchOSC."""

from pathlib import Path

import pytest
from PIL import Image

from loopmind_live.cli import main
from loopmind_live.config import shipped_folder


def test_layouts_are_written_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "surfaces"
    assert main(["touchosc", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["stage.tosc", "studio.tosc"]
    for line, name in zip(
        capsys.readouterr().out.splitlines(), ["stage.tosc", "studio.tosc"], strict=True
    ):
        assert line.startswith(f"{out / name}: ")
        assert (out / name).read_bytes() == (shipped_folder("controllers") / name).read_bytes()


def test_pictures_show_each_page_as_large_as_the_layout(tmp_path: Path) -> None:
    assert main(["touchosc", "--out", str(tmp_path), "--png"]) == 0
    pictures = sorted(tmp_path.glob("*.png"))
    assert [path.stem for path in pictures] == ["stage", "studio-library", "studio-mixer"]
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.size == (1024, 768)
            assert len(picture.convert("RGB").getcolors(1 << 20)) > 30
        assert path.stat().st_size < 150_000


def test_a_folder_that_cannot_be_written_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    assert main(["touchosc", "--out", str(taken)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"loopmind: {taken / 'stage.tosc'}: cannot be written")
