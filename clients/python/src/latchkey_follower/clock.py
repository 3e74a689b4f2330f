"""The two clocks: one for how old knowledge is, one for when a token expires."""

import time

_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", None)


def boot_time() -> float:
    """Seconds on a clock that nobody sets and that runs on while the machine is suspended, where the system has one.

    A clock that stands still through a suspend would take yesterday's knowledge for fresh.
    """
    if _BOOT_TIME is None:
        return time.monotonic()
    return time.clock_gettime(_BOOT_TIME)


def unix_time() -> float:
    """Seconds since 1970, by which tokens expire."""
    return time.time()
