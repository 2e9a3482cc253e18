"""What app.py does, from a folder without `pages` beside it.

AppTest forgets from run to run that app.py has told Streamlit its pages, and would run them on
their own: `ui.shared.navigation.begin` says when that happens in earnest.
"""

from ui.frame import run_app

run_app()
