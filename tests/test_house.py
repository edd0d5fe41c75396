"""The house rules that no other tool checks: pages, sizes, start-up, build and set-up."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from loopmind_live.session.commands import COMMANDS
from loopmind_live.session.table import END, START, markdown_table, with_table

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "REALTIME.md")
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".json", ".jsonl", ".txt", ".c", ".h", ""}
PICTURES_AND_WEIGHTS = {".png", ".svg", ".gif", ".safetensors", ".tosc"}
MADE = {".git", ".venv", ".hypothesis", "__pycache__"}
MADE_AT_TOP = {"demo", "dist", "build", "shared"}
HEAVY = {"numba", "scipy", "librosa", "soundfile", "pyo", "pyo64", "jsonschema", "torch", "numpy"}
NOT_OF_THIS_PROJECT = (
    re.compile(r"/work/"),
    re.compile(r"shared/(loops|midi|prompts|spikes)"),
    re.compile(r"/root/|/home/\w+"),
)


def project_files() -> list[Path]:
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in MADE
            and not name.endswith("_cache")
            and not (name in MADE_AT_TOP and Path(folder) == ROOT)
        ]
        found += [Path(folder, name) for name in names]
    return found


def python_files() -> list[Path]:
    return sorted([*(ROOT / "loopmind_live").rglob("*.py"), *(ROOT / "patches").rglob("*.py")])


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def shell_lines(page: str) -> list[str]:
    blocks = re.findall(r"```(?:sh|bat)\n(.*?)```", page, flags=re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def loopmind(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("loopmind")
    return subprocess.run(
        [str(program), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_readme_shows_the_current_command_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme == with_table(readme), "run: make readme"


def test_the_table_has_a_row_for_each_command_with_its_first_phrase() -> None:
    rows = markdown_table().splitlines()[2:]
    assert len(rows) == len(COMMANDS)
    for row, spec in zip(rows, COMMANDS, strict=True):
        assert f"`{spec.phrases[0]}`" in row
        assert row.count(" | ") == 2


def test_the_table_is_refused_where_a_mark_is_missing() -> None:
    for page in ("", START, END, f"{END}{START}"):
        with pytest.raises(ValueError, match="needs"):
            with_table(page)


@pytest.mark.parametrize("name", PAGES)
def test_each_loopmind_command_on_a_page_exists(name: str) -> None:
    listed = loopmind("--help")
    assert listed.returncode == 0, listed.stderr
    lines = shell_lines((ROOT / name).read_text(encoding="utf-8"))
    for line in lines:
        match = re.search(r"(?:^|[\s/\\])loopmind ([a-z]\w*)", line)
        if match:
            verb = match.group(1)
            assert re.search(rf"\b{verb}\b", listed.stdout), f"{name}: {line}"
            explained = loopmind(verb, "--help").stdout
            for option in re.findall(r"\s(--[a-z-]+)", line[match.end() :]):
                assert option in explained, f"{name}: {line}: no {option}"


@pytest.mark.parametrize("name", PAGES)
def test_each_make_target_on_a_page_exists(name: str) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    page = (ROOT / name).read_text(encoding="utf-8")
    wanted = [line.split()[1] for line in shell_lines(page) if line.startswith("make ")]
    wanted += re.findall(r"`make (\w+)", page)
    assert set(wanted) <= set(targets)


@pytest.mark.parametrize("name", PAGES)
def test_each_link_to_a_file_on_a_page_leads_somewhere(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page)
    missing = [to for to in targets if "://" not in to and not (ROOT / to).exists()]
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_each_path_in_backticks_on_a_page_exists(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:loopmind_live|tests|patches|scripts|examples|\.ci)/[\w./]*)`", page)
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_no_file_speaks_of_a_machine_it_was_written_on() -> None:
    wrong = []
    for path in project_files():
        if path == Path(__file__) or path.suffix not in TEXT:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        wrong += [f"{relative(path)}: {p.pattern}" for p in NOT_OF_THIS_PROJECT if p.search(text)]
    assert not wrong


def test_no_binary_is_kept_but_pictures_layouts_and_weights() -> None:
    tracked = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if tracked.returncode:
        pytest.skip("platform: this is not a git checkout")
    paths = [ROOT / name for name in tracked.stdout.split("\0") if name]
    assert paths
    binary = [
        relative(path)
        for path in paths
        if path.is_file()
        and path.suffix not in PICTURES_AND_WEIGHTS
        and b"\0" in path.read_bytes()[:8192]
    ]
    assert not binary


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {relative(path): len(path.read_bytes().splitlines()) for path in python_files()}
    assert not {name: length for name, length in lengths.items() if length > 400}


def test_no_function_is_longer_than_60_lines() -> None:
    long = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    long.append(f"{relative(path)}: {node.name}: {length}")
    assert not long


def test_starting_up_imports_nothing_heavy() -> None:
    code = "import sys, loopmind_live.cli; print(*{m.split('.')[0] for m in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert not HEAVY & set(run.stdout.split())


def test_the_wheel_holds_the_package_and_the_shipped_folders_inside_it(tmp_path: Path) -> None:
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert build.returncode == 0, build.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "loopmind_live/session/commands.py" in names
    for folder in ("patches", "models", "controllers"):
        files = [
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        ]
        assert {f"loopmind_live/{relative(path)}" for path in files} <= set(names)
    tops = {name.split("/")[0] for name in names}
    assert tops == {"loopmind_live"} | {top for top in tops if top.endswith(".dist-info")}
    assert not [name for name in names if name.endswith((".pyc", ".nbi", ".nbc"))]


def stand_in_python(folder: Path, script: str) -> dict[str, str]:
    """Return an environment whose only Python is `script`."""
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("uname", "rm"):
        found = next(Path(f) / name for f in ("/bin", "/usr/bin") if Path(f, name).exists())
        (folder / name).symlink_to(found)
    return {"PATH": str(folder)}


def make_venv(env: dict[str, str], venv: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / ".make" / "make_venv.sh"
    return subprocess.run(
        ["/bin/sh", str(script), str(venv)],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="platform: make is for Linux and macOS")
def test_setup_without_a_fitting_python_says_in_one_line_what_to_install(tmp_path: Path) -> None:
    run = make_venv(stand_in_python(tmp_path, "exit 1"), tmp_path / "venv")
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "install" in run.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.skipif(os.name == "nt", reason="platform: make is for Linux and macOS")
def test_setup_without_the_venv_package_says_in_one_line_what_to_install(tmp_path: Path) -> None:
    script = 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac'
    run = make_venv(stand_in_python(tmp_path, script), tmp_path / "venv")
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "python3.11-venv" in run.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.skipif(os.name == "nt", reason="platform: make is for Linux and macOS")
def test_setup_where_pyo_cannot_be_loaded_says_in_one_line_why_and_what_to_do(
    tmp_path: Path,
) -> None:
    script = 'echo "ImportError: libstdc++.so.6: cannot open shared object file" >&2; exit 1'
    env = stand_in_python(tmp_path, script) | {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    run = subprocess.run(
        ["/bin/sh", str(ROOT / ".make" / "check_sound.sh"), str(tmp_path / "python3")],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "libstdc++.so.6" in run.stderr and "install" in run.stderr


NESTED_MODULE = """
import pytest

pytest.importorskip("a_package_that_does_not_exist")
"""
NESTED_TESTS = """
import pytest

def test_a_missing_program():
    pytest.skip("program: nothing is not installed")

def test_missing_data():
    pytest.skip("test data: no folder")

@pytest.mark.xfail(strict=True)
def test_expected():
    assert False
"""


@pytest.mark.parametrize(
    ("no_skip", "failed", "errors", "skipped"), [("1", 1, 1, 1), ("", 0, 0, 3)]
)
def test_a_skip_for_a_missing_program_fails_where_skips_are_refused(
    tmp_path: Path, no_skip: str, failed: int, errors: int, skipped: int
) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_nested.py").write_text(NESTED_TESTS)
    (tmp_path / "test_module.py").write_text(NESTED_MODULE)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"LOOPMIND_NO_SKIP": no_skip, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    summary = re.findall(r"(\d+) (failed|error|skipped|xfailed)", run.stdout)
    counted = {word: int(number) for number, word in summary}
    assert counted.get("failed", 0) == failed, run.stdout
    assert counted.get("error", 0) == errors
    assert counted.get("skipped", 0) == skipped
    assert counted["xfailed"] == 1
