"""A tree of sections, lists and values changed, and written again as YAML or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

Tree = Any
_Spot = tuple[Any, Any]  # a section or list, and the key or place in it


def spots(tree: Tree) -> list[_Spot]:
    """Every value of a tree, as the container that holds it and its key there."""
    found: list[_Spot] = []
    waiting = [tree]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found


def other_value(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """A value is any other."""
    spot[0][spot[1]] = values()


def other_branch(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """A value is that of another key."""
    container, key = random.choice(spots(tree))
    spot[0][spot[1]] = deepcopy(container[key])


def taken_away(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """A key or item is missing."""
    del spot[0][spot[1]]


def renamed(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """A key has another name, or one item more."""
    container, key = spot
    if isinstance(container, dict):
        names = [str(each) for holder, each in spots(tree) if isinstance(holder, dict)]
        container[random.choice((str(values()), random.choice(names), str(key)[:-1], str(key) + "s"))] = container.pop(
            key
        )
    else:
        container.insert(key, deepcopy(container[key]))


def wrapped(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """A value lies in a list or a section, or in very many."""
    value = spot[0][spot[1]]
    for _ in range(random.choice((1, 1, 2, 40))):
        value = [value] if random.random() < 0.5 else {"x": value}
    spot[0][spot[1]] = value


def many(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """One value becomes a thousand."""
    value = spot[0][spot[1]]
    if len(json.dumps(value)) < 500:
        spot[0][spot[1]] = {f"k{i}": value for i in range(300)} if random.random() < 0.3 else [value] * 1000


def emptied(random: Random, spot: _Spot, tree: Tree, values: Callable[[], Any]) -> None:
    """Nothing stands there."""
    spot[0][spot[1]] = random.choice(([], {}, None, ""))


OPERATIONS = (*[other_value] * 6, *[other_branch] * 3, taken_away, taken_away, renamed, renamed, wrapped, many, emptied)


def mutated_tree(random: Random, tree: Tree, values: Callable[[], Any]) -> tuple[Tree, str]:
    """A tree changed once or a few times, and how; ``values`` gives values to put there."""
    tree, said = deepcopy(tree), []
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        known = spots(tree)
        if not known:
            break
        operation, spot = random.choice(OPERATIONS), random.choice(known)
        said.append(f"{operation.__name__} {spot[1]!r:.40}")
        operation(random, spot, tree, values)
    return tree, ", ".join(said)


def yaml_text(tree: Tree, indent: str = "") -> str:
    """A tree of texts as YAML, one value a line."""
    if isinstance(tree, dict) and tree:
        return "".join(f"{indent}{json.dumps(str(key))}:{_below(value, indent)}" for key, value in tree.items())
    if isinstance(tree, list) and tree:
        return "".join(f"{indent}-{_below(value, indent)}" for value in tree)
    return indent + json.dumps(tree) + "\n"


def _below(value: Tree, indent: str) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + yaml_text(value, indent + "  ")
    if isinstance(value, str) and value and value.isascii() and value.replace(" ", "").replace("/", "").isalnum():
        return f" {value}\n"
    return f" {json.dumps(value)}\n"
