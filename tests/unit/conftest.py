"""How Hypothesis runs here: the same examples each time, nothing kept, no stopwatch."""

from hypothesis import settings

settings.register_profile(
    "unit", database=None, deadline=None, derandomize=True, max_examples=60, print_blob=False
)
settings.load_profile("unit")
