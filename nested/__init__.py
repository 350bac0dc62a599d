"""Nested stacks, one for each module: `template` emits it.

Two modules are none: `inputs`, the vocabulary that stacks share, and `shape`, which holds them to it. What more than
one stack is made of, and what would make one too long, is in `parts`.
"""
