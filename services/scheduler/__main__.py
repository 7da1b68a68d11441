"""`python -m services.scheduler [migrate]`."""

import sys

from services.scheduler.main import run, run_migrate

if __name__ == "__main__":
    if sys.argv[1:] == ["migrate"]:
        run_migrate()
    else:
        run()
