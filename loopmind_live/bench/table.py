"""All benches by name, as `loopmind bench` lists them."""

from collections.abc import Callable, Mapping

from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.swap import Progress, run_swap_bench

Bench = Callable[[Progress], list[BenchRow]]


def _swap(progress: Progress) -> list[BenchRow]:
    """Make 10,000 random changes, and look for each in the recorded audio at its frame."""
    return run_swap_bench(progress=progress)


BENCHES: Mapping[str, Bench] = {"swap": _swap}
