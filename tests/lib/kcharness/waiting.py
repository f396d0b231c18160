"""Waiting with a deadline: the only place where the suites sleep."""

import os
import time

# Every limit in the suites is multiplied by this. A limit says how long something takes on a machine that has time for
# it; a sanitizer build on two busy cores takes several times as long, and only what hangs for good is to fail.
PATIENCE = float(os.environ.get("KC_PATIENCE", "4"))
POLL_S = 0.05


def wait_for(check, limit_s=30, what="the condition", poll_s=POLL_S, detail=None):
    """Calls check() until it returns something true, and returns that. `detail()` says what was seen last."""
    deadline = time.monotonic() + limit_s * PATIENCE
    while True:
        result = check()
        if result:
            return result
        if time.monotonic() > deadline:
            seen = f"; last seen: {detail()}" if detail else ""
            raise AssertionError(f"waited {limit_s * PATIENCE:g} s in vain for {what}{seen}")
        time.sleep(poll_s)


def holds_for(check, seconds, what):
    """Asserts that check() is true now and stays so for that long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert check(), f"{what} did not last"
        time.sleep(POLL_S)
