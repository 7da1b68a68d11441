"""`python -m services.request_intake`."""

from services.request_intake.main import run

if __name__ == "__main__":
    run()
