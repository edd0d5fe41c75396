"""Run benches by name."""

from collections.abc import Callable, Sequence

from loopmind_live.bench.arrange_speed import run_arrange_bench
from loopmind_live.bench.code_on_time import run_code_bench
from loopmind_live.bench.engine_cost import run_engine_bench
from loopmind_live.bench.latency import run_latency_bench
from loopmind_live.bench.midi_clock import run_clock_bench
from loopmind_live.bench.midi_lights import run_midi_bench
from loopmind_live.bench.osc_flooding import run_osc_bench
from loopmind_live.bench.patch_edits import run_patches_bench
from loopmind_live.bench.prepare_speed import run_prepare_bench
from loopmind_live.bench.prompt_keys import run_prompt_bench
from loopmind_live.bench.rescan import run_rescan_bench
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.scan_speed import run_scan_bench
from loopmind_live.bench.search_speed import run_search_bench
from loopmind_live.bench.soak_live import run_soak_benches
from loopmind_live.bench.survival import run_survival_bench
from loopmind_live.bench.swap_live import run_swap_benches
from loopmind_live.bench.tempo import run_tempo_bench
from loopmind_live.errors import ConfigError

Progress = Callable[[str, float], None]
BENCHES: dict[str, Callable[[Progress], list[BenchRow]]] = {
    "swap": run_swap_benches,
    "engine": run_engine_bench,
    "prepare": run_prepare_bench,
    "latency": run_latency_bench,
    "tempo": run_tempo_bench,
    "osc": run_osc_bench,
    "scan": run_scan_bench,
    "search": run_search_bench,
    "arrange": run_arrange_bench,
    "rescan": run_rescan_bench,
    "soak": run_soak_benches,
    "survival": run_survival_bench,
    "patches": run_patches_bench,
    "code": run_code_bench,
    "midi": run_midi_bench,
    "clock": run_clock_bench,
    "prompt": run_prompt_bench,
}


def run_benches(names: Sequence[str], progress: Progress) -> list[BenchRow]:
    """Run the benches called `names` (all where none is named) and return their rows."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        there = ", ".join(BENCHES)
        raise ConfigError(f"no bench {', '.join(unknown)}: there are {there}")
    return [row for name in names or BENCHES for row in BENCHES[name](progress)]
