"""Lines that are code: a fenced block is typed over several lines. Pure."""

FENCE = "```"


def is_open(text: str) -> bool:
    r"""Tell whether `text` begins a fenced block that is not closed yet: Enter adds a line then.

    >>> is_open("```"), is_open("```\nlive.goto('hook')\n```"), is_open("mute drums")
    (True, False, False)
    """
    lines = text.strip().splitlines()
    if not lines or not lines[0].startswith(FENCE):
        return False
    return len(lines) == 1 or lines[-1].strip() != FENCE
