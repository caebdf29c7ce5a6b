"""exp, log and power of whole vectors, the same bits in every lane.

exp: argument reduced by multiples of ln 2 (Cody and Waite, two constants), Taylor polynomial of degree 13 on
|r| <= ln(2)/2, scaled through the exponent bits. log: as in the public fdlibm, log(1 + f) by the series of
2 atanh(f / (2 + f)) with its minimax coefficients (K. C. Ng, `e_log.c`, Sun Microsystems 1993). Both are
within about one unit in the last place; x^y is exp(y log x) with the zeros put right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from remission.solver.llvm_text import Code, Module

_EXACT = ""
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG_SERIES = (
    *(6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01),
    *(1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01),
)
_SHIFT = 1.5 * 2.0**52  # adding it leaves the nearest whole number in the low bits
_ONE = 1023 << 52
_ROOT_HALF = 0x3FE6A09E667F3BCD


def write_elementary(module: Module) -> None:
    """Write `vexp`, `vlog` and `vpow` into a module.

    They are put where they are called: a call would cost a store and a load of every vector that is alive.
    """
    arguments = [f"{module.vector} %x"]
    with module.function("vexp", arguments, module.vector, inline=True) as code:
        code.result = _exp(code)
    with module.function("vlog", arguments, module.vector, inline=True) as code:
        code.result = _log(code)
    powers = [f"{module.vector} {name}" for name in ("%x", "%y", "%l")]
    with module.function("vpow", powers, module.vector, inline=True) as code:
        code.result = _power(code)


def _exp(code: Code) -> str:
    low, high = code.number(-708.0), code.number(709.0)
    x = code.select(code.compare("olt", "%x", low), low, "%x")
    x = code.select(code.compare("ogt", x, high), high, x)
    shifted = code.op("fadd", code.op("fmul", x, code.number(1 / math.log(2)), _EXACT), code.number(_SHIFT), _EXACT)
    n = code.neg(code.op("fsub", shifted, code.number(_SHIFT), _EXACT))
    r = code.fma(n, code.number(_LN2_LOW), code.fma(n, code.number(_LN2_HIGH), x))
    p = _polynomial(code, r, [1 / math.factorial(k) for k in range(14)])
    scaled = code.whole_op("add", code.bits(p), code.whole_op("shl", code.bits(shifted), code.integer(52)))
    result = code.from_bits(scaled)
    result = code.select(code.compare("olt", "%x", low), code.number(0.0), result)
    result = code.select(code.compare("ogt", "%x", high), code.number(math.inf), result)
    return code.select(code.compare("uno", "%x", "%x"), "%x", result)


def _polynomial(code: Code, x: str, coefficients: Sequence[float]) -> str:
    """Sum of c_k x^k by pairs (Estrin 1960): few operations wait for each other."""
    terms = [code.number(c) for c in coefficients]
    while len(terms) > 1:
        pairs = [code.fma(terms[k + 1], x, terms[k]) for k in range(0, len(terms) - 1, 2)]
        terms = pairs + terms[len(terms) - len(terms) % 2 :]
        if len(terms) > 1:
            x = code.op("fmul", x, x, _EXACT)
    return terms[0]


def _log(code: Code) -> str:
    tiny = code.compare("olt", "%x", code.number(2.0**-1022))
    x = code.select(tiny, code.op("fmul", "%x", code.number(2.0**54), _EXACT), "%x")
    bits = code.bits(x)
    biased = code.whole_op("add", bits, code.integer(_ONE - _ROOT_HALF))
    biased = code.whole_op("lshr", biased, code.integer(52))  # exponent + 1023, mantissa from sqrt(1/2) to sqrt(2)
    power = code.whole_op("sub", code.whole_op("shl", biased, code.integer(52)), code.integer(_ONE))
    f = code.op("fsub", code.from_bits(code.whole_op("sub", bits, power)), code.number(1.0), _EXACT)
    k = code.from_bits(code.whole_op("or", biased, code.integer(0x433 << 52)))
    k = code.op("fsub", k, code.number(2.0**52 + 1023), _EXACT)
    k = code.select(tiny, code.op("fsub", k, code.number(54.0), _EXACT), k)
    s = code.op("fdiv", f, code.op("fadd", f, code.number(2.0), _EXACT), _EXACT)
    z = code.op("fmul", s, s, _EXACT)
    series = _polynomial(code, z, _LOG_SERIES)
    half_square = code.op("fmul", code.op("fmul", f, code.number(0.5), _EXACT), f, _EXACT)
    inner = code.fma(series, z, half_square)
    rest = code.fma(s, inner, code.op("fmul", k, code.number(_LN2_LOW), _EXACT))
    value = code.op("fsub", f, code.op("fsub", half_square, rest, _EXACT), _EXACT)
    value = code.fma(k, code.number(_LN2_HIGH), value)
    value = code.select(code.compare("oeq", "%x", code.number(math.inf)), "%x", value)
    value = code.select(code.compare("oeq", "%x", code.number(0.0)), code.number(-math.inf), value)
    return code.select(code.compare("oge", "%x", code.number(0.0)), value, code.number(math.nan))


def _power(code: Code) -> str:
    """x ^ y given l = log |x|: a negative base is allowed with a whole exponent; 0 ^ 0 = 1."""
    zero, one = code.number(0.0), code.number(1.0)
    size = code.call("vexp", code.op("fmul", "%y", "%l", _EXACT))
    half = code.op("fmul", "%y", code.number(0.5), _EXACT)
    even = code.compare("oeq", code.intrinsic("rint", half), half)
    whole = code.compare("oeq", code.intrinsic("rint", "%y"), "%y")
    signed = code.select(even, size, code.select(whole, code.neg(size), code.number(math.nan)))
    result = code.select(code.compare("olt", "%x", zero), signed, size)
    return code.select(code.compare("oeq", "%y", zero), one, result)
