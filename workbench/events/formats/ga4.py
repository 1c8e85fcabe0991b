"""GA4's BigQuery export: Parquet, JSON lines, the console's JSON array, and tables flattened by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.events import numbers
from workbench.events.formats.format import Format, Sight, guessed_mapping, with_columns
from workbench.events.formats.keyvalue import joined_field, pivot
from workbench.events.nested import as_floats, flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping
from workbench.events.wording import natural_words, words

if TYPE_CHECKING:
    import pyarrow as pa

_PARAMS = re.compile(
    r"^(?:event_params?|params|ep|param)(?:\.|__|_|\s)+(?P<key>.+?)(?:\.(?:value\.)?\w+_value)?$", re.I
)
_STRUCTS = re.compile(
    r"^(?P<s>device|geo|app_info|traffic_source|ecommerce|privacy_info|user_ltv|collected_traffic_source|"
    r"session_traffic_source_last_click|event_dimensions|user_properties)(?:\.|__|\s+)(?P<f>.+)$",
    re.IGNORECASE,
)
_SHORT = {
    natural_words(name): name
    for name in words(
        """
        device.category device.operating_system device.language geo.country geo.region geo.city geo.continent
        traffic_source.source traffic_source.medium traffic_source.name ecommerce.transaction_id
        ecommerce.purchase_revenue ecommerce.purchase_revenue_in_usd ecommerce.total_item_quantity
        privacy_info.analytics_storage event_date event_timestamp event_name user_pseudo_id user_id ga_session_id
        ga_session_number page_location page_title page_referrer purchase_revenue purchase_revenue_in_usd
        event_value_in_usd transaction_id currency value revenue
        """
    )
}
_ITEM_FIELDS = ("item_id", "item_name", "item_brand", "item_category")
_BATCH_FIELDS = ("batch_page_id", "batch_ordering_id", "batch_event_index")
_UNWANTED = words(
    """
        event_timestamp event_previous_timestamp event_bundle_sequence_id event_server_timestamp_offset
        user_first_touch_timestamp stream_id ga_session_id batch_page_id batch_ordering_id batch_event_index
        """
)
TECHNICAL = ("user_engagement", "scroll", "session_start", "first_visit", "page_ping", "heartbeat")
_PURCHASES = ("purchase", "ecommerce_purchase", "in_app_purchase", "refund")
PURCHASE_VALUE = "purchase_value"
FLAT_REVENUE = ("purchase_revenue_in_usd", "purchase_revenue")
LOCAL_REVENUE, USD_REVENUE = "ecommerce.purchase_revenue", "ecommerce.purchase_revenue_in_usd"


def _recognises(sight: Sight) -> bool:
    if not {"event_name", "event_timestamp"} <= sight.words:
        return False
    return bool({"user_pseudo_id", "event_params", "event_bundle_sequence_id", "ga_session_id"} & sight.words)


def _plain_name(name: str) -> str:
    """The name of a column in GA4's own words, however it was flattened.

    Examples
    --------
    >>> [_plain_name(n) for n in ("event_params.page_location", "ep_page_title", "device__category", "Geo Country")]
    ['page_location', 'page_title', 'device.category', 'geo.country']
    """
    plain = natural_words(name)
    if plain in _SHORT:
        return _SHORT[plain]
    found = _PARAMS.match(name)
    if found:
        return found["key"]
    found = _STRUCTS.match(name)
    return f"{found['s'].lower()}.{found['f']}" if found else name


def _reshape(rows: Rows) -> Rows:
    import pyarrow as pa

    batch = rows.batch
    columns: dict[str, Any] = {}
    for name in batch.schema.names:
        column, plain = batch.column(name), natural_words(name)
        if plain in ("event_params", "params_json", "event_params_json"):
            _add(columns, pivot(column), "event_params.")
        elif plain == "user_properties":
            _add(columns, {f"user_properties.{key}": array for key, array in pivot(column).items()}, "")
        elif plain == "items":
            _add(columns, _items(column), "")
        else:
            flat = flat_columns(pa.RecordBatch.from_arrays([column], names=[name]))
            _add(columns, {_plain_name(key): array for key, array in flat}, "event_params.")
    _type_columns(columns)
    return with_columns(rows, columns)


def _add(columns: dict[str, Any], found: dict[str, Any], prefix: str) -> None:
    """Add columns; a name that is taken gets the prefix, so that a parameter never hides a column."""
    for name, array in found.items():
        columns[name if name not in columns else f"{prefix}{name}"] = array


def _items(column: Any) -> dict[str, Any]:
    import pyarrow as pa

    if not pa.types.is_list(column.type) and not pa.types.is_large_list(column.type):
        return {"items": column} if pa.types.is_string(column.type) else {}
    found = {f"items.{field}": joined_field(column, field) for field in _ITEM_FIELDS}
    return {name: array for name, array in found.items() if array is not None}


def _type_columns(columns: dict[str, Any]) -> None:
    import pyarrow as pa

    for name in (LOCAL_REVENUE, USD_REVENUE, "event_value_in_usd"):
        if name in columns and not pa.types.is_string(columns[name].type):
            columns[name] = columns[name].cast(pa.float64())
    if "user_pseudo_id" in columns:
        columns["user_pseudo_id"] = columns["user_pseudo_id"].cast(pa.string())
    if any(name in columns for name in _BATCH_FIELDS):
        columns["batch_order"] = _batch_order(columns)
    if (
        "value" in columns
        and "event_name" in columns
        and not any(name.endswith("purchase_revenue") for name in columns)
    ):
        columns[PURCHASE_VALUE] = _of_purchases(columns["value"], columns["event_name"])
    if "event_name" in columns:
        _subtract_refunds(columns, LOCAL_REVENUE, "ecommerce.refund_value")
        _subtract_refunds(columns, USD_REVENUE, "ecommerce.refund_value_in_usd")


def _whole(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type):
        good = pc.match_substring_regex(column, r"^\d{1,18}$").fill_null(False)
        column = pc.if_else(good, column, pa.scalar(None, pa.string()))
    return np.asarray(column.cast(pa.int64(), safe=False).fill_null(0))


def _batch_order(columns: dict[str, Any]) -> Any:
    """One number for the order inside an instant: page, then batch, then place in the batch."""
    import pyarrow as pa

    count = len(next(iter(columns.values())))
    page, batch, place = (
        _whole(columns[name]) if name in columns else np.zeros(count, np.int64) for name in _BATCH_FIELDS
    )
    return pa.array(((page & ((1 << 42) - 1)) << 20) | (np.minimum(batch, 1023) << 10) | np.minimum(place, 1023))


def _of_purchases(value: Any, event: Any) -> Any:
    """The parameter `value` where it is money taken: on add_to_cart it is only a price looked at."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bought = pc.is_in(event, pa.array(_PURCHASES))
    return pc.if_else(bought, value, pa.scalar(None, value.type))


