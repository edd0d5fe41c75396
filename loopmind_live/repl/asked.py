"""What a text means to other programs: operations, and why there are none. Pure."""

from dataclasses import dataclass

from loopmind_live.errors import LoopMindError
from loopmind_live.repl.grammar import read
from loopmind_live.repl.operations import NONE, Operation, operations_of


@dataclass(frozen=True, slots=True)
class Answer:
    """Operations in the order spoken, the slips that were mended, and why nothing is meant."""

    operations: list[Operation]
    corrected: tuple[tuple[str, str], ...] = ()
    complaint: str = ""


def read_operations(text: str) -> Answer:
    """Return the operations that `text` means; one of intent "none" where it means nothing.

    >>> read_operations("regenrate the hook").operations
    [{'intent': 'regenerate', 'section': 'hook'}]
    >>> read_operations("what time is it").operations
    [{'intent': 'none'}]
    """
    try:
        reading = read(text)
        return Answer(operations_of(reading.commands), reading.corrected)
    except LoopMindError as error:
        return Answer([dict(NONE)], complaint=str(error))
