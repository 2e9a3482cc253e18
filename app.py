"""The entry point: draws the requested page. What visitors see is in pages/ and ui/."""

from ui.frame import run_app

run_app()
