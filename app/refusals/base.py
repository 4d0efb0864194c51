"""A problem whose status HTTP itself prescribes."""

from collections.abc import Mapping
from typing import ClassVar

from codings.base import Problem


class ShellProblem(Problem):
    """A problem whose status and headers HTTP itself prescribes."""

    status: ClassVar[int]

    @property
    def headers(self) -> Mapping[str, str]:
        return {}
