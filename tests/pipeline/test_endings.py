"""How requests end before anything is built: one line that a person reads, whatever the request was."""

import pytest

from daemon.core.build import Analysis
from daemon.core.job import JobState
from daemon.core.outcome import Outcome
from daemon.pipeline.endings import Stop, stop_unless_clear


def _end(*leftovers: str) -> Outcome:
    analysis = Analysis(text="", leftovers=leftovers)
    with pytest.raises(Stop) as stop:
        stop_unless_clear(analysis, analysis, "auto", None)
    return stop.value.outcome


def test_what_rules_do_not_understand_is_quoted() -> None:
    outcome = _end("per weird", "by")
    assert (outcome.state, outcome.deferral) == (JobState.DEFERRED, "llm_unavailable")
    assert outcome.message.endswith("rules do not understand 'per weird', 'by'")


def test_of_much_that_is_not_understood_the_beginning_is_quoted() -> None:
    message = _end("9" * 250_000, *(f"word{number}" for number in range(5000))).message
    assert f"'{'9' * 60}…', 'word0'" in message
    assert message.endswith(" and 4993 more")
    assert len(message) < 300
