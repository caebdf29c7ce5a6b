"""A small writer of LLVM assembly, in which every number is a vector with one patient a lane.

Only what the solver needs: arithmetic, comparisons, loads and stores of whole vectors, loops, branches, and
scalar code for the rare moments when a lane meets a dose or its end. Values are names of SSA registers (str).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ARITHMETIC = "nsz contract"
"""Flags of model arithmetic: no reordering, so that bits do not depend on how code is scheduled."""


def double_bits(value: float) -> str:
    """A double as LLVM writes it exactly.

    Examples
    --------
    >>> double_bits(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', float(value)))[0]:016X}"


class Module:
    """Functions of one piece of machine code, all with the same number of lanes.

    Parameters
    ----------
    lanes : int
        Patients per vector.

    Examples
    --------
    >>> module = Module(4)
    >>> with module.function("twice", ["ptr %x"]) as code:
    ...     code.store(code.op("fadd", code.load("%x", 0), code.load("%x", 0)), "%x", 0)
    >>> "fadd nsz contract <4 x double>" in module.text()
    True
    """

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.vector = f"<{lanes} x double>"
        self.whole = f"<{lanes} x i64>"
        self.mask = f"<{lanes} x i1>"
        self._functions: list[str] = []
        self._declared: set[str] = set()

    @contextmanager
    def function(
        self, name: str, arguments: list[str], returns: str = "void", public: bool = False, inline: bool = False
    ) -> Iterator[Code]:
        """Write a function; its body is what the block writes (the block returns through `Code.result`).

        A function that is called is put in the caller's place only if `inline`.
        """
        code = Code(self)
        yield code
        link = "dso_local" if public else "internal"
        end = f"ret {returns} {code.result}" if code.result else "ret void"
        place = "alwaysinline" if inline else "noinline"
        head = f"define {link} {returns} @{name}({', '.join(arguments)}) {place} nounwind {{"
        self._functions.append("\n".join([head, "entry:", *code.lines, end, "}"]))

    def declare(self, line: str) -> None:
        """Say that a function exists elsewhere."""
        self._declared.add(line)

    def text(self) -> str:
        """The whole module."""
        return "\n".join(sorted(self._declared)) + "\n\n" + "\n\n".join(self._functions) + "\n"


class Code:
    """The body of one function."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.lines: list[str] = []
        self.result = ""
        self._count = 0

    def _new(self, kind: str = "v") -> str:
        self._count += 1
        return f"%{kind}{self._count}"

    def write(self, line: str) -> None:
        """One line as it is."""
        self.lines.append(line)

    def let(self, expression: str) -> str:
        """A new register with the value of an instruction."""
        name = self._new()
        self.write(f"{name} = {expression}")
        return name

    # vectors ------------------------------------------------------------------------------------------------

    def number(self, value: float) -> str:
        """The same number in every lane."""
        return f"splat (double {double_bits(value)})"

    def integer(self, value: int) -> str:
        """The same whole number in every lane."""
        return f"splat (i64 {value})"

    def op(self, name: str, a: str, b: str, flags: str = ARITHMETIC) -> str:
        """fadd, fsub, fmul, fdiv."""
        return self.let(f"{name} {flags} {self.module.vector} {a}, {b}")

    def whole_op(self, name: str, a: str, b: str) -> str:
        """Whole-number arithmetic on bits."""
        return self.let(f"{name} {self.module.whole} {a}, {b}")

    def neg(self, a: str) -> str:
        """-a."""
        return self.let(f"fneg {self.module.vector} {a}")

    def call(self, name: str, *arguments: str) -> str:
        """A function of vectors that gives a vector."""
        vector = self.module.vector
        return self.let(f"call {vector} @{name}({', '.join(f'{vector} {a}' for a in arguments)})")

    def intrinsic(self, name: str, *arguments: str) -> str:
        """A vector intrinsic of LLVM: fma, fabs, sqrt, minnum, maxnum ..."""
        full = f"llvm.{name}.v{self.module.lanes}f64"
        vector = self.module.vector
        self.module.declare(f"declare {vector} @{full}({', '.join([vector] * len(arguments))})")
        return self.call(full, *arguments)

    def fma(self, a: str, b: str, c: str) -> str:
        """a b + c, rounded once."""
        return self.intrinsic("fma", a, b, c)

    def bits(self, a: str) -> str:
        """Bits of doubles as whole numbers."""
        return self.let(f"bitcast {self.module.vector} {a} to {self.module.whole}")

    def from_bits(self, a: str) -> str:
        """Doubles from bits."""
        return self.let(f"bitcast {self.module.whole} {a} to {self.module.vector}")

    def compare(self, predicate: str, a: str, b: str) -> str:
        """A mask: olt, ole, ogt, oge, oeq, une, uno ..."""
        return self.let(f"fcmp {predicate} {self.module.vector} {a}, {b}")

    def both(self, a: str, b: str) -> str:
        """Mask: a and b."""
        return self.let(f"and {self.module.mask} {a}, {b}")

    def either(self, a: str, b: str) -> str:
        """Mask: a or b."""
        return self.let(f"or {self.module.mask} {a}, {b}")

    def invert(self, a: str) -> str:
        """Mask: not a."""
        return self.let(f"xor {self.module.mask} {a}, splat (i1 true)")

    def select(self, mask: str, a: str, b: str) -> str:
        """a where the mask holds, else b."""
        vector = self.module.vector
        return self.let(f"select {self.module.mask} {mask}, {vector} {a}, {vector} {b}")

    def select_whole(self, mask: str, a: str, b: str) -> str:
        """The same for whole numbers."""
        whole = self.module.whole
        return self.let(f"select {self.module.mask} {mask}, {whole} {a}, {whole} {b}")

    def any(self, mask: str) -> str:
        """i1: the mask holds in some lane."""
        name = f"llvm.vector.reduce.or.v{self.module.lanes}i1"
        self.module.declare(f"declare i1 @{name}({self.module.mask})")
        return self.let(f"call i1 @{name}({self.module.mask} {mask})")

    def mask_bits(self, mask: str) -> str:
        """i64 with one bit a lane, set where the mask holds."""
        lanes = self.module.lanes
        return self.let(f"zext i{lanes} {self.let(f'bitcast {self.module.mask} {mask} to i{lanes}')} to i64")

    def place(self, pointer: str, index: int | str) -> str:
        """Pointer to vector number `index`."""
        return self.let(f"getelementptr inbounds {self.module.vector}, ptr {pointer}, i64 {index}")

    def load(self, pointer: str, index: int | str) -> str:
        """Vector number `index`."""
        at = self.place(pointer, index)
        return self.let(f"load {self.module.vector}, ptr {at}, align {8 * self.module.lanes}")

    def store(self, value: str, pointer: str, index: int | str) -> None:
        """Write vector number `index`."""
        at = self.place(pointer, index)
        self.write(f"store {self.module.vector} {value}, ptr {at}, align {8 * self.module.lanes}")

    # scalars ------------------------------------------------------------------------------------------------

    def load_scalar(self, kind: str, pointer: str, index: int | str) -> str:
        """Element of an array of doubles, i64, i32 or pointers."""
        at = self.let(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {index}")
        return self.let(f"load {kind}, ptr {at}")

    def store_scalar(self, kind: str, value: str, pointer: str, index: int | str) -> None:
        """Write an element of an array."""
        at = self.let(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {index}")
        self.write(f"store {kind} {value}, ptr {at}")

    def whole(self, name: str, a: str, b: str | int) -> str:
        """Scalar i64 arithmetic."""
        return self.let(f"{name} i64 {a}, {b}")

    # flow ---------------------------------------------------------------------------------------------------

    def label(self, name: str) -> None:
        """Start a block (falling into it from above)."""
        self.write(f"br label %{name}")
        self.write(f"{name}:")

    def new_label(self, stem: str) -> str:
        """A label not used yet."""
        self._count += 1
        return f"{stem}{self._count}"

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Code run if an i1 is true; values made inside are not to be used after it."""
        inside, after = self.new_label("then"), self.new_label("after")
        self.write(f"br i1 {condition}, label %{inside}, label %{after}")
        self.write(f"{inside}:")
        yield
        self.label(after)

    def loop(
        self, count: int | str, body: Callable[[str, list[str]], list[str]], carried: list[str] | None = None
    ) -> list[str]:
        """Run `body(index, vectors)` `count` times, at least once; it gives the vectors of the next turn."""
        before, top, after = self.new_label("before"), self.new_label("loop"), self.new_label("after")
        self.label(before)
        self.label(top)
        index, following = self._new("i"), self._new("n")
        names = [self._new("c") for _ in carried or ()]
        at = len(self.lines)
        results = body(index, names)
        last = self.new_label("last")
        self.label(last)
        phis = [f"{index} = phi i64 [0, %{before}], [{following}, %{last}]"]
        for name, start, result in zip(names, carried or (), results, strict=True):
            phis.append(f"{name} = phi {self.module.vector} [{start}, %{before}], [{result}, %{last}]")
        self.lines[at:at] = phis
        self.write(f"{following} = add nuw nsw i64 {index}, 1")
        self.write(f"%again{last} = icmp ult i64 {following}, {count}")
        self.write(f"br i1 %again{last}, label %{top}, label %{after}")
        self.write(f"{after}:")
        return results
