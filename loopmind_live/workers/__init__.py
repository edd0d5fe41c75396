"""Worker processes in which a crash costs one worker and one job, never the pool."""

from loopmind_live.workers.pool import WorkerPool

__all__ = ["WorkerPool"]
