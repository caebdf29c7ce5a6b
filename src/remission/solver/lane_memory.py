"""Named access to the memory of a vector of patients from generated code."""

from __future__ import annotations

from collections.abc import Mapping

from remission.solver.llvm_text import Code


class LaneMemory:
    """Reads and writes slots of `layout` through the pointer `%lanes`.

    Parameters
    ----------
    code : Code
    layout : mapping of str -> int
        Offsets in vectors.
    """

    def __init__(self, code: Code, layout: Mapping[str, int]) -> None:
        self.code, self.layout = code, layout

    def pointer(self, name: str) -> str:
        """Pointer to a slot."""
        return self.code.place("%lanes", self.layout[name])

    def get(self, name: str, index: int = 0) -> str:
        """Vector of a slot."""
        return self.code.load("%lanes", self.layout[name] + index)

    def put(self, name: str, value: str, index: int = 0) -> None:
        """Write a vector of a slot."""
        self.code.store(value, "%lanes", self.layout[name] + index)

    def flag(self, name: str, index: int = 0) -> str:
        """Mask of the lanes where a slot is above zero."""
        return self.code.compare("ogt", self.get(name, index), self.code.number(0.0))

    def put_flag(self, name: str, mask: str, index: int = 0) -> None:
        """Store a mask as ones and zeros."""
        code = self.code
        self.put(name, code.select(mask, code.number(1.0), code.number(0.0)), index)

    def put_where(self, name: str, mask: str, value: str, index: int = 0) -> None:
        """Write a vector of a slot in some lanes."""
        self.put(name, self.code.select(mask, value, self.get(name, index)), index)

    def clear(self, name: str, count: int) -> None:
        """Zeros in the vectors of a slot."""
        pointer = self.pointer(name)

        def zero(k: str, _: list[str]) -> list[str]:
            self.code.store(self.code.number(0.0), pointer, k)
            return []

        self.code.loop(count, zero)

    def run(self, function: str, *slots: str) -> None:
        """Call a generated function with pointers to slots."""
        pointers = [f"ptr {self.pointer(slot)}" for slot in slots]
        self.code.write(f"call void @{function}({', '.join(pointers)})")

    # one lane -----------------------------------------------------------------------------------------------

    def lane_index(self, name: str, lane: str, index: int | str = 0) -> str:
        """Place of one lane's number of a slot in an array of 8-byte numbers."""
        code, lanes = self.code, self.code.module.lanes
        if isinstance(index, int):
            return code.whole("add", lane, (self.layout[name] + index) * lanes)
        row = code.whole("mul", code.whole("add", index, self.layout[name]), lanes)
        return code.whole("add", row, lane)

    def get_lane(self, name: str, lane: str, index: int | str = 0, kind: str = "double") -> str:
        """One lane's number."""
        return self.code.load_scalar(kind, "%lanes", self.lane_index(name, lane, index))

    def put_lane(self, name: str, lane: str, value: str, index: int | str = 0, kind: str = "double") -> None:
        """Write one lane's number."""
        self.code.store_scalar(kind, value, "%lanes", self.lane_index(name, lane, index))
