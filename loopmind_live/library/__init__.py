"""The loop library: find, decode, analyse and keep what is known of audio files."""
