#!/bin/sh
# Says in one line which system library pyo lacks, if it cannot be loaded by the Python $1.
set -eu
if error=$(PYO_GUI_WX=0 "$1" -c 'import pyo64' 2>&1 >/dev/null); then
    exit 0
fi
reason=$(printf '%s\n' "$error" | tail -n 1)
case $(uname -s) in
    Darwin) remedy="brew install portaudio portmidi liblo libsndfile, then run it again" ;;
    *) remedy="sudo apt install libasound2-dev libjack-jackd2-dev liblo-dev libportmidi-dev portaudio19-dev libsndfile1-dev, then run it again" ;;
esac
echo "setup: pyo cannot be loaded ($reason): $remedy" >&2
exit 1
