"""Help, derived from the command table and from the ways in which commands are said. Pure."""

from loopmind_live.errors import SessionError
from loopmind_live.repl.code_help import BESIDE, CODE, TOPICS_OF_CODE
from loopmind_live.repl.lexicon import ROLE_PHRASES, SECTIONS, TOPICS
from loopmind_live.repl.suggest import named_topic
from loopmind_live.repl.verbs import also, display_name
from loopmind_live.repl.when import EXAMPLES
from loopmind_live.repl.words import tokenize
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.commands import BY_NAME, COMMANDS, CommandSpec

_SHOWN_WAYS = 8
_VIEW = """\
view: F2, or view typed alone, shows the performance on the whole screen, and goes back
  >         the section that plays, and how far it is; + comes next
  plays     heard now; rests: nothing to play here; muted, solo, silent: as you asked
  Tab       completes what is typed; Ctrl-R searches what was typed before
  Alt-Enter begins another line; so does Enter in code that goes on (help code)
  --plain   perform and attach say all this in lines, for screen readers"""
_LANDS = {
    "now": "at once",
    "bar": "at the next bar line",
    "section": "where the section ends",
    None: "at once; nothing sounds different",
}


def help_text(topic: str | None = None) -> str:
    """Return the list of commands, or what there is to say of one command or topic.

    Raises SessionError, with the nearest command, where `topic` is neither.

    >>> print(help_text("previous"))
    previous: bring back what a section played before
      type   previous hook
      also   prev, old, back to previous, back to old, go back to previous, go back to old, ...
      takes  a section, number (1 to 64, optional)
      lands  at the next bar line, or as you say: now, next bar, in 4 bars, after this section
      undo takes it back
    """
    named = named_topic(tokenize(topic)) if topic is not None else None
    if named is None:
        return _overview()
    if named in TOPICS:
        return _topic(named)
    spec = BY_NAME.get(named)
    if spec is None:
        raise SessionError(f"no help on {named!r}: type help for the list")
    return _command(spec)


def _overview() -> str:
    """Return one line a command: what to type and what it does."""
    width = max(len(spec.phrases[0]) for spec in COMMANDS)
    lines = [f"  {spec.phrases[0]:<{width}}  {spec.help}" for spec in COMMANDS]
    return "\n".join(
        (
            "Type a description to arrange, or a command:",
            *lines,
            f"Most take a time: {', '.join(EXAMPLES)}. Join commands with ; or then.",
            f"More: help COMMAND; help {', '.join(TOPICS)}.",
        )
    )


def _command(spec: CommandSpec) -> str:
    """Return all that is to say of one command."""
    name = display_name(spec)
    ways = also(spec.name)
    lines = [f"{name}: {spec.help}", f"  type   {' | '.join(spec.phrases)}"]
    if ways:
        more = ", ..." if len(ways) > _SHOWN_WAYS else ""
        lines.append(f"  also   {', '.join(ways[:_SHOWN_WAYS])}{more}")
    if spec.arguments:
        lines.append(f"  takes  {', '.join(map(_argument, spec.arguments))}")
    when = f", or as you say: {', '.join(EXAMPLES)}" if spec.lands is not None else ""
    lines.append(f"  lands  {_LANDS[spec.lands]}{when}")
    if spec.undoable:
        lines.append("  undo takes it back")
    if spec.name in BESIDE:
        lines.append(f"  {BESIDE[spec.name]}")
    return "\n".join(lines)


def _argument(argument: Argument) -> str:
    """Return an argument with its range: "bpm (40 to 240 bpm, optional)"."""
    notes = []
    if argument.kind in ("number", "integer"):
        span = f"{argument.minimum:g} to {argument.maximum:g} {argument.unit}"
        notes.append(span.rstrip())
    if argument.kind == "flag" and argument.name == "on":
        notes.append("on or off")
    if argument.choices:
        notes.append(" or ".join(argument.choices))
    if argument.optional:
        notes.append("optional")
    name = {"section": "a section", "roles": "parts", "path": "a file", "key": "a key"}.get(
        argument.kind, argument.name
    )
    return f"{name} ({', '.join(notes)})" if notes else name


def _topic(topic: str) -> str:
    """Return what there is to say of times, sections, parts, code, or the view and the keys."""
    if topic == "code":
        return CODE
    if topic in TOPICS_OF_CODE:
        return TOPICS_OF_CODE[topic]
    if topic == "view":
        return _VIEW
    if topic == "when":
        return "\n".join(
            (
                "when: commands that sound land on a line; say another one with",
                "  now                 the next block of sound",
                "  next bar            the next bar line (most commands' default)",
                "  in 4 bars           the fourth bar line from here",
                "  after this section  where the section ends; also: next section",
                "as in: mute drums after this section",
            )
        )
    names, phrases = (LABELS, SECTIONS) if topic == "sections" else (ROLES, ROLE_PHRASES)
    intro = {
        "sections": 'sections: "verse 2" is the second verse, "verse" is every verse; '
        '"this section" plays now\nas in: goto verse 2',
        "parts": 'parts: name several with commas; "all" is every part, "everything but drums" '
        "leaves some out\nas in: mute bass, pad",
    }[topic]
    lines = [intro]
    for name in names:
        words = [" ".join(phrase) for phrase, meant in phrases.items() if meant == name]
        others = [word for word in words if word != name][:_SHOWN_WAYS]
        lines.append(f"  {name:<12}{', '.join(others)}".rstrip())
    return "\n".join(lines)
