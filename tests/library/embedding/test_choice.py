"""Makers by name, and what every maker's vectors have in common."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import LibraryError
from loopmind_live.library.embedding import maker_named, pack, unit, unpack
from loopmind_live.library.embedding.choice import knows_text, model_of


@pytest.mark.parametrize("name", ["dsp", "dsp-1"])
def test_the_default_is_known_by_its_word_and_by_the_name_that_is_kept(name: str) -> None:
    assert maker_named(name).name == "dsp-1"


@pytest.mark.parametrize("name", ["", "mfcc", "Clap", "openl3:large", "dspx"])
def test_an_unknown_embedding_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(LibraryError, match="choose dsp, clap, openl3, or clap:MODEL") as caught:
        maker_named(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("clap", ""),
        ("clap:laion/clap-htsat-unfused", "laion/clap-htsat-unfused"),
        ("clap:laion/clap-htsat-unfused@12ab", "laion/clap-htsat-unfused"),
        ("clap:/a folder@home/model@12ab", "/a folder@home/model"),
        ("dsp-1", ""),
    ],
)
def test_a_maker_s_name_gives_its_model_back(name: str, model: str) -> None:
    assert model_of(name) == model


def test_only_clap_knows_words() -> None:
    assert knows_text("clap") and knows_text("clap:x@1")
    assert not knows_text("dsp-1") and not knows_text("openl3-mel256-music-512@0.4.2")


@pytest.mark.parametrize(
    ("package", "name"), [("transformers", "clap"), ("torch", "clap"), ("openl3", "openl3")]
)
def test_a_missing_package_is_one_line_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(LibraryError, match="pip install") as caught:
        maker_named(name)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_the_default_loads_no_model_s_package() -> None:
    code = (
        "import sys; from loopmind_live.library.embedding import maker_named; maker_named('dsp');"
        "import loopmind_live.library.similar;"
        "print(*{m.split('.')[0] for m in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"torch", "transformers", "openl3", "tensorflow", "faiss"} & set(run.stdout.split())


@given(st.lists(st.floats(-100, 100, width=32), min_size=4, max_size=4).filter(any))
def test_a_vector_kept_and_read_again_is_nearly_the_same(values: list[float]) -> None:
    vector = np.array(values, np.float32)
    if np.linalg.norm(vector) < 1e-6:
        return
    wanted = unit(vector)
    assert unpack(pack(wanted), 4) == pytest.approx(wanted, abs=6e-4)


def test_many_vectors_are_read_at_once() -> None:
    many = [pack(np.full(3, value, np.float32)) for value in (0.5, -1.0)]
    assert unpack(many, 3).tolist() == [[0.5] * 3, [-1.0] * 3]
    assert unpack([], 3).shape == (0, 3)


@pytest.mark.parametrize("kept", [b"", b"123", b"12345678", [b"123456", b"1234"]])
def test_bytes_of_another_width_are_refused(kept: bytes | list[bytes]) -> None:
    with pytest.raises(LibraryError, match="6 are expected"):
        unpack(kept, 3)


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_what_has_no_direction_is_no_vector(values: list[float]) -> None:
    with pytest.raises(LibraryError, match="no direction"):
        unit(np.array(values, np.float32))
