import pytest

from loopmind_live.errors import ScoreError
from loopmind_live.score.arrangement import Arrangement, Section


def piece(*labels: str) -> Arrangement:
    return Arrangement(120.0, None, tuple(Section(label, 8) for label in labels))


def test_a_peak_is_found_by_what_songs_and_by_what_dance_music_calls_it() -> None:
    assert piece("intro", "drop", "drop").find("hook") == (1, 2)
    assert piece("intro", "drop", "drop").find("hook", 2) == (2,)
    assert piece("intro", "hook").find("drop") == (1,)


def test_where_both_are_there_each_is_what_it_is_called() -> None:
    assert piece("hook", "drop").find("drop") == (1,)
    assert piece("hook", "drop").find("hook") == (0,)


def test_a_section_that_is_not_there_is_refused_by_the_name_that_was_said() -> None:
    with pytest.raises(ScoreError, match="no section 'hook 3': this arrangement has intro, drop"):
        piece("intro", "drop").find("hook", 3)
    with pytest.raises(ScoreError, match="no section 'bridge'"):
        piece("intro", "drop").find("bridge")


def test_lasting_wishes_say_what_a_section_may_play() -> None:
    only = Section("intro", 8, roles_only=("drums", "pad"))
    assert [role for role in ("drums", "kick", "pad", "bass") if only.allows(role)] == [
        "drums", "kick", "pad"
    ]  # fmt: skip
    assert not Section("intro", 8, roles_out=("drums",)).allows("hats")
    both = Section("intro", 8, roles_out=("kick",), roles_only=("drums",))
    assert both.allows("drums")
    assert not both.allows("kick")
