"""Infusions: a model with an inlet, and the doses that open and close it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remission.solver.errors import data_error, model_error
from remission.solver.expression import Number, Symbol, apply
from remission.solver.network import Network

PREFIX = "inflow_"


def with_infusions(network: Network, states: Iterable[str]) -> Network:
    """The network with a new state ``inflow_X`` for each named state X: what flows into X, in its unit a day.

    Parameters
    ----------
    network : Network
    states : iterable of str
        Names of states that may be infused.

    Returns
    -------
    Network

    Raises
    ------
    ModelError
        If a name is not that of a state.

    Examples
    --------
    >>> from remission.solver import read_antimony
    >>> with_infusions(read_antimony("A = 0; A' = -k*A; k = 0.2;"), ("A",)).states
    ('A', 'inflow_A')
    """
    names = tuple(states)
    for name in names:
        if name not in network.states:
            raise model_error("what is to be infused is not a state", found=name, allowed=", ".join(network.states))
    rates = dict(zip(network.states, network.rates, strict=True))
    rates |= {name: apply("plus", rates[name], Symbol(PREFIX + name)) for name in names}
    inlets = tuple(PREFIX + name for name in names)
    return replace(
        network,
        states=(*network.states, *inlets),
        initial=(*network.initial, *(0.0 for _ in names)),
        rates=(*rates.values(), *(Number(0.0) for _ in names)),
    )


def infusion(start_day: float, duration_day: float, inlet: int, amount: float) -> list[tuple[float, int, float]]:
    """Two doses into an inlet that let an amount flow in evenly.

    Parameters
    ----------
    start_day, duration_day : float
        Both ends have to lie within the call (or are given to two calls).
    inlet : int
        Index of the state ``inflow_X``.
    amount : float
        What flows in altogether, in the unit of X.

    Returns
    -------
    list of (day, state index, amount)
        For `Doses.of_lists`.

    Raises
    ------
    DataError
        If the duration is not above 0.

    Examples
    --------
    >>> infusion(21.0, 0.5, 3, 200.0)
    [(21.0, 3, 400.0), (21.5, 3, -400.0)]
    """
    if not duration_day > 0:
        raise data_error(
            "an infusion that takes no time", where="duration_day", found=str(duration_day), allowed="above 0"
        )
    rate = amount / duration_day
    return [(start_day, inlet, rate), (start_day + duration_day, inlet, -rate)]
