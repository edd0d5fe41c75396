"""What the benches say of a run through JACK."""

from loopmind_live.bench.listening import BLOCK, CLIENT, PEER, PEER_US, RATE_HZ
from loopmind_live.bench.live_run import Live, Piece
from loopmind_live.bench.rows import BenchRow


def live_rows(bench: str, live: Live, piece: Piece) -> list[BenchRow]:
    """Return the rows of a run: what was heard, and what was lost beside a client that is idle."""
    where = f"through JACK ({piece.seconds / 60:.3g} minutes, {RATE_HZ} Hz, {BLOCK} frames, "
    where += f"{piece.busy} busy processes)"
    report = live.report
    if report is None or live.heard.status:
        last = (live.heard.output.strip() or "it said nothing").splitlines()[-1]
        reason = f"the set did not play to its end ({live.heard.status}): {last}"
        return [BenchRow(bench, f"changes at their frame {where}", None, reason, met=False)]
    unexplained = len(report.findings) + len(report.unanswered)
    untold = (
        f"of {report.bars}; {live.untold_frames} frames not told, in {len(live.lost_bars)} bars"
    )
    rows = [
        BenchRow(
            bench, f"changes at their frame {where}", report.verified, f"of {report.commands}",
            f"= {piece.commands}", report.verified == piece.commands,
        ),
        BenchRow(
            bench, "bars with a wrong sample through JACK", report.wrong_bars, untold, "= 0",
            report.wrong_bars == 0,
        ),
        BenchRow(
            bench, "events through JACK that the script does not explain", unexplained, "events",
            "= 0", unexplained == 0,
        ),
        BenchRow(
            bench, "changes through JACK that were not prepared in time, and moved", live.moved,
            f"of {report.commands}",
        ),
    ]  # fmt: skip
    return rows + _loss_rows(bench, live)


def control_row(bench: str, live: Live, wanted: float) -> BenchRow:
    """Return how many faders, filters, pans and sends a second were told to the engine."""
    return BenchRow(
        bench, "control messages through JACK, told to the engine", live.controls_per_s,
        "a second (dry: it checks them and leaves its sound alone)", f">= {wanted:g}",
        live.controls_per_s >= wanted,
    )  # fmt: skip


def _peer_rows(bench: str, live: Live) -> list[BenchRow]:
    """Return what a C client met that computes for about as long; none where there was none."""
    if not live.heard.peer:
        return []
    gaps, late = live.while_playing(live.heard.peer, "gap"), live.heard.late_clients.get(PEER, 0)
    mine = live.while_playing(live.heard.capture, "gap")
    told = f"gaps; a C client that is busy {PEER_US} us of each cycle met {gaps}"
    waited = f"blocks; the server waited for that C client in {late}"
    return [
        BenchRow(bench, "gaps beside a C client that computes", mine, told),
        BenchRow(bench, "blocks waited for", live.heard.late_clients.get(CLIENT, 0), waited),
    ]


def _loss_rows(bench: str, live: Live) -> list[BenchRow]:
    """Return xruns and gaps from the first bar to the last."""
    rows = []
    for kind in ("gap", "xrun"):
        idle, more = live.while_playing(live.heard.idle, kind), live.more_than_idle(kind)
        rows.append(
            BenchRow(
                bench, f"{kind}s more than a client that does nothing", more,
                f"{kind}s; it met {idle}", "<= 0", more <= 0,
            )
        )  # fmt: skip
    rows += _peer_rows(bench, live)
    late = live.heard.late_clients
    idle, others = late.get("idle", 0), sum(late.values()) - late.get(CLIENT, 0)
    rows.append(
        BenchRow(
            bench, "blocks for which the server waited for the program", late.get(CLIENT, 0),
            f"blocks; for others {others}", f"<= {idle}", late.get(CLIENT, 0) <= idle,
        )
    )  # fmt: skip
    rows.append(
        BenchRow(
            bench, "frames by which the set fell behind", live.behind_frames, "frames", "= 0",
            live.behind_frames == 0,
        )
    )  # fmt: skip
    return rows
