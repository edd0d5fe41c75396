"""What is kept of a set comes back as it was, from a text for people, and loads as one change."""

import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loopmind_live.config import FIRST_PATCH
from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.fit import stretch_for
from loopmind_live.score.loop import ROLES
from loopmind_live.score.timeline import read_timeline, write_timeline
from loopmind_live.session.commands import Command, When
from loopmind_live.session.document import Document
from loopmind_live.session.journal import Journal, read_journal
from loopmind_live.session.kept_set import KeptSet, document_of, kept_of
from loopmind_live.session.loading import Loaded
from loopmind_live.session.sections import as_saved
from loopmind_live.session.set_file import MAX_SEED, read_set, write_set
from loopmind_live.session.snapshot import Snapshot
from loopmind_live.session.state import State
from tests.session.stage import CountingArranger, Rig, arrangement
from tests.session.test_edit_properties import ANY_TIME, edits_at, typed
from tests.session.test_patches import patch

REFIT = CountingArranger().refit
roles = st.sampled_from([("bass",), ("drums", "pad"), ("melody",)])
percent = st.floats(-100.0, 100.0)
faders = [
    typed("level", ANY_TIME, roles=roles, db=st.floats(-60.0, 12.0)),
    typed("filter", ANY_TIME, roles=roles, sweep=percent),
    typed("pan", ANY_TIME, roles=roles, place=percent),
    typed("send", ANY_TIME, roles=roles, to=st.sampled_from(["reverb", "delay"]),
          db=st.floats(-60.0, 0.0)),
    typed("insert", ANY_TIME, roles=roles, effect=st.sampled_from(["crush", "fold", "off"])),
    typed("insert", ANY_TIME, roles=roles, effect=st.just("drive"), amount=st.floats(0.0, 100.0)),
    typed("patch", ANY_TIME, roles=roles, name=st.sampled_from(["gate", "echo", "off"])),
    typed("knob", ANY_TIME, roles=roles, name=st.just("depth"), value=st.floats(0.0, 1.0)),
    typed("reverb_size", ANY_TIME, size=st.floats(0.0, 100.0)),
    typed("delay_time", ANY_TIME, beats=st.floats(0.125, 4.0)),
    typed("set_tempo", ANY_TIME, bpm=st.floats(60.0, 180.0)),
    typed("set_key", ANY_TIME, key=st.sampled_from(["F#:min", "C:maj"])),
    typed("half_time", ANY_TIME), typed("double_time", ANY_TIME),
    typed("lock", ANY_TIME, roles=roles),
]  # fmt: skip
commands = st.lists(st.one_of(*edits_at(ANY_TIME), *faders), max_size=8)


def reached(given: list[Command]) -> Rig:
    """Return a performance after commands, each half a bar after the one before."""
    rig = Rig()
    for name in ("gate", "echo"):
        rig.session.learn(patch(name))
    rig.session.submit(Command("play"))
    rig.session.advance()
    for number, command in enumerate(given):
        rig.play_to((number + 1) * rig.BAR // 2)
        rig.session.submit(command)
    rig.play_to((len(given) + 8) * rig.BAR)
    return rig


def plain(document: Document, state: State) -> dict[str, object]:
    """Return what a set sounds by: sections by place, and no knobs of what is mounted no more."""
    kept, saved = kept_of(document, state.patches), as_saved(document)
    assert saved is not None
    for place, section in enumerate(saved.sections):  # a stand-in's refit leaves stretches alone
        parts = (replace(p, stretch=stretch_for(p.loop, saved.bpm)) for p in section.parts)
        saved = saved.with_parts((place,), tuple(parts))
    return {**dataclasses.asdict(kept), "arrangement": saved}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # a performance each: too slow to shrink
)  # fmt: skip
@given(commands)
def test_whatever_was_reached_is_there_again_from_its_files(
    tmp_path_factory: pytest.TempPathFactory, given: list[Command]
) -> None:
    state = reached(given).session.state
    saved = as_saved(state.document)
    assert saved is not None and state.playhead is not None
    kept = kept_of(state.document, state.patches, state.playhead.place, state.tries, 7)
    file = tmp_path_factory.mktemp("set") / "timeline.json"
    write_timeline(saved, file)
    read, there = read_set(write_set(kept)), read_timeline(file, check_files=False)
    assert read == kept
    again = document_of(read, there, (), state.patches, REFIT)
    assert plain(again, state) == plain(state.document, state)
    assert (again.bpm, again.time, again.pace) == (
        state.document.bpm, state.document.time, state.document.pace
    )  # fmt: skip


