"""`python -m services.notifier [migrate]`."""

import sys

from services.notifier.main import run, run_migrate

if __name__ == "__main__":
    if sys.argv[1:] == ["migrate"]:
        run_migrate()
    else:
        run()
