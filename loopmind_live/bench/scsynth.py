"""scsynth as the peer of the bench "engine": the same mix, rendered without a sound card."""

import math
import resource
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.mix_spec import EQ, MixSpec
from loopmind_live.bench.synthdef import Signal, SynthDef

PROGRAM = "scsynth"
_TRACK_BUS, _REVERB_BUS, _DELAY_BUS = 16, 48, 50
_VOICES, _TRACKS, _EFFECTS = 1, 2, 3
Argument = int | float | str | bytes


@dataclass(frozen=True)
class Rendered:
    """What came out, float32 [frames, 2], and the CPU time that all of it took."""

    audio: NDArray[np.float32]
    cpu_s: float


def found() -> bool:
    """Tell whether scsynth is installed."""
    return shutil.which(PROGRAM) is not None


def render(spec: MixSpec, clips: list[Path], equalize: bool, folder: Path) -> Rendered:
    """Render `spec` from `clips`; each voice gets its equalizer where `equalize`."""
    import soundfile

    score, out = folder / "score.osc", folder / "peer.wav"
    score.write_bytes(_score(spec, clips, equalize))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            PROGRAM, "-N", str(score), "_", str(out), str(spec.rate_hz), "WAV", "float",
            "-o", "2", "-m", "200000", "-n", "2048",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or "FAILURE" in done.stdout or not out.is_file():
        raise OSError(f"{PROGRAM} failed: {(done.stdout + done.stderr)[-300:]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Rendered(soundfile.read(out, dtype="float32")[0], cpu_s)


def _voice(equalize: bool) -> SynthDef:
    made = SynthDef("voice", {"buf": 0.0, "bus": 0.0, "gain": 1.0, "start": 0.0, "rate": 1.0})
    buffer, start, rate = made.control("buf"), made.control("start"), made.control("rate")
    sides = made.audio("PlayBuf", buffer, rate, 1.0, start, 1.0, 0.0, outputs=2)
    if equalize:
        for shelf, band in zip(("BLowShelf", "BHiShelf"), EQ, strict=True):
            sides = [made.audio(shelf, side, band.hz, 1.0, band.db)[0] for side in sides]
    gain = made.slow("Lag", made.control("gain"), 0.02)
    made.out(made.control("bus"), [made.times(side, gain) for side in sides])
    return made


def _track(spec: MixSpec) -> SynthDef:
    made = SynthDef("track", {"bus": 0.0, "gain": 1.0, "left": 1.0, "right": 1.0})
    sides = made.audio("In", made.control("bus"), outputs=2)
    if spec.filter_hz:
        sides = [made.audio("BLowPass", side, spec.filter_hz, spec.filter_rq)[0] for side in sides]
    gain = made.slow("Lag", made.control("gain"), 0.02)
    sides = [made.times(side, gain) for side in sides]
    sides = [
        made.times(side, made.slow("Lag", made.control(name), 0.02))
        for side, name in zip(sides, ("left", "right"), strict=True)
    ]
    made.out(0.0, sides)
    if spec.send:
        for bus in (_REVERB_BUS, _DELAY_BUS):
            level = made.slow("Lag", spec.send, 0.02)
            made.out(float(bus), [made.times(side, level) for side in sides])
    return made


def _effects(spec: MixSpec) -> list[SynthDef]:
    reverb, delay = SynthDef("reverb"), SynthDef("delay")
    sent = reverb.audio("In", float(_REVERB_BUS), outputs=2)
    reverb.out(0.0, [_one(reverb, "FreeVerb", side, 1.0, spec.room, spec.damp) for side in sent])
    sent = delay.audio("In", float(_DELAY_BUS), outputs=2)
    decay_s = spec.delay_s * math.log(0.001) / math.log(spec.feedback)
    delay.out(0.0, [_one(delay, "CombL", side, 6.1, spec.delay_s, decay_s) for side in sent])
    return [reverb, delay]


def _one(made: SynthDef, unit: str, *inputs: Signal | float) -> Signal:
    return made.audio(unit, *inputs)[0]


def _score(spec: MixSpec, clips: list[Path], equalize: bool) -> bytes:
    """Return the OSC score: all loaded and started at the first frame."""
    effects = _effects(spec) if spec.send else []
    made = [_voice(equalize), _track(spec), *effects]
    messages = [_message("/d_recv", each.compile()) for each in made]
    messages += [_message("/b_allocRead", i, str(clip)) for i, clip in enumerate(clips)]
    for group in (_VOICES, _TRACKS, _EFFECTS):
        messages.append(_message("/g_new", group, 1, 0))
    for number, voice in enumerate(spec.voices()):
        messages.append(
            _message(
                "/s_new", "voice", 1000 + number, 1, _VOICES, "buf", voice.clip,
                "bus", _TRACK_BUS + 2 * voice.track, "gain", spec.gain, "start", voice.start,
                "rate", spec.speed,
            )
        )  # fmt: skip
    for track in range(spec.tracks):
        bus = _TRACK_BUS + 2 * track
        messages.append(_message("/s_new", "track", 100 + track, 1, _TRACKS, "bus", bus))
    for number, effect in enumerate(effects):
        messages.append(_message("/s_new", effect.name, 200 + number, 1, _EFFECTS))
    end = _bundle(spec.seconds, [_message("/c_set", 0, 0.0)])
    return _bundle(0.0, messages) + end


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _message(address: str, *arguments: Argument) -> bytes:
    """Return an OSC message."""
    tags, body = ",", b""
    for value in arguments:
        match value:
            case int():
                tags, body = tags + "i", body + struct.pack(">i", value)
            case float():
                tags, body = tags + "f", body + struct.pack(">f", value)
            case bytes():
                tags, body = tags + "b", body + struct.pack(">i", len(value)) + _padded(value)
            case str():
                tags, body = tags + "s", body + _padded(value.encode() + b"\0")
    return _padded(address.encode() + b"\0") + _padded(tags.encode() + b"\0") + body


def _bundle(seconds: float, messages: list[bytes]) -> bytes:
    """Return a bundle as a score holds it: its size, then its messages at `seconds`."""
    whole = int(seconds)
    body = b"#bundle\0" + struct.pack(">II", whole, int((seconds - whole) * 2**32))
    body += b"".join(struct.pack(">i", len(each)) + each for each in messages)
    return struct.pack(">i", len(body)) + body
