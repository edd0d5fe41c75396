"""OpenL3: what it must keep to where it is installed, and the line where it is not."""

import importlib.util
import sys
import types

import numpy as np
import pytest
from made_loops import RATE_HZ, chord_loop, drum_loop

from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding import maker_named


@pytest.mark.filterwarnings("ignore")
def test_openl3_keeps_to_the_contract_of_a_maker() -> None:
    if importlib.util.find_spec("openl3") is None:
        pytest.skip("platform: openl3 is not installed, and cannot be without its weights")
    maker = maker_named("openl3")
    drums = maker.of_audio(Audio(drum_loop(120, 4), RATE_HZ))
    chords = maker.of_audio(Audio(chord_loop(120, [[60, 64, 67]]), RATE_HZ))
    assert drums.shape == (maker.width,) == (512,)
    assert np.linalg.norm(drums) == pytest.approx(1.0, abs=1e-5)
    assert drums @ chords < 0.99
    assert np.array_equal(drums, maker.of_audio(Audio(drum_loop(120, 4), RATE_HZ)))
    assert not maker.knows_text
    with pytest.raises(LibraryError, match="knows no words"):
        maker.of_text("dusty drums")


def test_a_package_that_is_not_openl3_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openl3", types.ModuleType("openl3"))
    monkeypatch.setitem(sys.modules, "openl3.models", types.ModuleType("openl3.models"))
    with pytest.raises(LibraryError, match="needs a working openl3 package") as caught:
        maker_named("openl3")
    assert "\n" not in str(caught.value)
