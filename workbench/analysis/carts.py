"""Abandoned carts: people who put something aside and did not buy within the window, with what it was worth."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.timeline import Rows
from workbench.events.store import Column, EventStore

US = 1_000_000


def cart_value_property(store: EventStore, cart_rows: Rows) -> str | None:
    """The property that tells what a cart event is worth: the store's own value, else another that speaks of value.

    None where no cart event carries one.
    """
    own = [store.value_property] if store.value_property else []
    others = [name for name in store.properties if any(word in name.lower() for word in ("value", "price", "amount"))]
    for name in (*own, *others):
        column = store.properties.get(name)
        if column is not None and np.any(_amounts(column)[column.codes[cart_rows]] > 0):
            return name
    return None


def _amounts(column: Column) -> NDArray[np.float64]:
    """Number of each code, 0 where missing or no number."""
    return np.array([0.0, *map(_amount, column.values)])


def _amount(value: object) -> float:
    """A delimited file holds numbers as text."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0
    return number if isfinite(number) else 0.0


def abandoned_cart_values(
    store: EventStore, cart_rows: Rows, macro_rows: Rows, window_s: float, value_property: str | None = None
) -> NDArray[np.float64]:
    """Value of each abandoned cart: what a person added since the last purchase, none following within the window.

    Parameters
    ----------
    store : EventStore
    cart_rows, macro_rows : ascending rows of the hits
    window_s : float
        Seconds after the last cart event in which the purchase must come; carts whose window has not elapsed by the
        end of the data are left out.
    value_property : str, optional
        Property of the cart events; by default as `cart_value_property` finds it. An event without it adds nothing.

    Returns
    -------
    (carts,) float array
        In the unit of the value property; empty without one.

    Examples
    --------
    >>> rows = [("a", 0, "cart", {"value": 400.0}), ("a", 9, "cart", {"value": 200.0}), ("b", 5, "buy")]
    >>> store = EventStore.from_rows([*rows, ("b", 0, "cart", {"value": 50.0}), ("c", 999, "view")])
    >>> carts, buys = (store.postings(store.code_by_name[name]) for name in ("cart", "buy"))
    >>> abandoned_cart_values(store, carts, buys, 60.0).tolist()
    [600.0]
    """
    column = store.properties.get(value_property or cart_value_property(store, cart_rows) or "")
    cart, macro = np.asarray(cart_rows, dtype=np.int64), np.asarray(macro_rows, dtype=np.int64)
    if column is None or not len(cart):
        return np.zeros(0)
    # A cart is a person's run of cart events between two purchases.
    owner, bought_before = store.user_of(cart), np.searchsorted(macro, cart)
    is_last = np.ones(len(cart), dtype=bool)
    is_last[:-1] = (owner[1:] != owner[:-1]) | (bought_before[1:] != bought_before[:-1])
    group = np.concatenate([[0], np.cumsum(is_last)[:-1]])
    worth = np.bincount(group, _amounts(column)[column.codes[cart]])
    last = cart[is_last]
    following = np.append(macro, -1)[np.minimum(np.searchsorted(macro, last, side="right"), len(macro))]
    end_us = store.time_us[last] + round(window_s * US)
    same = (following >= 0) & (following < store.user_offset[store.user_of(last) + 1])
    is_bought = same & (store.time_us[np.maximum(following, 0)] <= end_us)
    return np.asarray(worth[~is_bought & (end_us <= (store.data_end_us or 0))], dtype=np.float64)
