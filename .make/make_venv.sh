#!/bin/sh
# Makes a virtual environment in the folder $1 with the newest Python that loopmind runs on.
# PYTHON=/path/to/python chooses another.
set -eu
venv=$1

works() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

fail() {
    echo "setup: $1" >&2
    exit 1
}

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    if works "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    [ -z "${PYTHON:-}" ] || fail "$PYTHON is not a Python 3.11 to 3.14: name another with PYTHON="
    case $(uname -s) in
        Darwin) fail "no Python 3.11 to 3.14 found: brew install python@3.13" ;;
        *) fail "no Python 3.11 to 3.14 found: sudo apt install python3 python3-venv (Debian 12, Ubuntu 24.04 or newer)" ;;
    esac
fi

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import ensurepip, venv' 2>/dev/null \
    || fail "Python $version cannot make virtual environments: sudo apt install python$version-venv"

case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Darwin-arm64) ;;
    *) echo "setup: pyo has no ready-made build for $(uname -sm): it is compiled, which needs a C compiler and the headers of PortAudio, PortMidi, liblo and libsndfile" >&2 ;;
esac

echo "setup: making $venv with Python $version"
rm -rf "$venv"
"$python" -m venv "$venv"
