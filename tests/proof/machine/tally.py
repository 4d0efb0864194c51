"""What was asked, what was done and what was refused, over a whole run."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Tally:
    """Counts by verb; of the refusals, also by their code."""

    done: Counter[str] = field(default_factory=Counter)
    refused: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    examples: int = 0

    @property
    def steps(self) -> int:
        return self.done.total() + sum(codes.total() for codes in self.refused.values())

    def __iadd__(self, other: Self) -> Self:
        self.examples += other.examples
        self.done.update(other.done)
        for verb, codes in other.refused.items():
            self.refused[verb].update(codes)
        return self

    def table(self) -> str:
        """One line a verb: how often it was done and refused, and the codes of the refusals, commonest first."""
        lines = [f"{self.examples} examples, {self.steps} verbs asked, {self.done.total()} done"]
        for verb in sorted({*self.done, *self.refused}):
            codes = self.refused.get(verb, Counter())
            why = ", ".join(f"{code} {count}" for code, count in codes.most_common())
            lines.append(f"{verb:<22} done {self.done[verb]:>6}  refused {codes.total():>6}  {why}")
        return "\n".join(lines)
