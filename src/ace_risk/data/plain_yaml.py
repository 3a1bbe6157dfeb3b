"""YAML at its plainest: text, lists and mappings. No tags, no aliases, no key twice, and every scalar is text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ace_risk.errors import StudyError

LARGEST_BYTES = 1_000_000
"""A file may not be larger."""


class _PlainLoader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (every plain scalar is text)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None) is not None:
            raise yaml.constructor.ConstructorError(None, None, "a tag or an alias", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read_plain_yaml(path: Path) -> Any:
    """The content of a YAML file in which every scalar is text, so that `01`, `NO` and `2020-01-01` stay as written.

    Raises
    ------
    StudyError
        If the file is missing, too large, nested too deep, not UTF-8, or not plain YAML.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise StudyError(f"{path}: is larger than {LARGEST_BYTES:,} bytes. Keep names and codes only.")
        return _PlainLoader(path.read_text(encoding="utf-8-sig")).get_single_data()
    except FileNotFoundError:
        raise StudyError(f"{path}: no such file. Give the path of a YAML file that exists.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: can't be read ({type(error).__name__}). Save it as a UTF-8 text file.") from None
    except RecursionError:
        raise StudyError(f"{path}: is nested too deep. Take out brackets that have no meaning here.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        fix = "Check indentation, colons and quotes; no key may stand twice, and no tag (!) or alias (*) at all."
        raise StudyError(f"{path}: is not plain YAML{where}. {fix}") from None
