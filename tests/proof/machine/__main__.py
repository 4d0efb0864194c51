"""`python -m tests.proof.machine --minutes 30`: new seeds until the time is over, then the table of what was seen."""

import argparse
import logging
import random
import sys
import time

from tests.proof.machine.run import own_ground, tell_all, walk
from tests.proof.machine.tally import Tally

parser = argparse.ArgumentParser(prog="tests.proof.machine", description=__doc__)
parser.add_argument("--minutes", type=float, default=1.0)
parser.add_argument("--seed", type=int, help="begin with this one instead of a random one; then count up")
parser.add_argument("--examples", type=int, default=20, help="of each seed")
parser.add_argument("--steps", type=int, default=50, help="rules in an example")
parser.add_argument(
    "--shrink", action="store_true", help="look for a short way to a failure, which takes minutes"
)


def main() -> None:
    told = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    seed = told.seed if told.seed is not None else random.SystemRandom().randrange(10**9)
    until = time.monotonic() + 60 * told.minutes
    whole = Tally()
    with own_ground() as ground:
        whole += tell_all(ground)
        while time.monotonic() < until:
            sys.stderr.write(f"seed {seed}\n")
            whole += walk(ground, examples=told.examples, steps=told.steps, of=seed, shrink=told.shrink)
            seed += 1
    sys.stdout.write(whole.table() + "\n")


if __name__ == "__main__":
    main()
