"""Response rates: base R and lrstat."""

from __future__ import annotations

from remission.statistics.proportions import fisher_test, proportion, proportion_difference
from remission.statistics.r_call import evaluate, find_call, split_arguments
from remission.statistics.validation import Case, Ours, case_kind


@case_kind("binom.test(")
def clopper_pearson(case: Case) -> Ours:
    """``binom.test``: a share with its exact interval."""
    call = find_call(case.call, "binom.test")
    assert call is not None
    x, n = int(call.value("x", 0)), int(call.value("n", 1))
    share = proportion(x, n, level=float(call.value("conf.level", default=0.95)), method="clopper-pearson")
    return Ours({"estimate": share.value, "ci": [share.lower, share.upper]})


@case_kind("prop.test(")
def wilson(case: Case) -> Ours:
    """``prop.test(correct=FALSE)`` of one share: Wilson's interval."""
    call = find_call(case.call, "prop.test")
    assert call is not None
    share = proportion(int(call.value("x", 0)), int(call.value("n", 1)))
    return Ours({"estimate": share.value, "ci": [share.lower, share.upper]})


@case_kind("lrstat::mnRiskDiffCI(")
def miettinen_nurminen(case: Case) -> Ours:
    """Difference of two shares with its score interval."""
    call = find_call(case.call, "lrstat::mnRiskDiffCI")
    assert call is not None
    n1, y1, n2, y2 = (int(call.value(name, place)) for place, name in enumerate(("n1", "y1", "n2", "y2")))
    level = float(call.value("cilevel", default=0.95))
    estimate = proportion_difference(y1, n1, y2, n2, level=level)
    values = {"estimate": estimate.value, "lower": estimate.lower, "upper": estimate.upper, "cilevel": level}
    return Ours(values)


@case_kind("fisher.test(")
def fisher(case: Case) -> Ours:
    """Fisher's exact test of a table given by columns."""
    call = find_call(case.call, "fisher.test")
    matrix = find_call(case.call, "matrix")
    assert call is not None
    assert matrix is not None
    a, b, c, d = (int(evaluate(cell)) for cell in split_arguments(matrix.positional[0][2:-1]))
    test = fisher_test(a, a + b, c, c + d)
    odds = test.odds_ratio
    return Ours({"p": test.p_value, "or": odds.value, "ci": [odds.lower, odds.upper]})
