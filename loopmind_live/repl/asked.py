"""What a text means to other programs: operations, and why there are none. Pure."""

from dataclasses import dataclass

from loopmind_live.errors import LoopMindError
from loopmind_live.repl.asking import LanguageModel, ask
from loopmind_live.repl.grammar import NotUnderstood, read
from loopmind_live.repl.operations import NONE, Operation, operations_of


@dataclass(frozen=True, slots=True)
class Answer:
    """Operations in the order spoken, the slips that were mended, and why nothing is meant."""

    operations: list[Operation]
    corrected: tuple[tuple[str, str], ...] = ()
    complaint: str = ""


def read_operations(text: str, model: LanguageModel | None = None) -> Answer:
    """Return the operations that `text` means; one of intent "none" where it means nothing.

    `model` is asked what the grammar leaves over.

    >>> read_operations("regenrate the hook").operations
    [{'intent': 'regenerate', 'section': 'hook'}]
    >>> read_operations("what time is it").operations
    [{'intent': 'none'}]
    """
    try:
        reading = read(text)
        return Answer(operations_of(reading.commands), reading.corrected)
    except NotUnderstood as error:
        if model is None:
            return Answer([dict(NONE)], complaint=str(error))
        return _asked(model, text)
    except LoopMindError as error:
        return Answer([dict(NONE)], complaint=str(error))


def _asked(model: LanguageModel, text: str) -> Answer:
    try:
        return Answer(operations_of(ask(model, text)))
    except LoopMindError as error:
        return Answer([dict(NONE)], complaint=str(error))
