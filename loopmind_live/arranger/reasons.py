"""Why a section plays what it plays, and why it stands where it stands: a line each. Pure."""

from collections.abc import Collection, Mapping

from loopmind_live.arranger.base import Reason
from loopmind_live.arranger.casting import packs_alone
from loopmind_live.arranger.compatibility import EASY_STRETCH, Candidate
from loopmind_live.arranger.roles import merged_wish
from loopmind_live.arranger.scene import Scene
from loopmind_live.arranger.tastes import liking
from loopmind_live.score.arrangement import Part
from loopmind_live.score.loop import UNPITCHED_ROLES, Role
from loopmind_live.units import spell_key

PURPOSES: Mapping[str, str] = {
    "intro": "it opens with few parts, so that there is somewhere to go",
    "verse": "it leaves room under the peak",
    "prechorus": "it leads up to the peak",
    "hook": "it is the peak: the most parts play",
    "postchorus": "it lets the peak ring on",
    "bridge": "it steps aside before the last peak",
    "build": "it holds kick and bass back, so that the peak lands",
    "drop": "it is the peak: the most parts play",
    "breakdown": "it rests from the drums, so that they can come back",
    "inst": "it goes on without the vocal",
    "solo": "it leaves one melody in front",
    "outro": "it lets go, part by part",
}
_A_HAIR = 0.005
_GOES_WELL = 0.06


def why(scene: Scene) -> tuple[Reason, ...]:
    """Return a line for the section's place, one for its layers, and one for each of its parts."""
    lines = [Reason("order", _order(scene)), Reason("layers", _layers(scene))]
    for part in scene.section.parts:
        others = [other for other in scene.section.parts if other.role != part.role]
        found = scene.candidates([part])  # none for a take without beats
        beside = scene.candidates(others)
        said = [reason for c in found for reason in reasons_for(scene, part, c, beside)]
        lines.append(Reason(part.role, ", ".join([part.loop.path.stem, *said])))
    return tuple(lines)


def reasons_for(
    scene: Scene, part: Part, candidate: Candidate, beside: Collection[Candidate]
) -> tuple[str, ...]:
    """Return what speaks for a part, and what against it, in a few words each."""
    return tuple(
        reason
        for reason in (
            _tempo(part, scene.arrangement.bpm),
            _key(part, scene.arrangement.key),
            _mood(part, scene.request.moods),
            _pack(candidate, beside),
            _company(scene, candidate, beside),
            _taste(scene, candidate, beside),
            "" if candidate.sure else "its tempo or key is not sure",
        )
        if reason
    )


def _tempo(part: Part, bpm: float) -> str:
    own = bpm / part.stretch
    if abs(part.stretch - 1.0) < _A_HAIR:
        return f"{bpm:g} bpm as it is"
    moved = f"{own:.4g} bpm stretched to {bpm:.4g}"
    easy = EASY_STRETCH[0] <= part.stretch <= EASY_STRETCH[1]
    return moved if easy else f"{moved}, which is far"


def _key(part: Part, key: str | None) -> str:
    if part.role in UNPITCHED_ROLES or key is None:
        return ""
    if part.loop.key is None:
        return "no key found in it"
    if part.semitones == 0:
        same = part.loop.key == key
        return f"in {spell_key(key)}" if same else f"{spell_key(part.loop.key)}, the same notes"
    way = "up" if part.semitones > 0 else "down"
    return f"{spell_key(part.loop.key)} moved {way} {abs(part.semitones)}"


def _mood(part: Part, moods: Collection[str]) -> str:
    met = [mood for mood in moods if mood in part.loop.moods]
    return f"{' and '.join(met)} as asked" if met else ""


def _pack(candidate: Candidate, beside: Collection[Candidate]) -> str:
    others = [other for other in beside if other.role != candidate.role]
    mates = [other.role for other in others if other.folder == candidate.folder]
    if not mates or len({other.folder for other in others}) < 2:
        return ""
    return f"from the pack of {', '.join(dict.fromkeys(mates))}"


def _company(scene: Scene, candidate: Candidate, beside: Collection[Candidate]) -> str:
    """Return with which of the others a loop goes best, as far as they were listened to."""
    others = [other for other in beside if other.role != candidate.role]
    if scene.matchings is packs_alone or not others:
        return ""
    scores = [(scene.matchings([candidate], [other])[0], other.role) for other in others]
    most, role = max(scores)
    return f"goes best with the {role}" if most >= _GOES_WELL else ""


def _taste(scene: Scene, candidate: Candidate, beside: Collection[Candidate]) -> str:
    value = liking(candidate, beside, scene.taste)
    return "you liked it" if value > 0.0 else "you passed it over" if value < 0.0 else ""


def _order(scene: Scene) -> str:
    arrangement, place, section = scene.arrangement, scene.place, scene.section
    times = len(arrangement.find(section.label))
    number = f"{section.label} {arrangement.occurrence(place)} of {times}"
    what = number if times > 1 else section.label
    last = len(arrangement.sections) - 1
    sides = [f"after {arrangement.name(place - 1)}" if place else "first"]
    sides += [f"before {arrangement.name(place + 1)}" if place < last else "last"]
    asked = {scene.genre.spoken(wish.label) for wish in scene.request.sections}
    genre = scene.genre.name
    usual = f"as {genre} often goes" if genre else "as songs often go"
    source = "as asked" if section.label in asked else usual
    bars = f"{section.bars} {'bar' if section.bars == 1 else 'bars'}"
    return f"{what}, {bars}, {' and '.join(sides)}, {source}; {PURPOSES[section.label]}"


def _layers(scene: Scene) -> str:
    section, arrangement = scene.section, scene.arrangement
    roles = [part.role for part in section.parts]
    words = [f"{len(roles)} {'part' if len(roles) == 1 else 'parts'}"]
    earlier = [i for i in arrangement.find(section.label) if i < scene.place]
    if earlier:
        before = [part.role for part in arrangement.sections[earlier[-1]].parts]
        words += _told("adds", [role for role in roles if role not in before])
        words += _told("leaves out", [role for role in before if role not in roles])
        words[-1] += f" against {arrangement.name(earlier[-1])}" if len(words) > 1 else ""
    wish = merged_wish(scene.request, section.label, scene.genre)
    words += _told("asked for:", [role for role in wish.roles_in if role in roles])
    words += _told("never", [*wish.roles_out, *section.roles_out])
    words += _told("only", [*wish.roles_only, *section.roles_only])
    return ", ".join(words)


def _told(verb: str, roles: Collection[Role]) -> list[str]:
    return [f"{verb} {' and '.join(dict.fromkeys(roles))}"] if roles else []