def test_all_that_a_document_holds_is_kept_or_meant_to_go() -> None:
    """Whoever adds to the document decides here, too, whether a set keeps it."""
    kept = {
        "arrangement", "muted", "soloed", "locked", "levels_db", "mixer", "effects", "looping",
        "time", "pace", "muted_in", "soloed_in", "masks",
        "patterns",
    }  # fmt: skip
    numbers = {"ids", "gone"}
    the_folder_itself = {"home"}
    assert {f.name for f in dataclasses.fields(Document)} == kept | numbers | the_folder_itself


role_sets = st.frozensets(st.sampled_from(ROLES))
words = st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text)


@given(st.builds(
    KeptSet, name=words, prompt=words, seed=st.none() | st.integers(0, MAX_SEED), music=words,
    tempo=st.none() | st.floats(40.0, 240.0), time=st.sampled_from([0.5, 1.0, 2.0]),
    pace=st.floats(0.5, 2.0), section=words, muted=role_sets, soloed=role_sets,
    soloed_in=st.frozensets(st.tuples(words, st.sampled_from(ROLES))),
    tries=st.dictionaries(words, st.integers(0, 99)).map(lambda found: tuple(found.items())),
))  # fmt: skip
def test_any_words_and_numbers_come_back_from_the_text(kept: KeptSet) -> None:
    assert read_set(write_set(kept)) == kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tempoo = 120", "no key 'tempoo': did you mean tempo?"),
        ("colour = 'red'", "no key 'colour': there are format, name"),
        ("tempo = 'fast'", "tempo 'fast': choose a number, 40 to 240 bpm"),
        ("tempo = 300", "tempo 300: choose a number, 40 to 240 bpm"),
        ("tempo = nan", "tempo nan: choose"),
        ("tempo = true", "tempo True: choose"),
        ("seed = -1", "seed -1: choose a whole number"),
        ("key = 'H dur'", "key 'H dur': write one as in"),
        ("time = 3", "time 3: choose one of 0.25"),
        ("name = ''", "name '': write words in quotes"),
        ("muted = 'bass'", "muted 'bass': write a list"),
        ("muted = ['tuba']", "muted 'tuba': no such part: there are drums"),
        ("muted = [['bass']]", "muted ['bass']: no such part"),
        ("[parts.tuba]", "parts: 'tuba': no such part"),
        ("[parts]\nbass = 1", "parts.bass 1: write a table, as in [parts.bass]"),
        ("[parts.bass]\nlevel_db = 40", "parts.bass.level_db 40: choose a number, -60 to 12 dB"),
        ("[parts.bass]\nlevel = 4", "no key 'parts.bass.level': did you mean level_db?"),
        ("[parts.bass]\ninsert1 = '../x'", "parts.bass.insert1 '../x': name an insert"),
        ("[parts.bass.knobs1]\ndepth = inf", "parts.bass.knobs1.depth inf: choose a number"),
        ("[delay]\nfeedback = 99", "delay.feedback 99: choose a number, 0 to 94"),
        ("[soloed_in]\nhook = 3", "soloed_in.hook 3: write a list"),
        ("format = 2", "format 2 is newer than 1, which this version reads: upgrade"),
        ("tempo =", "not TOML: "),
        ("a = " + "[" * 9000, "not TOML"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_with_key_value_and_remedy(text: str, told: str) -> None:
    with pytest.raises(SessionError) as caught:
        read_set(text)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (KeptSet(loop="chorus 9"), "no section"),
        (KeptSet(shells=((("bass", 0), "nosuch"),)), "parts.bass: insert1 'nosuch': no such patch"),
        (
            KeptSet(shells=((("bass", 0), "gate"),), mixer=((("bass", "knob1/depth"), 3.0),)),
            "parts.bass.knobs1: depth 3: choose 0 to 1",
        ),
        (
            KeptSet(shells=((("bass", 0), "gate"),), mixer=((("bass", "knob1/x"), 0.0),)),
            "parts.bass.knobs1: no knob 'x': there are depth, time",
        ),
        (KeptSet(mixer=((("bass", "knob2/x"), 0.0),)), "parts.bass.knobs2: no knob 'x': no patch"),
    ],
)
def test_what_does_not_fit_the_set_is_told_and_nothing_is_loaded(kept: KeptSet, told: str) -> None:
    rig = reached([])
    before = rig.session.state
    reply = rig.session.submit_arrangement(Command("load"), arrangement(), loaded=Loaded(kept))
    assert not reply.ok and reply.lines[0].startswith(told)
    assert rig.session.state == before


