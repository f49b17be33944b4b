"""The loops of a run as machine code: the same results as the NumPy ones, many times as fast.

NumPy works out every figure of every pair in a block, though nearly all pairs are closed by a gate or too low for any
list. A compiled loop looks at one pair after another and stops at the first thing that keeps it out.

`tables` rounds beforehand every contribution that can occur, by the criteria themselves, so that a loop only looks up
and adds whole numbers; `loops` goes through the pairs; `topic_loops` and `topic_tables` do so where texts count;
`threads` shares the needs out. The gates and criteria are said here a second time, which is the price: `SAID_HERE`
names them, a run takes the NumPy way while one is lacking, and random cases in the tests hold both ways to one result.

They need the package numba (the extra `fast`); without it a run takes the NumPy way. Compiling takes some seconds, once
a machine; small runs never pay that.
"""

from importlib.util import find_spec

from matching.engine.rules.criteria import CRITERIA
from matching.engine.rules.gates import GATES

PAIRS_WORTH_COMPILING, WITH_TOPIC = 4_000_000, 1_000_000
"""From so many pairs on, without texts and with them, the loops save more than it takes to load them."""
SAID_HERE = frozenset(
    {"areas", "modalities", "region", "topic"}
    | {"not_open", "same_side", "no_shared_area", "no_shared_modality", "outside_target"}
)
"""The criteria and gates that the loops say again. A run takes the NumPy way while they lack one."""


def is_available() -> bool:
    """Return whether the compiler is installed."""
    return find_spec("numba") is not None


def pays(*, n_needs: int, n_offers: int, with_topic: bool) -> bool:
    """Return whether a run of this size is worth loading the compiler, one is installed, and the loops say it all."""
    least = WITH_TOPIC if with_topic else PAIRS_WORTH_COMPILING
    return n_needs * n_offers >= least and is_available() and not lacking()


def lacking() -> list[str]:
    """Return the names of the criteria and gates that the loops do not say."""
    return [name for name in (*(criterion.name for criterion in CRITERIA), *GATES) if name not in SAID_HERE]
