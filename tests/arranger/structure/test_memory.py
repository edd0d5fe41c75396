from loopmind_live.arranger.structure.memory import (
    FACT_NAMES,
    NO_FACTS,
    NOTHING,
    ROWS,
    Memory,
    facts_of,
)
from loopmind_live.arranger.structure.tokens import ID, VOCABULARY, body, conditions

SONG = (("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 12))


def told(tokens: list[int], asked: int | None = None) -> list[set[str]]:
    return [{FACT_NAMES[row - NOTHING] for row in rows} for rows in facts_of(tokens, asked)]


def test_every_row_has_one_name() -> None:
    assert len(set(FACT_NAMES)) == len(FACT_NAMES) == ROWS - NOTHING
    assert len(VOCABULARY) == NOTHING


def test_conditions_and_the_end_come_without_facts() -> None:
    rows = facts_of([*conditions("pop", 120.0), *body(SONG)])
    assert rows[:3] == [NO_FACTS] * 3
    assert rows[-1] == NO_FACTS


def test_before_a_label_it_is_known_what_followed_it_the_last_time() -> None:
    facts = told([*conditions("pop"), *body(SONG)])
    after_second_verse = facts[4 + 2 * 4 - 1]
    assert {"sections=4", "choruses=1", "since_chorus=2", "followed=4"} <= after_second_verse
    assert "bars_done=3" in after_second_verse


def test_before_bars_it_is_known_how_long_the_label_was_the_last_time() -> None:
    facts = told([*conditions("pop"), *body(SONG)])
    at_second_chorus = facts[4 + 2 * 4]
    assert {"occurrence=1", "last_bars=8", "first_bars=8", "bars_in_context=8"} <= at_second_chorus


def test_bars_that_are_left_are_known_where_a_length_was_asked_for() -> None:
    asked = told([*conditions("pop", bars=40), *body(SONG)], 40)
    free = told([*conditions("pop"), *body(SONG)])
    assert any(name.startswith("bars_left") for name in asked[5])
    assert not any(name.startswith("bars_left") for names in free for name in names)


def test_unknown_bars_leave_sums_of_bars_unknown() -> None:
    facts = told([*conditions("pop"), *body((("verse", None), ("chorus", None)))])
    assert not any(name.startswith("bars_done") for name in facts[7])


def test_a_copy_reads_on_by_itself() -> None:
    memory = Memory()
    for token in [*conditions("pop"), ID["S_verse"], ID["B8"]]:
        memory.read(token)
    other = memory.copy()
    assert other.read(ID["S_chorus"]) == memory.read(ID["S_chorus"])
    other.read(ID["B16"])
    assert (memory.bars_done, other.bars_done) == (8, 24)
