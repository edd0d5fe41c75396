"""The line being typed: what completes it, what colors it, and how styles look."""

from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style as Look

from loopmind_live.repl.coloring import colored
from loopmind_live.repl.completion import candidates
from loopmind_live.repl.livecode.coloring import code_lines, colored_code
from loopmind_live.repl.livecode.completing import code_offers
from loopmind_live.repl.names import Named, Names
from loopmind_live.repl.styled import Line

_CLASS = "loopmind-"
LOOKS = Look.from_dict(
    {
        f"{_CLASS}{style}": look
        for style, look in {
            "verb": "bold ansicyan",
            "part": "ansigreen",
            "section": "ansiyellow",
            "number": "ansimagenta",
            "time": "ansimagenta",
            "quoted": "ansiblue",
            "title": "bold",
            "playing": "bold ansigreen",
            "next": "bold ansiyellow",
            "muted": "ansired",
            "solo": "ansiyellow",
            "meter": "ansigreen",
            "hot": "bold ansired",
            "faint": "",
            "error": "ansired",
        }.items()
    }
)
"""The sixteen colors that every terminal has, as its owner set them; without color, bold stays."""


def formatted(line: Line) -> StyleAndTextTuples:
    """Return a line as prompt_toolkit draws it."""
    return [(f"class:{_CLASS}{style}" if style else "", text) for style, text in line]


class CommandLexer(Lexer):
    """Colors commands as they are typed, of several lines each by itself; and code among them."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return what gives a line's pieces by its number."""
        lines = document.lines
        code = code_lines(document.text)
        shown = colored_code(document.text) if any(code) else ()

        def line(number: int) -> StyleAndTextTuples:
            if not 0 <= number < len(lines):
                return []
            return formatted(shown[number] if code[number] else colored(lines[number]))

        return line


class TableCompleter(Completer):
    """Offers what `candidates` finds, and first the prompt's own words."""

    def __init__(self, names: Callable[[], Names], own: Sequence[Named] = ()) -> None:
        self._names = names
        self._own = own

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield what may stand at the cursor."""
        text = document.text_before_cursor
        typed = text.strip().lower()
        if not typed and not complete_event.completion_requested:
            return  # an empty line asks for nothing
        if code_lines(text)[-1]:
            yield from self._code(text)
            return
        for word, note in self._own:
            if word.startswith(typed) and word != typed:
                yield Completion(word, -len(text.lstrip()), display_meta=note)
        for found in candidates(text, self._names()):
            yield Completion(found.text, -found.replaces, display_meta=found.note)

    def _code(self, text: str) -> Iterable[Completion]:
        """Yield what may stand at the end of code; where a name has yet to begin, nothing."""
        names = self._names()
        labels = {section.split(" ")[0] for section in names.sections}
        word, offers = code_offers(text, labels, names.code)
        for name, note in offers:
            yield Completion(name, -len(word), display_meta=note)