LOADED = KeptSet(
    section="hook 2", loop="hook 2", muted=frozenset({"pad"}), locked=frozenset({"bass"}),
    levels_db=(("bass", -6.0),), mixer=((("bass", "knob1/depth"), 0.25), (("bass", "pan"), 10.0)),
    shells=((("bass", 0), "gate"),), effects=(("delay/feedback", 20.0),), tempo=126.0,
)  # fmt: skip


def moves(rig: Rig) -> list[tuple[int, str, float]]:
    found = [one for one in rig.engine.parameters if one[1] != "tempo" and one[1] != "grid"]
    rig.engine.parameters.clear()
    return [one for one in found if one[1] != "meter"]


def test_a_loaded_set_is_there_on_its_line_with_all_its_faders_and_gone_by_one_undo() -> None:
    rig = reached([Command("level", {"roles": ("drums",), "db": -9.0}, text="level")])
    before, number = rig.session.state.document, FIRST_PATCH
    line = rig.engine.frame() // rig.BAR + 1
    moves(rig)
    reply = rig.session.submit_arrangement(
        Command("load", text="load x"), arrangement(), loaded=Loaded(LOADED)
    )
    assert reply.ok and f"at bar {line + 1}" in reply.lines[-1]
    rig.play_to((line + 1) * rig.BAR)
    state = rig.session.state
    assert state.playhead is not None and state.playhead.place == 4
    assert state.playhead.start_bar == line
    assert state.document.muted == {"pad"} and state.document.locked == {"bass"}
    assert state.document.looping == state.document.section_ids[4]
    assert state.tempo.bpm_at(line) == 126.0
    told = moves(rig)
    assert {(name, round(value, 3)) for _, name, value in told} == {
        ("track/0/gain", 1.0), ("track/5/gain", 0.501), ("track/5/pan", 0.1),
        ("track/5/knob1/depth", 0.25), ("track/5/knob1/time", 1.0),
        ("track/5/insert1", float(number)), ("delay/feedback", 0.2),
    }  # fmt: skip
    assert {frame for frame, _, _ in told} == {line * rig.BAR}
    names = [name for _, name, _ in told]
    assert names.index("track/5/insert1") > names.index("track/5/knob1/depth")
    rig.session.submit(Command("undo", text="undo"))
    rig.play_to((line + 4) * rig.BAR)
    assert rig.session.state.document == before
    back = {name: value for _, name, value in moves(rig)}
    assert back["track/5/insert1"] == 0.0 and round(back["track/0/gain"], 3) == 0.355
    assert back["track/5/gain"] == 1.0 and back["delay/feedback"] == 0.4


