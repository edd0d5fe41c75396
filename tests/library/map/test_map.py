"""The map as a page and as a picture."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from loopmind_live.bench.many_vectors import loop_like
from loopmind_live.cli import main
from loopmind_live.errors import LibraryError
from loopmind_live.library.embedding import pack
from loopmind_live.library.embedding.dsp import NAME, WIDTH
from loopmind_live.library.map.chart import COLORS, Dot, as_script, chart, roles_of
from loopmind_live.library.map.page import page
from loopmind_live.library.map.picture import SIZE, draw
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import ROLES, Loop
from loopmind_live.units import spell_key

NASTY = "<script>document.title='owned'<img src=x onerror=alert(1)>&amp;\u2028-->.wav"
NASTY_FOLDER = "/pack/</script><script>document.title='owned'<!--"


def fill(path: Path, count: int, names: tuple[str, ...] = ()) -> Path:
    """Make a library of loops that nobody has, each with a vector; the last cannot be used."""
    vectors = loop_like(max(count, 1), WIDTH, seed=2)
    with Library(path) as library:
        for number in range(count):
            name = names[number] if number < len(names) else f"loop {number}.wav"
            content = f"{number:064x}"
            role = ROLES[number % len(ROLES)]
            loop = Loop(
                Path(NASTY_FOLDER if names else "/pack") / name, content, duration_s=2.0,
                bpm=120.0, beats=4, key="A:min", role=role, instrument=role,
            )  # fmt: skip
            library.put([(loop, Stamp(1, 1, 1, content))])
            library.vectors.put(NAME, [(content, pack(vectors[number]))])
        broken = Loop(Path("/pack/broken.wav"), "", error="broken.wav: holds no audio")
        library.put([(broken, Stamp(1, 1, 1, ""))])
    return path


def dots_of(path: Path) -> list[Dot]:
    with Library(path) as library:
        return chart(library, NAME, WIDTH)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_every_role_has_a_color_of_its_own() -> None:
    assert set(COLORS) == set(ROLES)
    assert len(set(COLORS.values())) == len(ROLES)


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_a_library_is_drawn_with_all_that_can_be_used(tmp_path: Path, count: int) -> None:
    dots = dots_of(fill(tmp_path / "library.sqlite", count))
    assert [dot.entry.loop.path.name for dot in dots if "broken" in dot.entry.loop.path.name] == []
    assert len(dots) == count == sum(many for _, _, many in roles_of(dots))
    data = json.loads(as_script(dots, "it"))
    assert len(data["loops"]) == count
    assert all(0 <= x <= 10_000 and 0 <= y <= 10_000 for x, y, *_ in data["loops"])
    assert all(f"120 bpm · {spell_key('A:min')}" in told for *_, told in data["loops"])


def test_copies_lie_in_one_place(tmp_path: Path) -> None:
    path = fill(tmp_path / "library.sqlite", 5)
    with Library(path) as library:
        copy = Loop(Path("/elsewhere/copy.wav"), f"{3:064x}", duration_s=2.0, role="bass")
        library.put([(copy, Stamp(1, 1, 1, copy.content_hash))])
    dots = {dot.entry.loop.path.name: dot for dot in dots_of(path)}
    assert len(dots) == 6
    assert (dots["copy.wav"].x, dots["copy.wav"].y) == (dots["loop 3.wav"].x, dots["loop 3.wav"].y)


def test_names_are_data_and_never_markup(tmp_path: Path) -> None:
    dots = dots_of(fill(tmp_path / "library.sqlite", 3, (NASTY,)))
    text = page(dots, f"</title>{NASTY}: 3 loops")
    plain = page(dots_of(fill(tmp_path / "plain.sqlite", 3)), "plain: 3 loops")
    assert Tags(text).tags == Tags(plain).tags
    assert "<img" not in text
    script = text.split('id="loops">')[1].split("</script>")[0]
    assert json.loads(script)["loops"][0][4] == NASTY
    assert json.loads(script)["folders"] == [NASTY_FOLDER]


def test_the_page_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    text = page(dots_of(fill(tmp_path / "library.sqlite", 3)), "it")
    assert re.findall(r"(?:https?:)?//[a-z]|\bsrc=|\bhref=|@import|url\(", text) == []
    assert "default-src 'none'" in text


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_picture_has_its_dots_in_the_colors_of_their_roles(tmp_path: Path, count: int) -> None:
    image = pytest.importorskip("PIL.Image", reason="program: Pillow is not installed")
    dots = dots_of(fill(tmp_path / "library.sqlite", count))
    draw(dots, "ein Stück ★: 3 loops", tmp_path / "map.png")
    with image.open(tmp_path / "map.png") as opened:
        assert opened.size == SIZE
        colors = opened.convert("RGB").getcolors(1 << 24)
    there = {"#{:02x}{:02x}{:02x}".format(*color) for _many, color in colors}
    assert {dot.color for dot in dots} <= there
    assert (there & set(COLORS.values())) == {dot.color for dot in dots}


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="program: Pillow is not installed")
    with pytest.raises(LibraryError, match="cannot be written"):
        draw([], "it", tmp_path / "no" / "map.png")


def test_the_command_writes_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    library = fill(tmp_path / "my loops.sqlite", 7)
    out = tmp_path / "map.html"
    assert main(["map", "--library", str(library), "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: my loops: 7 loops\n"
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("out", "why"), [("map.svg", r"\.html"), ("map", r"\.html"), ("no/map.html", "does not exist")]
)
def test_what_cannot_be_drawn_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path, out: str, why: str
) -> None:
    library = fill(tmp_path / "library.sqlite", 1)
    assert main(["map", "--library", str(library), "-o", str(tmp_path / out)]) == 1
    told = capsys.readouterr().err
    assert re.search(why, told) and told.count("\n") == 1
    assert main(["map", "--library", str(tmp_path / "none"), "-o", str(tmp_path / "a.html")]) == 1
    assert "loopmind scan" in capsys.readouterr().err


def test_a_browser_draws_it(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("program: no chromium to open pages with")
    dots = dots_of(fill(tmp_path / "library.sqlite", 25, (NASTY,)))
    (tmp_path / "map.html").write_text(page(dots, "it"), encoding="utf-8")

    def opened(fragment: str) -> str:
        return subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--dump-dom",
             f"--user-data-dir={tmp_path / 'browser'}", f"file://{tmp_path}/map.html{fragment}"],
            capture_output=True, text=True, timeout=120, check=True,
        ).stdout  # fmt: skip

    every = opened("")
    assert 'data-drawn="25"' in every and "25 of 25 shown" in every
    assert "<title>it</title>" in every and every.count('type="checkbox"') == len(ROLES)
    assert "2 of 25 shown" in opened("#search=bass")
