"""The scripts in examples/: each line is understood and done, over loops of one's own."""

from pathlib import Path

import pytest

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.stage import Sound
from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.repl.grammar import parse
from loopmind_live.score.script import read_script

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.txt"))

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_code_set(
        tmp_path_factory.mktemp("set"), Meter.of(140.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=6, sections=(("verse", 4),), clip_bars=(1, 2),
    )  # fmt: skip
    fill_library(made, made.folder / "library.sqlite")
    return made.folder / "library.sqlite"


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_each_line_of_an_example_is_done(script: Path, library: Path, tmp_path: Path) -> None:
    told: list[str] = []
    events = tmp_path / "set.jsonl"
    request = Request(library, Sound("offline", dry=True), script=script, events=events)
    OfflineShow(request, told.append).run()
    text = "\n".join(told)
    assert "not understood" not in text and "->" not in text, text
    assert '"kind": "error"' not in events.read_text(), text


def test_the_edits_are_all_there() -> None:
    (script,) = (path for path in EXAMPLES if path.stem == "edits")
    names = {one.name for line in read_script(script, 4) for one in parse(line.text)}
    assert names >= {
        "restyle", "resize", "insert_section", "constrain", "why", "alternatives", "take",
        "regenerate", "mute", "undo",
    }  # fmt: skip
