"""`python -m services.notifier`."""

from services.notifier.main import run

if __name__ == "__main__":
    run()
