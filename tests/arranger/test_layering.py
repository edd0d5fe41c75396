import random

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.forms import PEAKS
from loopmind_live.arranger.genres import GENRES, genre_of
from loopmind_live.arranger.layering import ANCHORS, layers_of
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES, Role

sets = st.sets(st.sampled_from(ROLES), min_size=1)
forms = st.lists(st.sampled_from(LABELS), min_size=1, max_size=10)


@given(forms, st.lists(sets, min_size=len(LABELS), max_size=len(LABELS)),
       st.sampled_from(sorted(GENRES)), st.integers(0, 99), sets)  # fmt: skip
def test_the_last_repeat_plays_all_and_earlier_ones_rest_one_part_at_most(
    labels: list[str], chosen: list[set[Role]], genre: str, seed: int, wanted: set[Role]
) -> None:
    roles = dict(zip(LABELS, chosen, strict=True))
    asked = dict.fromkeys(LABELS, wanted)
    layers = layers_of(labels, roles, asked, genre_of(genre), random.Random(seed))
    plain = max((len(roles[x]) for x in labels if x not in PEAKS), default=0)
    for place, label in enumerate(labels):
        rests = roles[label] - layers[place]
        last = label not in labels[place + 1 :]
        assert len(rests) <= (0 if last else 1)
        assert not rests & (wanted | ANCHORS)
        if label in PEAKS:
            assert len(layers[place]) >= min(plain, len(roles[label]))


def test_the_second_verse_and_hook_differ_from_the_first() -> None:
    labels = ["verse", "hook", "verse", "hook", "hook"]
    roles: dict[str, tuple[Role, ...]] = {
        "verse": ("drums", "bass", "chords", "melody"),
        "hook": ("drums", "bass", "chords", "melody", "vocal", "pad"),
    }
    for seed in range(20):
        layers = layers_of(labels, roles, {}, genre_of("trap"), random.Random(seed))
        assert layers[0] < layers[2] == frozenset(roles["verse"])
        assert len({layers[1], layers[3], layers[4]}) == 3
