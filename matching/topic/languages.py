"""Placeholder until the measured tables are merged."""

import numpy as np


def comparisons(languages):
    """Return how."""
    n = len(languages)
    how = np.zeros((n + 1, n + 1), dtype=np.uint8)
    how[0, :] = how[:, 0] = 1
    how[np.arange(1, n + 1), np.arange(1, n + 1)] = 2
    return how, np.zeros((0, 10001), dtype=np.int32)
