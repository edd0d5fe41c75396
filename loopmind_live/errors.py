"""Every error that a performer can meet, as one tree.

    LoopMindError
    ├── ConfigError     a folder, file or setting of the program itself
    ├── WorkerError     a job that cannot run in a worker process
    │   └── WorkerDied  ... or ended it
    ├── LibraryError    scanning, analysing, storing or finding loops
    ├── ScoreError      a timeline, script or position that makes no sense
    ├── ArrangerError   a prompt or section that cannot be arranged
    ├── PrepareError    a loop that cannot be made into a clip
    ├── EngineError     the sound process, its device or its protocol
    ├── SessionError    a command that cannot be carried out now
    └── ControlError    a controller, its port or its messages

A message is one line: what was wrong, with the value, and what to do. Errors of third parties
are translated at the edge of the room that uses them, with ``raise ... from``.
"""


class LoopMindError(Exception):
    """Report something that the user can understand and mend."""


class ConfigError(LoopMindError):
    """A folder, file or setting of the program itself is wrong."""


class WorkerError(LoopMindError):
    """A job cannot run in a worker process."""


class WorkerDied(WorkerError):
    """A job ended its worker, or was ended: by a crash (twice), its time limit, a closed pool."""


class LibraryError(LoopMindError):
    """Scanning, analysing, storing or finding loops failed."""


class ScoreError(LoopMindError):
    """A timeline, script or position makes no sense."""


class ArrangerError(LoopMindError):
    """A prompt or section cannot be arranged."""


class PrepareError(LoopMindError):
    """A loop cannot be made into a clip."""


class EngineError(LoopMindError):
    """The sound process, its device or its protocol failed."""


class SessionError(LoopMindError):
    """A command cannot be carried out now."""


class ControlError(LoopMindError):
    """A controller, its port or its messages are wrong."""
