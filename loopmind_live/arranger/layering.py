"""What tells repeats of a section apart: the last one plays all its parts, earlier ones less. Pure.

The loops stay the same, so that a hook is a hook; each time it comes with another layer.
"""

import random
from collections.abc import Collection, Mapping, Sequence

from loopmind_live.arranger.forms import PEAKS
from loopmind_live.arranger.genres import Genre
from loopmind_live.arranger.scene import by_importance
from loopmind_live.score.loop import Role

ANCHORS = frozenset({"drums", "kick", "bass"})
"""What is not left out of a repeat: the ground that it stands on."""
_FEWEST = 3
_AMONG = 2


def layers_of(
    labels: Sequence[str],
    roles: Mapping[str, Collection[Role]],
    wanted: Mapping[str, Collection[Role]],
    genre: Genre,
    rng: random.Random,
) -> list[frozenset[Role]]:
    """Return which of the `roles` of its label each section of a form plays.

    `wanted` are the roles, by label, that a prompt asks for: they are never left out. A section of
    less than three parts plays all of them; a peak is never thinner than what is no peak.
    """
    plain = max((len(roles[label]) for label in set(labels) if label not in PEAKS), default=0)
    resting = {
        label: _resting(label, roles[label], wanted.get(label, ()), plain, genre, rng)
        for label in dict.fromkeys(labels)
    }
    result = []
    for place, label in enumerate(labels):
        number, times = labels[:place].count(label), labels.count(label)
        order = resting[label]
        left_out = order[number % len(order)] if order and number < times - 1 else None
        result.append(frozenset(role for role in roles[label] if role != left_out))
    return result


def _resting(
    label: str,
    roles: Collection[Role],
    wanted: Collection[Role],
    plain: int,
    genre: Genre,
    rng: random.Random,
) -> list[Role]:
    """Return which roles may rest in a repeat of `label`, one at a time, in the order they do."""
    if len(roles) < _FEWEST or (label in PEAKS and len(roles) - 1 < plain):
        return []
    order = by_importance(roles, genre)
    free = [role for role in order if role not in ANCHORS and role not in wanted]
    last = free[-_AMONG:]
    rng.shuffle(last)
    return last
