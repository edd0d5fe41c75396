"""Prompt macros: buttons that type a line. Pure data."""

MACROS: tuple[tuple[str, str], ...] = (
    ("Darker", "restyle darker"),
    ("Brighter", "restyle brighter"),
    ("More energy", "restyle more energetic"),
    ("Calmer", "restyle calmer"),
    ("Strip it down", "strip it down"),
    ("Surprise me", "regenerate all"),
    ("Drums out 4", "mute drums for 4 bars"),
    ("Drums alone 4", "solo drums for 4 bars"),
)
"""What stands on the buttons 1, 2, ... and what each types, as at the prompt."""
