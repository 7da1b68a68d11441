"""Many people at work at once, against a plain model that knows the rules (PRODUCT 8.1-8.3).

Hypothesis draws what they do. `OPENCHAIR_TEST_EXAMPLES` makes a longer run: how many days at the
practices are drawn. A failure tells what was done, and a line to repeat it with
(`@reproduce_failure`); where several acted at once, the same draws may end otherwise.
"""

import asyncio
import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from services.scheduler.mongo.store import Store
from tests.harness.servers import Servers
from tests.harness.stores import empty_store
from tests.integration.state_machine.journal import Journal
from tests.integration.state_machine.machine import PracticesAtWork

USUAL_EXAMPLES = 50
EXAMPLES = int(os.environ.get("OPENCHAIR_TEST_EXAMPLES", USUAL_EXAMPLES))
SOUGHT = {
    "Approve at once: done",
    "Approve at once: already-decided",
    "Approve at once: slot-taken",
    "Book at once: done",
    "Decline at once: done",
    "Move at once: done",
    "Submit at once: done",
    "Withdraw at once: done",
}
SETTINGS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_many_people_do_the_calendar_stays_right(servers: Servers) -> None:
    """Every answer and every document is what an order of the operations explains."""
    journal = Journal()
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        database = empty_store(servers)
        store = runner.run(database.__aenter__())
        try:
            run_state_machine_as_test(_machine(runner, store, journal), settings=SETTINGS)
        except Exception as error:
            error.add_note(f"The first failure:\n{journal.first_failure}")
            raise
        finally:
            runner.run(database.__aexit__(None, None, None))
    for answer, count in sorted(journal.answers.items()):
        print(f"{count:6} {answer}")
    missing = SOUGHT - journal.answers.keys()
    assert not missing or EXAMPLES < USUAL_EXAMPLES, f"never came to pass: {missing}"


def _machine(runner: asyncio.Runner, store: Store, journal: Journal) -> type[RuleBasedStateMachine]:
    class Machine(PracticesAtWork):
        def __init__(self) -> None:
            super().__init__(runner, store, journal)

    return Machine
