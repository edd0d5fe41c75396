"""Hands on a performance from outside: OSC."""
