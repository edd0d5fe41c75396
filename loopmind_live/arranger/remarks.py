"""What a performer should be told of an arrangement: words not understood, wishes not met. Pure."""

from loopmind_live.arranger.base import Request
from loopmind_live.arranger.genres import genre_of
from loopmind_live.arranger.prompt import Reading
from loopmind_live.arranger.roles import merged_wish
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import KIT, Role


def remarks(reading: Reading, arrangement: Arrangement) -> tuple[str, ...]:
    """Return one line for each thing of the prompt that did not make it into `arrangement`."""
    lines: list[str] = []
    if reading.unknown:
        lines.append("not understood: " + ", ".join(reading.unknown))
    request = reading.request
    playing = {part.role for section in arrangement.sections for part in section.parts}
    lines += [
        f"{role}: asked for, but no loop of the library fits"
        for role in request.roles_in
        if not _is_met(role, playing)
    ]
    lines += _section_remarks(request, arrangement)
    return tuple(lines)


def _section_remarks(request: Request, arrangement: Arrangement) -> list[str]:
    genre = genre_of(request.genre)
    lines = []
    for label in dict.fromkeys(genre.spoken(wish.label) for wish in request.sections):
        wish = merged_wish(request, label, genre)
        sections = [section for section in arrangement.sections if section.label == label]
        playing = {part.role for section in sections for part in section.parts}
        lines += [
            f"{label}: no {role} loop of the library fits"
            for role in dict.fromkeys((*wish.roles_in, *wish.roles_only))
            if sections and not _is_met(role, playing)
        ]
    return lines


def _is_met(role: Role, playing: set[Role]) -> bool:
    """Tell whether `role` plays; single drums stand for drums."""
    return role in playing or (role == "drums" and not playing.isdisjoint(KIT))
