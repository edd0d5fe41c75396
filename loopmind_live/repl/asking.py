"""Ask a language model what the grammar left over: an endpoint, or a model in a worker process.

It is asked only where it was named, in 1.5 s at most, and its answer is data: see `guesses`.
"""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol

from loopmind_live.errors import ConfigError, SessionError, WorkerError
from loopmind_live.repl.guesses import MAX_ANSWER, guessed, schema
from loopmind_live.session.commands import Command

LIMIT_S = 1.5
MAX_ASKED = 400
"""Characters of a line that is asked about."""
INSTRUCTION = (
    "You turn what a performer types into operations on music that plays. Answer with JSON of the "
    "given schema alone. Anything that is no command about the music is [{'intent': 'none'}]."
)


class LanguageModel(Protocol):
    """Answers with text that should be JSON of the schema."""

    def answer(self, text: str) -> str:
        """Return the answer to a performer's line; raise SessionError where there is none."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def ask(model: LanguageModel, text: str, limit_s: float = LIMIT_S) -> list[Command]:
    """Return the commands that `model` understands `text` as, within `limit_s`; none for "none".

    Raises SessionError, one line, where it is late, fails, or answers anything but the schema.
    """
    if len(text) > MAX_ASKED:
        raise SessionError(f"a line of {len(text)} characters is not asked about: write less")
    answer: Future[str] = Future()
    threading.Thread(target=_fill, args=(answer, model.answer, text), daemon=True).start()
    try:
        said = answer.result(limit_s)
    except Late as error:
        raise SessionError(f"the language model took more than {limit_s:g} s: ignored") from error
    return guessed(said, text)


def _fill(answer: "Future[str]", function: Callable[[str], str], text: str) -> None:
    try:
        answer.set_result(function(text))
    except BaseException as error:  # noqa: BLE001 -- whoever waits for the answer is told
        answer.set_exception(error)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""
        return None


_BROKEN = (OSError, HTTPException, ValueError, LookupError, TypeError, RecursionError)
"""What an answer that is none may end in."""


class Endpoint:
    """A model behind an OpenAI-compatible address: http://127.0.0.1:8080/v1#NAME."""

    def __init__(self, address: str, limit_s: float = LIMIT_S) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{address}: write an address as in http://127.0.0.1:8080/v1")
        self._model = parts.fragment or "default"
        path = parts.path.rstrip("/") or "/v1"
        self._url = f"{parts.scheme}://{parts.netloc}{path}/chat/completions"
        self._limit_s = limit_s
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _NoRedirects()
        ).open

    def answer(self, text: str) -> str:
        """Return what the endpoint answers; SessionError where it does not as it should."""
        body = json.dumps(
            {
                "model": self._model,
                "temperature": 0,
                "max_tokens": 512,
                "messages": [
                    {"role": "system", "content": INSTRUCTION},
                    {"role": "user", "content": text},
                ],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "operations", "schema": schema()},
                },
            }
        ).encode()
        request = urllib.request.Request(
            self._url, body, {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with self._open(request, timeout=self._limit_s) as response:
                read = response.read(4 * MAX_ANSWER)
            content = json.loads(read)["choices"][0]["message"]["content"]
        except urllib.error.HTTPError as error:
            error.close()
            raise SessionError(f"{self._url}: no answer of a language model ({error})") from error
        except _BROKEN as error:
            raise SessionError(f"{self._url}: no answer of a language model ({error})") from error
        if not isinstance(content, str):
            raise SessionError(f"{self._url}: its answer is no text: ignored")
        return content

    def close(self) -> None:
        """Hold nothing."""


class WorkerModel:
    """A transformers model, by name or folder, in a process of its own: torch never loads here."""

    def __init__(self, name: str, limit_s: float = LIMIT_S) -> None:
        from loopmind_live.repl import local_model
        from loopmind_live.workers.pool import WorkerPool

        self._limit_s = limit_s
        self._run = local_model.complete
        self._pool = WorkerPool(1, local_model.load, (name,), eager=True)

    def answer(self, text: str) -> str:
        """Return the model's text; SessionError where it cannot be loaded or takes too long."""
        prompt = f"{INSTRUCTION}\nLine: {text}\nJSON:"
        try:
            return str(self._pool.submit(self._run, prompt).result(self._limit_s))
        except (WorkerError, Late) as error:
            raise SessionError(f"no answer of the language model ({error})") from error

    def close(self) -> None:
        """End the process."""
        self._pool.close()


def language_model(name: str) -> LanguageModel:
    """Return the model of an address, a folder, or a name that transformers knows."""
    if name.startswith(("http://", "https://")):
        return Endpoint(name)
    if "://" in name:
        raise ConfigError(f"{name}: write http://..., a folder, or the name of a model")
    folder = Path(name).expanduser()
    return WorkerModel(str(folder) if folder.is_dir() else name)
