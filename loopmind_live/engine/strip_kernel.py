"""The mixer's channel strips, compiled: filter, fader, pan and sends of every track in one pass.

    track -> filter -> fader -> pan -+-> master bus
                                     +-> reverb send, delay send
                                     +-> the track's share, where asked for

Pure functions of their arrays, like the voice kernel; written out in loops, which compile faster.
A silent track costs a look at its block, a neutral control nothing. NUMBA_CACHE_DIR must be set
before this module is imported.
"""

import numba
import numpy as np

GAIN, FILTER, PAN, REVERB, DELAY = range(5)
"""The controls of a strip: linear, -1..1, -1..1 (left to right), linear, linear."""
NEUTRAL = (1.0, 0.0, 0.0, 0.0, 0.0)
VALUE, TARGET, STEP, LEFT = range(4)
"""Of each control: where it is, where it goes, how far a frame, and for how many frames more."""
STATES = 4
"""A filter's memory: two numbers a channel."""
LOW_HZ, HIGH_HZ = 20.0, 20_000.0
CLOSED_HZ, THIN_HZ = 80.0, 8_000.0
"""Where the sweep ends: the low-pass when closed, the high-pass when all the way up."""
DAMPING = 1.1
"""1 / Q: a little resonance, so that a sweep is heard."""
ENTRY = 0.1
"""The share of the sweep over which the filter is faded in."""
SWEEP_FRAMES = 4
"""A filter in motion takes a new frequency this often, and each frame while it is faded in."""
_TINY = 1e-15


@numba.njit(cache=True)
def _coefficients(amount, wet, rate_hz):  # type: ignore[no-untyped-def]
    """Return (a1, a2, a3, low, band, dry) of the filter at `amount`, of which `wet` is heard.

    The trapezoidal state-variable filter (A. Simper, "Solving the continuous SVF equations using
    trapezoidal integration", 2013): stable however fast its frequency moves. The output is
    dry * x + low * v2 + band * v1.
    """
    depth = abs(amount)
    if amount < 0.0:
        hz = HIGH_HZ * (CLOSED_HZ / HIGH_HZ) ** depth
    else:
        hz = LOW_HZ * (THIN_HZ / LOW_HZ) ** depth
    g = np.tan(np.pi * min(hz, 0.45 * rate_hz) / rate_hz)
    a1 = 1.0 / (1.0 + g * (g + DAMPING))
    a2 = g * a1
    if amount < 0.0:
        return a1, a2, g * a2, wet, 0.0, 1.0 - wet
    return a1, a2, g * a2, -wet, -wet * DAMPING, 1.0


@numba.njit(cache=True)
def _wet(amount):  # type: ignore[no-untyped-def]
    return min(1.0, abs(amount) / ENTRY)


@numba.njit(cache=True)
def _filter(into, source, a, b, memory, coefficients):  # type: ignore[no-untyped-def]
    """Write frames a..b of `source`, filtered, to `into`, both flat."""
    a1, a2, a3, low, band, dry = coefficients
    l1, l2, r1, r2 = memory[0], memory[1], memory[2], memory[3]
    for i in range(a, b):
        x = source[2 * i]
        y = source[2 * i + 1]
        lv3 = x - l2
        rv3 = y - r2
        lv1 = a1 * l1 + a2 * lv3
        rv1 = a1 * r1 + a2 * rv3
        lv2 = l2 + a2 * l1 + a3 * lv3
        rv2 = r2 + a2 * r1 + a3 * rv3
        l1 = 2.0 * lv1 - l1
        r1 = 2.0 * rv1 - r1
        l2 = 2.0 * lv2 - l2
        r2 = 2.0 * rv2 - r2
        into[2 * i] = dry * x + low * lv2 + band * lv1
        into[2 * i + 1] = dry * y + low * rv2 + band * rv1
    memory[0], memory[1], memory[2], memory[3] = l1, l2, r1, r2


