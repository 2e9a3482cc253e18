"""The front door: which page was asked for. What visitors see stands in pages/ and ui/."""

from ui.frame import run_app

run_app()
