"""The demo: loops that the program makes for itself, and the set that shows what it does."""
