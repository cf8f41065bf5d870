"""What commands import, imported once: `tests.commands` forks them from here."""

import gc
import importlib

for _module in (
    "app",
    "cli.check",
    "cli.explaining",
    "cli.importing",
    "cli.keys",
    "cli.operating",
    "cli.planning",
    "cli.running",
):
    importlib.import_module(f"nurture.{_module}")
# What is there already is looked at no more: memory stays shared.
gc.freeze()