def test_a_load_that_is_canceled_leaves_every_fader_where_it_was() -> None:
    rig = reached([])
    moves(rig)
    line = rig.engine.frame() // rig.BAR + 1
    rig.session.submit_arrangement(
        Command("load", text="load x"), arrangement(), loaded=Loaded(LOADED)
    )
    rig.play_to(line * rig.BAR - rig.BAR // 20)  # the engine knows of it by now
    rig.session.submit(Command("cancel", {"all": True}, text="cancel"))
    before = rig.session.state.document
    rig.play_to((line + 2) * rig.BAR)
    assert rig.session.state.document == before
    last = {name: value for _, name, value in moves(rig)}
    assert last["track/5/insert1"] == 0.0 and last["track/5/gain"] == 1.0


def test_a_load_puts_back_what_moves_on_its_own_line_or_just_before_it() -> None:
    rig = reached([])
    line = rig.engine.frame() // rig.BAR + 1
    kept = replace(LOADED, levels_db=(), tempo=None)
    there = Command("filter", {"roles": ("drums",), "sweep": -80.0}, When("bar", 1), "filter")
    rig.session.submit(there)
    rig.session.submit_arrangement(
        Command("load", text="load x"), arrangement(), loaded=Loaded(kept)
    )
    rig.play_to(line * rig.BAR - rig.BAR // 20)  # the engine knows of both by now
    moves(rig)
    rig.session.submit(Command("level", {"roles": ("drums",), "db": -20.0}, text="level"))
    rig.play_to((line + 2) * rig.BAR)
    assert rig.session.state.document.level_db("drums") == 0.0
    last = {name: value for _, name, value in moves(rig)}
    assert last["track/0/gain"] == 1.0
    assert rig.session.state.document.control("drums", "filter") == 0.0


def test_a_load_that_is_not_ready_moves_no_fader_before_it_lands() -> None:
    rig = reached([])
    line = rig.engine.frame() // rig.BAR + 1
    rig.session.submit_arrangement(
        Command("load", text="load x"), arrangement(), loaded=Loaded(LOADED)
    )
    rig.play_to(line * rig.BAR - rig.BAR // 20)
    (change,) = rig.session.state.pending
    later = replace(change, bar=change.bar + 1)
    rig.session.state = replace(rig.session.state, pending=(later,))
    moves(rig)
    rig.play_to(line * rig.BAR - rig.BAR // 40)
    back = {name: (frame, value) for frame, name, value in moves(rig)}
    assert back["track/5/insert1"][1] == 0.0 and back["track/5/gain"][1] == 1.0
    rig.play_to((line + 2) * rig.BAR)
    again = {name: value for _, name, value in moves(rig)}
    assert again["track/5/insert1"] == float(FIRST_PATCH)


def test_a_set_in_another_meter_is_refused_once_the_clock_runs() -> None:
    rig = reached([])
    waltz = replace(arrangement(), beats_per_bar=3)
    reply = rig.session.submit_arrangement(Command("load"), waltz, loaded=Loaded(KeptSet()))
    assert not reply.ok and "3/4" in reply.lines[0] and "perform --set" in reply.lines[0]


def test_a_pending_load_is_in_the_journal(tmp_path: Path) -> None:
    rig = reached([])
    rig.session.submit_arrangement(
        Command("load", when=When("bar", 4), text="load x"), arrangement(), loaded=Loaded(LOADED)
    )
    journal = Journal(tmp_path / "journal.jsonl", {}, lambda _: None)
    journal.keep(Snapshot(rig.session.state))
    journal.close()
    found = read_journal(tmp_path / "journal.jsonl").snapshot
    assert found is not None and found.state == rig.session.state


def test_a_tempo_and_key_written_by_hand_fit_the_arrangement_anew() -> None:
    fitted: list[tuple[float, str | None]] = []

    def refit(old: Arrangement, bpm: float, key: str | None) -> Arrangement:
        fitted.append((bpm, key))
        return replace(old, bpm=bpm, key=key)

    document = document_of(
        read_set('tempo = 70\nkey = "C:maj"\ntime = 0.5\npace = 1.1'), arrangement(), (), (), refit
    )
    assert (document.bpm, document.pace, fitted) == (70.0, 1.0, [(140.0, "C:maj")])
    same = document_of(read_set('tempo = 120\nkey = "A:min"'), arrangement(), (), (), refit)
    assert same.arrangement == arrangement() and len(fitted) == 1
