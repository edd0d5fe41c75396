"""A manifest: what is known of the files in a folder."""

from pathlib import Path

import pytest

from loopmind_live.errors import ConfigError
from loopmind_live.training.manifest import Truth, read_manifest

HEAD = "file,source_repo,bpm,beats,bpm_tier,key,instrument,kind"


def folder_with(tmp_path: Path, *lines: str) -> Path:
    (tmp_path / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_what_is_not_known_is_none(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, HEAD, "loops/a.wav,packs/one,97,8,A,G,pad,loop", "b.wav,,,,,,,edge"
    )
    assert read_manifest(folder) == [
        Truth(folder / "loops/a.wav", "packs/one", 97.0, "A", 8, "G", "pad", "loop"),
        Truth(folder / "b.wav", ".", None, None, None, None, None, "edge"),
    ]


def test_a_manifest_may_tell_the_meter(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, f"{HEAD},meter", "a.wav,p,97,6,A,,pad,loop,3/4", "b.wav,p,97,8,A,,pad,loop,"
    )
    assert [truth.beats_per_bar for truth in read_manifest(folder)] == [3, None]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["file,bpm"], "has no column bpm_tier"),
        ([HEAD, "a.wav,,fast,,A,,,loop"], "line 2: could not convert string to float: 'fast'"),
    ],
)
def test_a_manifest_that_is_wrong_is_told_in_one_line(
    tmp_path: Path, lines: list[str], told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        read_manifest(folder_with(tmp_path, *lines))
    assert "\n" not in str(caught.value)


def test_a_folder_without_one_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"name a folder with a manifest\.csv"):
        read_manifest(tmp_path)
