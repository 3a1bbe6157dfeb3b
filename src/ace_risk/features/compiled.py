"""Compiled loops that are kept on disk for as long as what they rest on stays the same.

numba keeps a compiled loop until the loop's own file changes. What the loop takes from other files, such as the rules
of time, is compiled into it: were those files to change alone, the old rules would go on counting without a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from numba import njit


def compiled_with(*modules: ModuleType) -> Callable[[Callable[..., Any]], Any]:
    """Compile a loop and keep it, until its own file or one of these modules changes.

    Parameters
    ----------
    modules
        The modules whose functions and constants are compiled into the loop.

    Returns
    -------
    callable
        A decorator; the loop gives up Python's lock.

    Examples
    --------
    >>> from ace_risk.features.kernel import measure_rows
    >>> measure_rows.__qualname__.startswith("measure_rows_")  # then a mark of the modules
    True
    """
    sources = b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
    mark = hashlib.sha256(sources).hexdigest()[:12]

    def decorate(loop: Callable[..., Any]) -> Any:
        loop.__qualname__ += f"_{mark}"  # a part of the name under which numba keeps it
        return njit(cache=True, nogil=True)(loop)

    return decorate