@numba.njit(cache=True)
def _settle(memory):  # type: ignore[no-untyped-def]
    """Forget what is too small to be heard, and what is no number: it would stay for good."""
    for i in range(STATES):
        if not (_TINY < abs(memory[i]) < 1e30):
            memory[i] = 0.0


@numba.njit(cache=True)
def _silent(block):  # type: ignore[no-untyped-def]
    i = 0
    while i < block.shape[0] and block[i] == 0.0:
        i += 1
    return i == block.shape[0]


@numba.njit(cache=True)
def _advance(control, lane):  # type: ignore[no-untyped-def]
    """Write a control's value in each frame of the block to `lane`, and move it on."""
    frames = lane.shape[0]
    moving = min(frames, np.int64(control[LEFT]))
    for i in range(moving):
        lane[i] = control[VALUE] + control[STEP] * (i + 1)
    if moving == control[LEFT]:
        control[VALUE] = control[TARGET]
        if moving:
            lane[moving - 1] = control[TARGET]
    else:
        control[VALUE] = lane[moving - 1]
    for i in range(moving, frames):
        lane[i] = control[VALUE]
    control[LEFT] -= moving


@numba.njit(cache=True)
def _add(out, samples, left, right):  # type: ignore[no-untyped-def]
    """Add `samples` to `out`, flat, left and right in turn; one gain is done in wider steps."""
    if left == right:
        for i in range(out.shape[0]):
            out[i] += left * samples[i]
        return
    for i in range(0, out.shape[0], 2):
        out[i] += left * samples[i]
        out[i + 1] += right * samples[i + 1]


