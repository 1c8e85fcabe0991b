"""Adobe Analytics data feed: hits without a header, whose names stand in a file beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping as Names
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.events import numbers
from workbench.events.formats.format import Format, Sight, first_filled, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping
from workbench.events.shaping import TECHNICAL

if TYPE_CHECKING:
    import pyarrow as pa

_EVENTS = {
    "1": "purchase",
    "2": "product_view",
    "10": "cart_open",
    "11": "checkout",
    "12": "cart_add",
    "13": "cart_remove",
    "14": "cart_view",
}
_LISTS = ("post_event_list", "event_list")
_TECHNICAL_SOURCES = ("5", "7", "8", "9")
PAGE, LINK = "page_view", "link"


def _recognises(sight: Sight) -> bool:
    return "hit_time_gmt" in sight.names and bool({"post_event_list", "event_list"} & set(sight.names))


def _reshape(rows: Rows) -> Rows:
    """A hit is a page view or link, and besides every event of its list; a purchase told again is left out."""
    import pyarrow as pa

    columns = {name: array.cast(pa.string()) for name, array in flat_columns(rows.batch)}
    count = rows.batch.num_rows
    columns["person"] = _person(columns)
    names, parents, is_purchase = _named_events(columns, count)
    amounts = [_amount(text) for text in _texts(columns, ("post_product_list", "product_list"), count)]
    technical = _technical(columns, count)
    take = pa.array(parents, pa.int64())
    taken = {name: array.take(take) for name, array in columns.items()}
    taken["hit"] = pa.array(names, pa.string())
    taken["revenue"] = pa.array(
        [amounts[p] if bought else None for p, bought in zip(parents, is_purchase, strict=True)], pa.float64()
    )
    again = [flag not in ("", "0") for flag in _texts(columns, ("duplicate_purchase",), count)]
    taken[TECHNICAL] = pa.array(
        [technical[p] or (bought and again[p]) for p, bought in zip(parents, is_purchase, strict=True)], pa.bool_()
    )
    batch = pa.RecordBatch.from_arrays(list(taken.values()), names=list(taken))
    return Rows(batch, rows.lines.take(take))


def _person(columns: dict[str, Any]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    choices = []
    for high, low in (("post_visid_high", "post_visid_low"), ("visid_high", "visid_low")):
        if high in columns and low in columns:
            pair = [first_filled(columns[high]), first_filled(columns[low])]
            joined = pc.binary_join_element_wise(*pair, ":", null_handling="emit_null")
            choices.append(pc.if_else(pc.equal(joined, "0:0"), pa.scalar(None, pa.string()), joined))
    choices += [columns[name] for name in ("mcvisid", "post_cust_visid", "cust_visid") if name in columns]
    return first_filled(*choices) if choices else pa.nulls(len(next(iter(columns.values()))), pa.string())


def _texts(columns: dict[str, Any], names: tuple[str, ...], count: int) -> list[str]:
    found = next((columns[name] for name in names if name in columns), None)
    return [""] * count if found is None else found.fill_null("").to_pylist()


def _named_events(columns: dict[str, Any], count: int) -> tuple[list[str], list[int], list[bool]]:
    lists = _texts(columns, _LISTS, count)
    kinds = _texts(columns, ("post_page_event", "page_event"), count)
    names, parents, bought = [], [], []
    for place, (events, kind) in enumerate(zip(lists, kinds, strict=True)):
        codes = [code.partition("=")[0].strip() for code in events.split(",")]
        hit = [PAGE if kind in ("", "0") else LINK, *(_event(code) for code in codes if code)]
        names += hit
        parents += [place] * len(hit)
        bought += [name == "purchase" for name in hit]
    return names, parents, bought


def _event(code: str) -> str:
    """The name of an event; what is no number is a name already."""
    return _EVENTS.get(code) or (f"event_{code}" if code.isdigit() else code)


def event_names(table: Sequence[Sequence[str]]) -> dict[str, str]:
    """Names of the custom events by number, out of the rows of the lookup file event.tsv."""
    pairs = [(row[0].strip(), row[1].strip()) for row in table if len(row) > 1]
    # In the list of a hit, a comma ends an event and "=" begins its amount.
    return {code: re.sub(r"\s*[,=]\s*", " ", name) for code, name in pairs if name and code not in _EVENTS}


def with_event_names(rows: Rows, names: Names[str, str]) -> Rows:
    """The rows with names instead of numbers in their lists of events."""
    import pyarrow as pa

    columns = dict(zip(rows.batch.schema.names, rows.batch.columns, strict=True))
    for name in _LISTS:
        if name in columns:
            coded = columns[name].cast(pa.string()).dictionary_encode()
            texts = [_renamed(text, names) for text in coded.dictionary.to_pylist()]
            columns[name] = pa.DictionaryArray.from_arrays(coded.indices, pa.array(texts, pa.string())).cast(
                pa.string()
            )
    return with_columns(rows, columns)


def _renamed(events: str, names: Names[str, str]) -> str:
    parts = [event.partition("=") for event in events.split(",")]
    return ",".join(names.get(code.strip(), code) + sign + amount for code, sign, amount in parts)


def _amount(products: str) -> float | None:
    """The sum of the prices in a list of category;product;quantity;price;..."""
    prices = [numbers.read(part.split(";")[3]) for part in products.split(",") if part.count(";") >= 3]
    known = [price for price in prices if price is not None]
    return sum(known) if known else None


def _technical(columns: dict[str, Any], count: int) -> list[bool]:
    """Hits that Adobe itself leaves out of its reports."""
    excluded = _texts(columns, ("exclude_hit",), count)
    source = _texts(columns, ("hit_source",), count)
    return [e not in ("", "0") or s in _TECHNICAL_SOURCES for e, s in zip(excluded, source, strict=True)]


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = sample.schema.names
    return Mapping(
        user="person",
        time="hit_time_gmt",
        event="hit",
        value="revenue",
        currency="post_currency" if "post_currency" in names else None,
        transaction="post_purchaseid" if "post_purchaseid" in names else None,
        zone=zone,
        time_unit="s",
    )


FORMAT = Format("adobe", "Adobe Analytics data feed", _recognises, _mapping, _reshape, (LINK,))