def _subtract_refunds(columns: dict[str, Any], revenue: str, refund: str) -> None:
    """A refund is revenue with a minus."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if refund not in columns or pa.types.is_string(columns[refund].type):
        return
    given_back = as_floats(columns[refund])
    if not pc.any(pc.greater(given_back.fill_null(0), 0)).as_py():
        return
    lost = pc.if_else(
        pc.equal(columns["event_name"], "refund"), pc.negate(pc.abs(given_back)), pa.scalar(None, pa.float64())
    )
    earned = as_floats(columns[revenue]) if revenue in columns else pa.nulls(len(lost), pa.float64())
    columns[revenue] = pc.coalesce(lost, earned)


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    names = set(sample.schema.names)
    value = _value(sample)
    is_in_dollars = value in (USD_REVENUE, FLAT_REVENUE[0], "event_value_in_usd")
    return Mapping(
        user="user_pseudo_id" if "user_pseudo_id" in names else "user_id",
        time="event_timestamp",
        event="event_name",
        session="ga_session_id" if "ga_session_id" in names else None,
        value=value,
        currency="currency" if "currency" in names and not is_in_dollars else None,
        transaction=next((n for n in ("ecommerce.transaction_id", "transaction_id") if n in names), None),
        order="batch_order" if "batch_order" in names else None,
        zone=zone,
        time_unit="us" if _counts_micros(sample) else None,
    )


def _counts_micros(sample: pa.Table) -> bool:
    """Whether times are what the export writes: whole microseconds, as a number or as text."""
    first = next((str(v) for v in sample.column("event_timestamp").to_pylist() if v is not None), "")
    return first.isdigit() and len(first) == 16


def _value(sample: pa.Table) -> str | None:
    """The revenue column: Google's dollars, unless the shop's own currency shows other amounts on the same rows."""
    names = sample.schema.names
    if USD_REVENUE in names and LOCAL_REVENUE in names and sample.num_rows:
        pairs = zip(sample.column(USD_REVENUE).to_pylist(), sample.column(LOCAL_REVENUE).to_pylist(), strict=True)
        amounts = ((numbers.from_json(a), numbers.from_json(b)) for a, b in pairs)
        differ = any(a and b and a != b for a, b in amounts)
        return LOCAL_REVENUE if differ else USD_REVENUE
    found = [USD_REVENUE, LOCAL_REVENUE, *FLAT_REVENUE, PURCHASE_VALUE, "revenue", "event_value_in_usd"]
    if "user_first_touch_timestamp" in names:
        # A whole export holds the revenue columns even if the first rows hold no purchase.
        return LOCAL_REVENUE if LOCAL_REVENUE in names else USD_REVENUE
    return next((name for name in found if name in names), guessed_mapping(sample, "UTC").value)


FORMAT = Format(
    "ga4",
    "Google Analytics 4, BigQuery export",
    _recognises,
    _mapping,
    _reshape,
    TECHNICAL,
    tuple(_UNWANTED),
    (),
    (("user_pseudo_id", "user_id"),),
)