@numba.njit(cache=True)
def _still(track, work, control, memory, buses, share, rate_hz):  # type: ignore[no-untyped-def]
    """Add a track whose controls stand still to the buses, and to its share where it has one."""
    source = track
    amount = control[FILTER, VALUE]
    if amount != 0.0:
        coefficients = _coefficients(amount, _wet(amount), rate_hz)
        _filter(work, track, 0, track.shape[0] // 2, memory, coefficients)
        source = work
    gain, pan = control[GAIN, VALUE], control[PAN, VALUE]
    left, right = gain * min(1.0, 1.0 - pan), gain * min(1.0, 1.0 + pan)
    _add(buses[0], source, left, right)
    if share.shape[0]:
        _add(share, source, left, right)
    for bus, send in ((1, REVERB), (2, DELAY)):
        level = control[send, VALUE]
        if level != 0.0:
            _add(buses[bus], source, left * level, right * level)


@numba.njit(cache=True)
def _moving(track, work, control, memory, buses, share, lanes, rate_hz):  # type: ignore[no-untyped-def]
    """Add a track with a control in motion to the buses and its share, frame by frame."""
    frames = track.shape[0] // 2
    sign = np.sign(control[FILTER, VALUE])
    stride = SWEEP_FRAMES if control[FILTER, LEFT] > 0.0 else frames
    for i in range(lanes.shape[0]):
        _advance(control[i], lanes[i])
    sweep = lanes[FILTER]
    a = 0
    while a < frames:
        b = min(frames, a + (stride if abs(sweep[a]) > ENTRY else 1))
        amount = sweep[b - 1]
        if np.sign(amount) != sign:
            # Low-pass and high-pass meet at nothing: neither may find what the other remembers,
            # and a low-pass begins at the level that it meets.
            sign = np.sign(amount)
            memory[0] = memory[2] = 0.0
            memory[1] = track[2 * a] if sign < 0.0 else 0.0
            memory[3] = track[2 * a + 1] if sign < 0.0 else 0.0
        if amount == 0.0:
            for i in range(2 * a, 2 * b):
                work[i] = track[i]
        else:
            _filter(work, track, a, b, memory, _coefficients(amount, 1.0, rate_hz))
        a = b
    for i in range(frames):
        gain, pan = lanes[GAIN, i], lanes[PAN, i]
        wet = _wet(sweep[i])
        for side in range(2):
            n = 2 * i + side
            side_gain = gain * min(1.0, 1.0 - pan if side == 0 else 1.0 + pan)
            level = (track[n] + wet * (work[n] - track[n])) * side_gain
            buses[0, n] += level
            if share.shape[0]:
                share[n] += level
            buses[1, n] += level * lanes[REVERB, i]
            buses[2, n] += level * lanes[DELAY, i]


@numba.njit(cache=True)
def mix_strips(tracks, controls, memories, buses, shares, work, lanes, rate_hz):  # type: ignore[no-untyped-def]
    """Mix one block of all tracks into the buses, overwriting them, and move the controls on.

    tracks: float64 [tracks, 2 * frames], finite, left and right in turn · controls: float64
    [tracks, controls, 4] · memories: float64 [tracks, STATES] · buses: float64 [3, 2 * frames]:
    master, reverb, delay · shares: float64 [tracks, 2 * frames], what each adds to the master, or
    [tracks, 0] where nobody asks · work: float64 [2 * frames] and lanes: float64
    [controls, frames], scratch. The tracks are added in their order; with neutral controls the
    master is their sum.
    """
    for bus in range(buses.shape[0]):
        for i in range(buses.shape[1]):
            buses[bus, i] = 0.0
    for t in range(shares.shape[0]):
        for i in range(shares.shape[1]):
            shares[t, i] = 0.0
    for t in range(tracks.shape[0]):
        control, memory = controls[t], memories[t]
        moving = False
        for i in range(control.shape[0]):
            moving = moving or control[i, LEFT] > 0.0
        if _silent(tracks[t]) and _silent(memory):
            if moving:
                for i in range(control.shape[0]):
                    _advance(control[i], lanes[i])
            continue
        if moving:
            _moving(tracks[t], work, control, memory, buses, shares[t], lanes, rate_hz)
        else:
            _still(tracks[t], work, control, memory, buses, shares[t], rate_hz)
        _settle(memory)


@numba.njit(cache=True)
def find_sound(buses, found):  # type: ignore[no-untyped-def]
    """Write to `found` which of `buses`, float64 [buses, frames, 2], are not silent."""
    for bus in range(buses.shape[0]):
        found[bus] = not _silent(buses[bus].reshape(-1))


@numba.njit(cache=True)
def silence(ring, at, frames):  # type: ignore[no-untyped-def]
    """Silence frames of all lanes of a ring, float32 [tracks, capacity, 2], from place `at` on."""
    for t in range(ring.shape[0]):
        for i in range(at, at + frames):
            ring[t, i, 0] = 0.0
            ring[t, i, 1] = 0.0


@numba.njit(cache=True)
def keep(ring, at, shares):  # type: ignore[no-untyped-def]
    """Write a block of every track to a ring from place `at` on, going round at its end.

    ring: float32 [tracks, capacity, 2] · shares: float64 [tracks, frames, 2], frames <= capacity.
    """
    capacity, frames = ring.shape[1], shares.shape[1]
    first = min(frames, capacity - at)
    for t in range(shares.shape[0]):
        lane, share = ring[t], shares[t]
        for i in range(first):
            lane[at + i, 0] = share[i, 0]
            lane[at + i, 1] = share[i, 1]
        for i in range(first, frames):
            lane[i - first, 0] = share[i, 0]
            lane[i - first, 1] = share[i, 1]


@numba.njit(cache=True)
def thin(left, right, narrow, narrow_after, gain, gain_after):  # type: ignore[no-untyped-def]
    """Draw two sides, float64 [frames], to their mean (a `narrow` of 1), and turn them down.

    Both move evenly over the block, to where they are after it.
    """
    frames = left.shape[0]
    for i in range(frames):
        share = (i + 1.0) / frames
        half = 0.5 * (narrow + share * (narrow_after - narrow)) * (right[i] - left[i])
        level = gain + share * (gain_after - gain)
        left[i] = level * (left[i] + half)
        right[i] = level * (right[i] - half)
