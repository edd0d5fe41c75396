"""Questions to a language model: what the grammar leaves over of a line, asked beside the music."""

from collections.abc import Callable
from concurrent.futures import Future

from loopmind_live.app.beside import Beside
from loopmind_live.app.performance import Answer, Performance
from loopmind_live.errors import LoopMindError
from loopmind_live.repl.asking import LanguageModel, ask
from loopmind_live.repl.grammar import NotUnderstood
from loopmind_live.session.commands import Command

BUSY = "the language model still thinks about the line before: type this one again"


class Questions(Beside):
    """Asks a model about a line at a time; what it answers is carried out when it comes."""

    def __init__(
        self, show: Performance, model: LanguageModel, tell: Callable[[str], None]
    ) -> None:
        super().__init__(tell, 1, BUSY)
        self._show, self._model = show, model
        show.ask_model = self.ask

    def ask(self, text: str, unread: NotUnderstood) -> Answer:
        """Ask what a line means that could not be read, as `unread` says."""

        def then(answer: Future[list[Command]]) -> list[str]:
            try:
                commands = answer.result()
            except LoopMindError as error:
                return list(self._show.session.refuse(text, error, None).lines)
            if not commands:
                return list(self._show.session.refuse(text, unread, None).lines)
            return list(self._show.carry_out(commands).lines)

        return Answer(tuple(self.start(lambda: ask(self._model, text), then)))
