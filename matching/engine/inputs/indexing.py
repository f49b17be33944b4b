"""Types of arrays that several modules name."""

import numpy as np
from numpy.typing import NDArray

MOST_BITS = 64

Masks = NDArray[np.uint64]
"""Sets of areas or modalities: bit b stands for the b-th of at most MOST_BITS."""
Index = NDArray[np.intp]
"""Row numbers of postings; any shape, broadcast against its counterpart of the other side."""
