"""Assertions of the state machine and of the kills say what they compared."""

import pytest

pytest.register_assert_rewrite("tests.faults.machine", "tests.faults.crew")
