"""The prompt in a real terminal: tmux types, and reads the screen."""

import os
import re
import subprocess
import sys
import termios
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("prompt_program.py")
PATIENCE_S = 60.0
COLOR = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9]+)*m")


class Terminal:
    """A tmux server of its own with one window of 80 by 24."""

    def __init__(self, tmux: str, command: list[str], width: int = 80) -> None:
        self.tmux = tmux
        self.name = f"loopmind-{uuid.uuid4().hex[:12]}"
        environment = {"PYTHONPATH": str(ROOT), "TERM": "screen", "LANG": "C.UTF-8"}
        self("-f", os.devnull, "new-session", "-d", "-x", str(width), "-y", "24",
             *(f"-e{name}={value}" for name, value in environment.items()), *command)  # fmt: skip

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.tmux, "-L", self.name, *arguments],
            capture_output=True, text=True, check=True, timeout=PATIENCE_S,
        )  # fmt: skip
        return done.stdout

    def type(self, text: str) -> None:
        self("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        self("send-keys", *keys)

    def screen(self) -> str:
        return self("capture-pane", "-p")

    def wait_for(self, *wanted: str, until: Callable[[str], bool] = lambda screen: True) -> str:
        """Return the screen once it shows all of `wanted`."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            screen = self.screen()
            if all(text in screen for text in wanted) and until(screen):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"{wanted} not on the screen:\n{self.screen()}")


@pytest.fixture
def terminal(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Terminal]:
    window = Terminal(
        require_program("tmux"),
        # The shell stays, so that what is left on the terminal at the end can be seen.
        ["sh", "-c", f"{sys.executable} {PROGRAM} {tmp_path}; stty -a; sleep 600"],
    )
    try:
        window.wait_for("loopmind>", "140 bpm")
        yield window
    finally:
        socket = Path(window("display-message", "-p", "#{socket_path}").strip())
        window("kill-server")
        socket.unlink(missing_ok=True)


def last_prompt(screen: str) -> str:
    """Return the line being typed: the lowest that shows the prompt. Lines sent stand above."""
    return [line for line in screen.splitlines() if line.startswith("loopmind>")][-1]


def test_a_line_is_answered_and_the_toolbar_runs_on(terminal):
    terminal.type("hello there")
    terminal.press("Enter")
    screen = terminal.wait_for("heard hello there", "next: verse at 9", "-6.0 dB", "load 25%")
    bar = next(line for line in screen.splitlines() if "140 bpm" in line)
    assert bar.startswith("> ")
    terminal.wait_for("140 bpm", until=lambda later: bar not in later)


def test_errors_are_told_in_one_line_and_the_prompt_goes_on(terminal):
    for line in ("wrong", "broken", "fine"):
        terminal.type(line)
        terminal.press("Enter")
    terminal.wait_for(
        "no such thing: try another",
        "ZeroDivisionError: a fault",
        "heard fine",
        until=lambda screen: last_prompt(screen).strip() == "loopmind>",
    )


def test_what_libraries_print_leaves_the_typed_line_whole(terminal, tmp_path):
    terminal.type("later")
    terminal.press("Enter")
    terminal.wait_for("noise follows")
    terminal.type("half a comm")
    screen = terminal.wait_for(
        "a message of another thread", "loopmind> half a comm", "140 bpm",
        until=lambda seen: seen.count("NOISE from a library") == 3,
    )  # fmt: skip
    lines = screen.splitlines()
    assert lines.count("NOISE from a library") == 3
    assert last_prompt(screen).startswith("loopmind> half a comm")
    assert "a message of another thread" in lines
    terminal.type("and")
    terminal.press("Enter")
    terminal.wait_for("heard half a command")
    assert (tmp_path / "kept").read_text().splitlines().count("NOISE from a library") == 3


def test_prints_of_c_python_and_stderr_all_stand_on_lines_of_their_own(terminal):
    terminal.type("print")
    terminal.press("Enter")
    wanted = ("printed by C", "xrun told on stderr", "printed by Python")
    screen = terminal.wait_for(*wanted)
    assert set(wanted) <= set(screen.splitlines())


def test_the_prompt_is_free_while_a_command_is_carried_out(terminal, tmp_path):
    terminal.type("wait")
    terminal.press("Enter")
    terminal.type("second")
    assert "heard" not in terminal.wait_for("loopmind> second")
    (tmp_path / "go on").touch()
    terminal.wait_for("heard wait", "loopmind> second")
    terminal.press("Enter")
    terminal.wait_for("heard second")


def test_lines_typed_in_one_burst_are_all_answered_in_order(terminal):
    for number in range(8):
        terminal.type(f"line {number}")
        terminal.press("Enter")
    screen = terminal.wait_for("heard line 7")
    heard = [line for line in screen.splitlines() if line.startswith("heard")]
    assert heard == [f"heard line {number}" for number in range(8)]
    assert "loopmind> line 7" in screen.splitlines()


def test_the_terminal_echoes_nothing_while_messages_are_shown(terminal):
    terminal.type("chatter")
    terminal.press("Enter")
    terminal.wait_for("message 1")
    tty = terminal("display-message", "-p", "#{pane_tty}").strip()
    modes = []
    with Path(tty).open() as handle:
        while "heard chatter" not in terminal.screen():
            modes += [termios.tcgetattr(handle)[3] for _ in range(1000)]
    assert not any(mode & (termios.ECHO | termios.ICANON) for mode in modes)


def test_tab_completes_from_the_table_and_the_sections(terminal):
    terminal.type("regen")
    terminal.wait_for("choose other loops for a section")
    terminal.press("Tab")
    terminal.wait_for("loopmind> regenerate")
    terminal.type(" v")
    terminal.wait_for("verse 1", "verse 2")
    terminal.press("Tab")
    terminal.wait_for("loopmind> regenerate verse 1")
    terminal.press("Tab")
    terminal.wait_for("loopmind> regenerate verse 2")
    terminal.press("Enter")
    terminal.wait_for("heard regenerate verse 2")


def test_code_is_typed_over_several_lines_and_an_empty_one_ends_it(terminal):
    for line in (">>> @loop", "def hats():", "yield 0.5"):
        terminal.type(line)
        terminal.press("Enter")
        terminal.wait_for("...")
    assert "heard" not in terminal.screen()
    terminal.press("Enter")
    screen = terminal.wait_for("heard >>> @loop")
    lines = [line.rstrip() for line in screen.splitlines()]
    begin = lines.index("heard >>> @loop")
    assert lines[begin + 1 : begin + 3] == ["def hats():", "    yield 0.5"]
    terminal.type(">>> live.play()")
    terminal.press("Enter")
    terminal.wait_for("heard >>> live.play()")


def test_earlier_lines_come_back(terminal, tmp_path):
    terminal.type("first line")
    terminal.press("Enter")
    terminal.wait_for("heard first line")
    terminal.press("Up")
    terminal.wait_for(
        "", until=lambda screen: last_prompt(screen).strip() == "loopmind> first line"
    )
    assert "+first line" in (tmp_path / "history").read_text()


def test_control_c_clears_the_line_and_ends_nothing(terminal):
    terminal.type("not this")
    terminal.wait_for("loopmind> not this")
    terminal.press("C-c")
    terminal.type("but this")
    terminal.press("Enter")
    screen = terminal.wait_for("heard but this")
    assert "not this" not in screen
    terminal.press("C-c")
    terminal.wait_for("Ctrl-D or quit ends the performance")


def test_control_d_asks_while_music_plays_and_the_terminal_is_left_in_order(terminal):
    terminal.press("C-d")
    terminal.wait_for("end the performance? [y/N]")
    terminal.type("n")
    terminal.press("Enter")
    terminal.type("still here")
    terminal.press("Enter")
    terminal.wait_for("heard still here")
    terminal.press("C-d")
    terminal.wait_for("end the performance? [y/N]")
    terminal.type("y")
    terminal.press("Enter")
    screen = terminal.wait_for("so long", "after the end", "icanon")
    assert " echo " in screen


def test_control_d_leaves_at_once_where_nothing_plays(terminal):
    terminal.type("stop")
    terminal.press("Enter")
    terminal.wait_for("stopped")
    terminal.press("C-d")
    screen = terminal.wait_for("so long", "after the end")
    assert "end the performance?" not in screen


def run_piped(tmp_path: Path, typed: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path)], input=typed, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def test_piped_lines_are_answered_in_order_and_errors_go_to_standard_error(tmp_path):
    done = run_piped(tmp_path, b"one\n\nwrong\r\nthree\ntwo")
    assert done.stdout.decode().splitlines() == [
        "heard one", "heard three", "heard two", "after the end",
    ]  # fmt: skip
    assert done.stderr.decode().splitlines() == ["no such thing: try another"]
    assert done.returncode == 0


def test_a_piped_quit_ends_before_the_rest_is_read(tmp_path):
    done = run_piped(tmp_path, b"one\nquit\ntwo\n")
    assert done.stdout.decode().splitlines() == ["heard one", "so long", "after the end"]


def test_piped_bytes_that_are_no_text_are_answered_all_the_same(tmp_path):
    done = run_piped(tmp_path, b"\xff\xfe\none\n")
    assert done.returncode == 0
    assert "heard one" in done.stdout.decode()


def test_close_ends_a_prompt_whose_input_stays_open(tmp_path):
    program = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(tmp_path)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"quit\n")
        program.stdin.flush()
        assert program.stdout.read().splitlines() == [b"so long", b"after the end"]
        assert program.wait(PATIENCE_S) == 0


def test_the_performance_view_comes_and_goes_and_is_typed_on(terminal):
    terminal.type("hello")
    terminal.press("Enter")
    terminal.wait_for("heard hello")
    terminal.press("F2")
    screen = terminal.wait_for("> PLAYING", ">verse 2", "+hook 2", "heard hello", "loopmind>")
    lines = screen.splitlines()
    assert len(lines) == 24
    assert lines[-2].startswith("loopmind>")
    assert any(line.startswith("fx ") for line in lines)
    terminal.type("goto v")
    terminal.wait_for("verse 1", "loopmind> goto v")
    terminal.press("C-c")
    terminal.type("there")
    terminal.press("Enter")
    terminal.wait_for("> PLAYING", "heard there")
    terminal.type("view")
    terminal.press("Enter")
    screen = terminal.wait_for(
        "loopmind> there", "heard there", until=lambda seen: "PLAYING" not in seen
    )
    assert screen.count("heard there") == 1
    assert screen.index("heard hello") < screen.index("heard there")


def test_the_view_is_left_in_order_at_the_end(terminal):
    terminal.press("F2")
    terminal.wait_for("> PLAYING")
    terminal.type("quit")
    terminal.press("Enter")
    screen = terminal.wait_for("so long", "after the end", "icanon")
    assert "PLAYING" not in screen


@contextmanager
def opened(tmux: str, words: str) -> Iterator[Terminal]:
    """Open a terminal in which a shell runs `words`, and stays."""
    window = Terminal(tmux, ["sh", "-c", f"{words}; sleep 600"])
    socket = Path(window("display-message", "-p", "#{socket_path}").strip())
    try:
        yield window
    finally:
        window("kill-server")
        socket.unlink(missing_ok=True)


def test_a_plain_prompt_says_in_lines_what_changes(tmp_path, require_program):
    words = f"{sys.executable} {PROGRAM} {tmp_path} --plain"
    with opened(require_program("tmux"), words) as window:
        window.type("view")
        window.press("Enter")
        window.wait_for("playing, bar 27, beat 3, 2 bars left", "muted: pad")
        time.sleep(0.6)  # longer than two looks: what changes from here on is news
        window.type("stop")
        window.press("Enter")
        screen = window.wait_for("stopped", until=lambda seen: seen.count("stopped") == 2)
        assert "| " not in screen
        window.press("C-c")
        window.wait_for("Ctrl-D or quit ends the performance")
        window.press("C-d")
        window.wait_for("after the end")


@pytest.mark.parametrize("setting", ["NO_COLOR=1", "TERM=vt100"])
def test_without_color_words_and_signs_say_it_all(tmp_path, require_program, setting):
    words = f"{setting} {sys.executable} {PROGRAM} {tmp_path}"
    with opened(require_program("tmux"), words) as window:
        window.wait_for("loopmind>")
        window.type("wrong")
        window.press("Enter")
        window.wait_for("no such thing")
        assert not COLOR.search(window("capture-pane", "-e", "-p"))
        window.press("F2")
        window.type("mute drums")
        window.wait_for("> PLAYING", ">verse 2", "muted", "loopmind> mute drums")
        assert not COLOR.search(window("capture-pane", "-e", "-p"))


def test_view_answers_with_a_description_where_there_is_no_terminal(tmp_path):
    lines = run_piped(tmp_path, b"view\none\n").stdout.decode().splitlines()
    assert lines[0] == "playing, bar 27, beat 3, 2 bars left"
    assert lines[-2:] == ["heard one", "after the end"]


def test_typed_words_have_color(terminal):
    terminal.type("mute drums")
    terminal.wait_for("loopmind> mute drums")
    line = next(
        line for line in terminal("capture-pane", "-e", "-p").splitlines() if "drums" in line
    )
    assert "\x1b[" in line.split("mute", maxsplit=1)[0]
    assert "\x1b[" in line.split("drums", maxsplit=1)[0].split("mute")[1]


def test_a_fenced_block_is_typed_over_several_lines_and_sent_as_one(terminal, tmp_path):
    terminal.type("```")
    terminal.press("Enter")
    terminal.type("live.goto")
    terminal.press("Enter")
    terminal.type("```")
    terminal.press("Enter")
    terminal.wait_for("heard ```", "live.goto")
    terminal.type("one")
    terminal.press("M-Enter")
    terminal.type("two")
    terminal.wait_for("loopmind> one", "two")
    terminal.press("Enter")
    terminal.wait_for("heard one")
    assert "+one\n+two" in (tmp_path / "history").read_text()


def test_control_r_finds_an_earlier_line(terminal):
    for line in ("mute drums", "goto hook"):
        terminal.type(line)
        terminal.press("Enter")
        terminal.wait_for(f"heard {line}")
    terminal.press("C-r")
    terminal.type("dru")
    terminal.wait_for(
        "I-search backward: dru",
        until=lambda screen: last_prompt(screen).strip() == "loopmind> mute drums",
    )
    terminal.press("Enter")
    terminal.wait_for(
        "", until=lambda screen: last_prompt(screen).strip() == "loopmind> mute drums"
    )
