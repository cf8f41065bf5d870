"""The end of a demo: tables, stories, and one command that anybody can try."""

from __future__ import annotations

from rich.console import Console

from nurture.demo import report
from nurture.demo.director import Director, Outcome


def close(
    director: Director, outcome: Outcome, console: Console, language: str, serve: bool
) -> int:
    """Report, let business time run, and serve or try; return the exit code."""
    console.print()
    report.show(console, outcome.figures)
    cpu = sorted(outcome.cpu_seconds.items(), key=lambda one: -one[1])
    console.print(
        f"{director.days} days in [bold]{outcome.seconds:.0f} s[/bold]"
        f" ({outcome.moments:,} moments of business time,"
        f" {sum(outcome.cpu_seconds.values()):.0f} s of CPU:"
        f" {', '.join(f'{name} {seconds:.0f}' for name, seconds in cpu)})"
    )
    return 0 if outcome.figures.closed else 1
