"""Sets that grow together, with pairs that must stay apart."""

from collections import defaultdict
from collections.abc import Iterable


class Union:
    """Disjoint sets over ``0 .. size - 1``; a join that would bring a forbidden pair together is refused."""

    def __init__(self, size: int, forbidden: Iterable[tuple[int, int]] = ()) -> None:
        self._parent = list(range(size))
        self._foes: dict[int, set[int]] = defaultdict(set)
        for one, other in forbidden:
            self._foes[one].add(other)
            self._foes[other].add(one)

    def find(self, one: int) -> int:
        """Give the smallest member of the set a number is in."""
        root = one
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[one] != root:
            self._parent[one], one = root, self._parent[one]
        return root

    def join(self, one: int, other: int) -> bool:
        """Join two sets and tell whether they are one now; False when a forbidden pair would meet."""
        low, high = sorted((self.find(one), self.find(other)))
        if low == high:
            return True
        if any(self.find(foe) == high for foe in self._foes.get(low, ())):
            return False
        self._parent[high] = low
        if high in self._foes:
            self._foes[low] |= self._foes[high]
        return True

    def groups(self) -> list[tuple[int, ...]]:
        """Give all sets, each sorted, in the order of their smallest members."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in range(len(self._parent)):
            found[self.find(one)].append(one)
        return [tuple(members) for members in found.values()]
