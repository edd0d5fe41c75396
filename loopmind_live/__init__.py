"""LoopMind Live: a live-coded loop-performance engine, played from a prompt, OSC and MIDI."""

__version__ = "0.1.0"
