"""What the analysis of one file gives: the loop, and where its sound lies among all others."""

from dataclasses import dataclass

from loopmind_live.score.loop import Loop


@dataclass(frozen=True, slots=True)
class Heard:
    """An analysed file.

    `vector`: its default embedding as it is kept, None where it could not be analysed; `maker`: the
    name of that embedding.
    """

    loop: Loop
    vector: bytes | None = None
    maker: str = ""
