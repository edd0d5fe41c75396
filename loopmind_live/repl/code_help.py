"""Help on code, and what stands in it beside the commands. Data: each topic with an example."""

from collections.abc import Mapping

CODE = """\
code: Python at the prompt, after >>> or between lines of ```; an empty line ends it
  live.tracks.bass.mute()             every command, for a part
  live.sections.hook[2].goto()        ... for a section; live.set_tempo(128) for the set
  live("mute bass in 2 bars")         any phrase
  live.bar, live.tracks.bass.muted    what is seen; dir(live) lists all
  @loop(every=2)                      a function that runs every 2 bars; yield 0.25 rests
  @at(33), @after("hook")             ... once at bar 33; once the hook has ended
  live.tracks.hats.mask("x(3,8)")     a rhythm that stays: x sounds, . is silent (help mask)
  live.tracks.hats.gate("x.xx", 2)    ... over the next 2 bars alone, by mutes
  end("hats"), end()                  end a function that runs, or all of them
  also: help every, help at, help after, help rhythms; Tab completes names"""

TOPICS_OF_CODE: Mapping[str, str] = {
    "every": """\
every: run a function each so many bars, from a whole multiple of them on; @loop is every bar
  >>> @every(4)
  ... def fill():
  ...     yield 3                     # rests for three bars
  ...     live.tracks.drums.gate("x.xxx.xx")
  ...
  enter fill anew and the new one goes on at its next line; end("fill") ends it""",
    "at": """\
at: run a function once, at a bar counted from 1
  >>> @at(33)
  ... def drop(): live("hook next")
  ...""",
    "after": """\
after: run a function once a section has ended, by label or by name
  >>> @after("hook 2")
  ... def calm(): live.tracks.drums.mute()
  ...""",
    "rhythms": """\
rhythms: steps that sound and rest, over one bar; as in mask hats x..x..x.
  x . -       a step that sounds; one that is silent, written either way
  x(3,8)      3 of 8, as evenly as they go; x(3,8,2) turned by two
  [x.]*4 x*3  several times
  /2          at the end: over two bars
  | and spaces are for the eye""",
}

BESIDE: Mapping[str, str] = {
    "loop": "in code @loop runs a function every bar, @loop(every=2) every two: help code",
    "mask": 'rhythms: help rhythms; in code live.tracks.hats.mask("x(3,8)")',
    "patch": "its knobs: help knob; write your own: a file in patches/, saved anew it is reloaded",
}
"""What the help on a command says beside."""
