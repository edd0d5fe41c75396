"""A language model is asked for what the grammar leaves over, and its answer is only data."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from loopmind_live.errors import ConfigError, SessionError
from loopmind_live.repl.asked import read_operations
from loopmind_live.repl.asking import Endpoint, WorkerModel, ask, language_model
from loopmind_live.repl.guesses import guessed, schema
from loopmind_live.session.commands import When

LINE = "that snare makes my eyes water"


def answered(*operations: object) -> str:
    return json.dumps({"operations": list(operations)})


def completion(content: object) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers with the server's body, after its pause."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        self.server.released.wait(self.server.pause_s)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
        except OSError:
            return  # whoever asked went away

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def server(body=b"", status=200, pause_s=0.0, headers=None) -> Iterator[ThreadingHTTPServer]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.body, found.status, found.pause_s, found.asked = body, status, pause_s, []
    found.headers, found.released = headers or {}, threading.Event()
    thread = threading.Thread(target=found.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        found.released.set()
        found.shutdown()
        thread.join()
        found.server_close()


def address(found: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{found.server_address[1]}/v1#tiny"


def test_a_good_answer_becomes_commands():
    op = {"intent": "level", "roles": ["snare"], "dir": "down", "when": {"unit": "bar", "n": 2}}
    with server(completion(answered(op))) as found:
        (command,) = ask(Endpoint(address(found)), LINE)
        asked = found.asked[0]
    assert (command.name, command.arguments["roles"]) == ("level", ("snare",))
    assert command.when == When("bar", 2) and command.text == LINE
    assert asked["model"] == "tiny"
    assert asked["response_format"]["json_schema"]["schema"] == schema()
    assert asked["messages"][-1]["content"] == LINE


def test_it_is_asked_only_for_what_the_grammar_leaves_over():
    with server(completion(answered({"intent": "undo"}))) as found:
        model = Endpoint(address(found))
        assert read_operations("mute drums", model).operations[0]["intent"] == "mute"
        assert read_operations("tempo 999", model).operations == [{"intent": "none"}]
        assert found.asked == []
        assert read_operations(LINE, model).operations == [{"intent": "undo"}]
        assert len(found.asked) == 1


def test_none_does_nothing():
    with server(completion(answered({"intent": "none"}))) as found:
        assert ask(Endpoint(address(found)), LINE) == []


def test_a_slow_answer_is_not_waited_for():
    with server(completion(answered()), pause_s=30.0) as found:
        begun = time.monotonic()
        with pytest.raises(SessionError, match="language model"):
            ask(Endpoint(address(found), limit_s=0.2), LINE, limit_s=0.2)
        assert time.monotonic() - begun < 20.0


BROKEN = [
    (b"", 200), (b"not json", 200), (b"{}", 200), (completion(None), 200), (completion([1]), 200),
    (completion("no json"), 200), (b"gone", 500), (b"[" * 5000, 200), (completion("[" * 5000), 200),
    (b"x" * 200_000, 200),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_answer_is_one_clear_line(body, status):
    with server(body, status) as found, pytest.raises(SessionError) as refused:
        ask(Endpoint(address(found)), LINE)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 300


def test_nobody_is_followed_elsewhere():
    with server(completion(answered({"intent": "undo"}))) as other:
        elsewhere = {"Location": address(other)}
        with server(status=307, headers=elsewhere) as found, pytest.raises(SessionError):
            ask(Endpoint(address(found)), LINE)
        assert other.asked == []


def test_nobody_listening_is_said():
    with server() as found:
        gone = address(found)
    with pytest.raises(SessionError, match="no answer of a language model"):
        ask(Endpoint(gone), LINE)


HOSTILE = [
    {"intent": "save", "file": "/etc/passwd"},
    {"intent": "load", "file": "x.json"},
    {"intent": "record", "file": "x.wav"},
    {"intent": "quit"},
    {"intent": "stop"},
    {"intent": "panic"},
    {"intent": "undo", "code": "import os"},
    {"intent": "mute", "roles": ["__import__"]},
    {"intent": "mute", "roles": []},
    {"intent": "mute", "roles": "drums"},
    {"intent": "level", "roles": ["bass"], "dir": "up", "delta_db": 1000},
    {"intent": "set_tempo", "bpm": 1e9},
    {"intent": "set_tempo"},
    {"intent": "goto", "section": "../../hook"},
    {"intent": "goto", "section": "hook", "when": {"unit": "bar", "n": 10**9}},
    {"intent": "resize", "section": "hook", "bars": 0},
    {"intent": "arrange", "genre": "trap; rm -rf /"},
    {"intent": "arrange"},
    {},
    "mute drums",
]


@pytest.mark.parametrize("operation", HOSTILE, ids=str)
def test_an_answer_outside_the_schema_or_its_ranges_does_nothing(operation):
    with pytest.raises(SessionError) as refused:
        guessed(answered(operation), LINE)
    assert "\n" not in str(refused.value)


def test_too_many_operations_and_too_long_answers_are_refused():
    with pytest.raises(SessionError, match="schema"):
        guessed(answered(*[{"intent": "undo"}] * 9), LINE)
    with pytest.raises(SessionError, match="characters"):
        guessed("x" * 100_000, LINE)


SOUND = [
    ({"intent": "arrange", "genre": "trap", "moods": ["dark"], "bpm": 140, "key": "F#:min",
      "roles_in": ["bass", "pad"], "roles_out": ["vocal"]}, "arrange"),
    ({"intent": "insert", "section": "bridge", "bars": 8, "before": "drop"}, "insert_section"),
    ({"intent": "set_tempo", "factor": 0.5}, "half_time"),
    ({"intent": "set_tempo", "rel": "slower"}, "set_tempo"),
    ({"intent": "mute", "roles": ["hats"], "duration": {"unit": "bar", "n": 4}}, "mute"),
    ({"intent": "regenerate", "section": "verse", "index": 2, "moods": ["dark"]}, "regenerate"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "name"), SOUND, ids=[name for _, name in SOUND])
def test_every_answer_of_the_schema_is_a_row_of_the_table(operation, name):
    (command,) = guessed(answered(operation), LINE)
    assert command.name == name


def test_an_answer_in_fences_is_read():
    assert guessed(f"```json\n{answered({'intent': 'undo'})}\n```", LINE)[0].name == "undo"


@pytest.mark.parametrize("name", ["ftp://127.0.0.1/v1", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(name):
    with pytest.raises(ConfigError, match="write"):
        language_model(name)


def test_a_long_line_is_not_asked_about():
    with server(completion(answered())) as found:
        with pytest.raises(SessionError, match="not asked about"):
            ask(Endpoint(address(found)), "x" * 500)
        assert found.asked == []


def _tiny_model(folder: Path) -> None:
    """Make a small GPT-2 of its configuration alone, with a tokenizer of single letters."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    letters = [chr(code) for code in range(32, 127)]
    vocabulary = {letter: place for place, letter in enumerate([*letters, "<end>", "<unk>"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", unk_token="<unk>", pad_token="<end>"
    )
    fast.save_pretrained(folder)
    config = GPT2Config(
        vocab_size=len(vocabulary), n_positions=2048, n_embd=16, n_layer=1, n_head=2,
        eos_token_id=vocabulary["<end>"], bos_token_id=vocabulary["<end>"],
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(folder)


def test_a_model_of_transformers_answers_from_a_process_of_its_own(tmp_path):
    pytest.importorskip("transformers")
    _tiny_model(tmp_path)
    model = WorkerModel(str(tmp_path), limit_s=120.0)
    try:
        text = model.answer("hello")
        assert isinstance(text, str)
        with pytest.raises(SessionError, match="language model"):
            ask(model, LINE, limit_s=120.0)  # it was never taught: what it writes is no schema
    finally:
        model.close()


def test_a_model_that_cannot_be_loaded_is_said(tmp_path):
    model = WorkerModel(str(tmp_path), limit_s=60.0)
    try:
        with pytest.raises(SessionError, match="no answer of the language model"):
            model.answer("hello")
    finally:
        model.close()
