"""Snowplow's enriched events: tab-separated without a header, or a warehouse table with names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench.events.formats.format import Format, Sight, first_filled, guessed_mapping, with_columns
from workbench.events.nested import flat_columns
from workbench.events.reading import Rows
from workbench.events.schema import Mapping
from workbench.events.wording import words

if TYPE_CHECKING:
    import pyarrow as pa

FIELDS = words(
    """
    app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker v_tracker
    v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx network_userid
    geo_country geo_region geo_city geo_zipcode geo_latitude geo_longitude geo_region_name ip_isp ip_organization
    ip_domain ip_netspeed page_url page_title page_referrer page_urlscheme page_urlhost page_urlport page_urlpath
    page_urlquery page_urlfragment refr_urlscheme refr_urlhost refr_urlport refr_urlpath refr_urlquery
    refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content mkt_campaign
    contexts se_category se_action se_label se_property se_value unstruct_event tr_orderid tr_affiliation tr_total
    tr_tax tr_shipping tr_city tr_state tr_country ti_orderid ti_sku ti_name ti_category ti_price ti_quantity
    pp_xoffset_min pp_xoffset_max pp_yoffset_min pp_yoffset_max useragent br_name br_family br_version br_type
    br_renderengine br_lang br_features_pdf br_features_flash br_features_java br_features_director
    br_features_quicktime br_features_realplayer br_features_windowsmedia br_features_gears br_features_silverlight
    br_cookies br_colordepth br_viewwidth br_viewheight os_name os_family os_manufacturer os_timezone dvce_type
    dvce_ismobile dvce_screenwidth dvce_screenheight doc_charset doc_width doc_height tr_currency tr_total_base
    tr_tax_base tr_shipping_base ti_currency ti_price_base base_currency geo_timezone mkt_clickid mkt_network
    etl_tags dvce_sent_tstamp refr_domain_userid refr_dvce_tstamp derived_contexts domain_sessionid derived_tstamp
    event_vendor event_name event_format event_version event_fingerprint true_tstamp
    """
)
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
_UNWANTED = words(
    """
    etl_tstamp collector_tstamp dvce_created_tstamp dvce_sent_tstamp true_tstamp load_tstamp event_id txn_id
    event_fingerprint domain_sessionid user_fingerprint network_userid refr_domain_userid derived_tstamp
    """
)


def _is_headless(names: tuple[str, ...] | list[str]) -> bool:
    return len(names) >= 120 and names[0] == "column_1"


def _recognises(sight: Sight) -> bool:
    if sight.has("collector_tstamp", "event_id", "domain_userid"):
        return True
    if not _is_headless(sight.names) or sight.origin.separator != "\t":
        return False
    ids, stamps = sight.first_values("column_7"), sight.first_values("column_4")
    return bool(ids and stamps) and _mostly(_UUID, ids[:200]) and _mostly(_STAMP, stamps[:200])


def _mostly(pattern: re.Pattern[str], cells: list[str]) -> bool:
    return sum(bool(pattern.match(cell)) for cell in cells) >= 0.8 * len(cells)


def _reshape(rows: Rows) -> Rows:
    columns = dict(flat_columns(rows.batch))
    if _is_headless(list(columns)):
        named = [*FIELDS, *(f"field_{place}" for place in range(len(FIELDS) + 1, len(columns) + 1))]
        columns = dict(zip(named, columns.values(), strict=False))
    stamps = [columns[n] for n in ("derived_tstamp", "collector_tstamp", "dvce_created_tstamp") if n in columns]
    columns["at"] = first_filled(*map(_text, stamps))
    columns["name"] = first_filled(*[columns[n] for n in ("event_name", "event") if n in columns])
    columns["person"] = _person(columns, rows.batch.num_rows)
    revenue = _revenue(columns)
    if revenue is not None:
        columns["revenue"] = revenue
    return with_columns(rows, columns)


def _person(columns: dict[str, Any], count: int) -> Any:
    """The browser's own id; apps and servers have none, and are told by their device or log-in."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pa.nulls(count, pa.string())
    browser = first_filled(columns["domain_userid"]) if "domain_userid" in columns else missing
    others = [columns[name] for name in ("network_userid", "user_id") if name in columns]
    if not others or "platform" not in columns:
        return browser
    is_web = pc.equal(columns["platform"].cast(pa.string()).fill_null("web"), "web")
    return pc.coalesce(browser, pc.if_else(is_web, missing, first_filled(*others)))


def _text(column: Any) -> Any:
    import pyarrow as pa

    return column.cast(pa.string())


def _revenue(columns: dict[str, Any]) -> Any:
    """The total of a transaction; the items of it are not added again."""
    if "tr_total" in columns:
        return columns["tr_total"]
    return None


def _mapping(sample: pa.Table, zone: str) -> Mapping:
    """The browser's own id stands on nearly every row, a log-in only on some: it splits nobody at the log-in."""
    names = sample.schema.names
    ids = [n for n in ("person", "user_id", "network_userid") if n in names and _is_filled(sample.column(n))]
    return guessed_mapping(sample, zone).changed(
        user=ids[0] if ids else "person",
        time="at",
        event="name",
        session="domain_sessionid" if "domain_sessionid" in names else None,
        event_id="event_id",
        value="revenue" if "revenue" in names else None,
        transaction="tr_orderid" if "tr_orderid" in names else None,
        currency="tr_currency" if "tr_currency" in names else None,
    )


def _is_filled(column: Any) -> bool:
    return any(value not in (None, "") for value in column.to_pylist())


FORMAT = Format(
    "snowplow",
    "Snowplow enriched events",
    _recognises,
    _mapping,
    _reshape,
    ("page_ping", "heartbeat"),
    _UNWANTED,
    log_ins=(("domain_userid", "user_id"),),
    clocks=("dvce_created_tstamp", "collector_tstamp"),
    is_utc=True,
)
