"""What may be asked for next is prepared before it is."""

from loopmind_live.prepare.base import AHEAD, LATER
from loopmind_live.session.commands import Command
from tests.session.stage import Rig


def playing(bar: float) -> Rig:
    rig = Rig(live=True)
    rig.session.submit(Command("play"))
    rig.play_to(round(bar * rig.BAR / 256) * 256)
    return rig


def asked(rig: Rig) -> dict[str, int]:
    return {recipe.content_hash: level for recipe, level in rig.shelf.asked.items()}


def test_the_next_alternative_is_asked_for_while_the_one_before_it_has_not_landed() -> None:
    rig = playing(5.2)
    rig.session.submit(Command("regenerate", {"section": "verse"}))
    rig.session.advance()
    (change,) = rig.session.state.pending
    known = asked(rig)
    assert any(level == AHEAD for level in known.values())
    rig.play_to(7 * rig.BAR)
    assert change not in rig.session.state.pending
    before = set(asked(rig))
    rig.session.submit(Command("regenerate", {"section": "verse"}))
    rig.play_to(8 * rig.BAR + 4000)
    assert set(rig.sounding(8 * rig.BAR + 3999).values()) <= before


def test_parts_and_other_sections_wait_until_it_is_quiet() -> None:
    rig = playing(5.2)
    for _ in range(20):
        rig.session.advance()
    rig.session.submit(Command("regenerate", {"section": "verse"}))
    rig.session.advance()
    before = asked(rig)
    for _ in range(30):
        rig.session.advance()
    assert asked(rig) == before
    rig.engine.play_to(rig.engine.frame() + 90_000)
    rig.session.submit(Command("level", {"roles": ("drums",), "db": -3.0}))
    rig.engine.play_to(rig.engine.frame() + 90_000)
    for _ in range(30):
        rig.session.advance()
    assert asked(rig) == before
    rig.play_to(rig.engine.frame() + 3 * 48000)
    for _ in range(20):
        rig.session.advance()
    new = {name: level for name, level in asked(rig).items() if name not in before}
    assert LATER in new.values() and AHEAD not in {new[name] for name in new if "pad" in name}
