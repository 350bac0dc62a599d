"""What can go wrong, as exit statuses: raised where the cause is known, printed in one place."""

from __future__ import annotations


class StackwrightError(Exception):
    """A finding, a failed deployment or a declined prompt: nothing is wrong with the command itself."""

    exit_status = 1


class BadInput(StackwrightError):
    """Wrong usage or bad input: names the file, the parameter and the mend; nothing was changed."""

    exit_status = 2
