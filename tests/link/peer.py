"""A foreign peer: a program that joins a Link session and does what lines tell it.

`python peer.py BPM` answers each line ("look", "tempo 130", "play", "stop", "sync on", "leave",
"join") with one JSON object: tempo, beat and phase now, peers, playing, the host's time, and how
often others changed the tempo.
"""

import json
import sys

import link

QUANTUM = 4.0


def main() -> None:
    peer = link.Link(float(sys.argv[1]))
    changes: list[float] = []
    peer.setTempoCallback(changes.append)
    peer.enabled = True
    clock = peer.clock()
    for line in sys.stdin:
        words = line.split()
        now = clock.micros()
        state = peer.captureSessionState()
        match words[0]:
            case "tempo":
                state.setTempo(float(words[1]), now)
            case "play" | "stop":
                state.setIsPlaying(words[0] == "play", now)
            case "sync":
                peer.startStopSyncEnabled = words[1] == "on"
            case "leave" | "join":
                peer.enabled = words[0] == "join"
        if words[0] in ("tempo", "play", "stop"):
            peer.commitSessionState(state)
        now = clock.micros()
        told = {
            "bpm": state.tempo(), "beat": state.beatAtTime(now, QUANTUM), "time_us": now,
            "phase": state.phaseAtTime(now, QUANTUM), "peers": peer.numPeers(),
            "playing": state.isPlaying(), "changes": len(changes),
        }  # fmt: skip
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
