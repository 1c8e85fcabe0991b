"""Writes the synthetic sample data, the same bytes for the same seed: `python sample_data/make_samples.py`.

Two logs are made up here, with stories planted in them (README.txt tells which):
shop_events.parquet has the shape of a GA4 BigQuery export, saas_events.csv is a plain event list.
"""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20260301
FOLDER = Path(__file__).resolve().parent
START = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
DAYS = 42
DAY_US = 86_400_000_000
SILENT_WEEK = (21, 28)
SITE = "https://shop.example"


def main() -> None:
    rng = np.random.default_rng(SEED)
    shop = Shop(rng)
    shop.run(people=9_000)
    shop.write(FOLDER / "shop_events.parquet")
    write_saas(rng, people=2_400, path=FOLDER / "saas_events.csv")


class Shop:
    """A shop whose visitors behave by simple odds."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.rows: list[dict[str, object]] = []
        self.orders = 0

    def run(self, people: int) -> None:
        for number in range(people):
            self._person(number)
        self.rows.sort(key=lambda row: (row["event_timestamp"], row["user_pseudo_id"]))

    def _chance(self, odds: float) -> bool:
        return bool(self.rng.random() < odds)

    def _person(self, number: int) -> None:
        rng = self.rng
        device = rng.choice(["mobile", "desktop", "tablet"], p=[0.58, 0.37, 0.05])
        source = rng.choice(["google", "(direct)", "newsletter", "instagram"], p=[0.46, 0.27, 0.12, 0.15])
        country = rng.choice(["United States", "Germany", "United Kingdom", "France"], p=[0.5, 0.2, 0.18, 0.12])
        intent = float(rng.beta(1.3, 3.0)) * (1.5 if source == "newsletter" else 1.0)
        person = {
            "user_pseudo_id": f"{rng.integers(10**8, 10**10)}.{1_700_000_000 + number}",
            "device": {"category": str(device)},
            "geo": {"country": str(country)},
            "traffic_source": {"source": str(source), "medium": "organic" if source == "google" else "referral"},
        }
        time_us = int(rng.integers(0, DAYS * DAY_US))
        for visit in range(1 + int(rng.geometric(0.62)) - 1 + int(intent > 0.6)):
            if time_us >= DAYS * DAY_US:
                return
            here = Visit(self, person, time_us, visit, str(device), intent)
            bought = here.run()
            if here.met_dead_end and self._chance(0.9):
                return
            intent *= 0.3 if bought else 1.08
            time_us += int(rng.exponential(3.2) * DAY_US) + 3_600_000_000

    def add(self, person: dict[str, object], time_us: int, name: str, params: dict[str, object], order: object) -> None:
        day = time_us // DAY_US
        if day >= DAYS:
            return  # after the end of the export
        if name == "add_to_wishlist" and SILENT_WEEK[0] <= day < SILENT_WEEK[1]:
            return  # planted: the tag was broken for a week
        at = START + datetime.timedelta(microseconds=time_us)
        self.rows.append(
            {
                "event_date": at.strftime("%Y%m%d"),
                "event_timestamp": int(at.timestamp()) * 1_000_000 + at.microsecond,
                "event_name": name,
                "event_params": [{"key": key, "value": _value(value)} for key, value in params.items()],
                "ecommerce": order or {"transaction_id": None, "purchase_revenue_in_usd": None},
                **person,
            }
        )

    def write(self, path: Path) -> None:
        text, integer = pa.string(), pa.int64()
        value = pa.struct(
            [
                ("string_value", text),
                ("int_value", integer),
                ("float_value", pa.float64()),
                ("double_value", pa.float64()),
            ]
        )
        schema = pa.schema(
            [
                ("event_date", text),
                ("event_timestamp", integer),
                ("event_name", text),
                ("event_params", pa.list_(pa.struct([("key", text), ("value", value)]))),
                ("user_pseudo_id", text),
                ("device", pa.struct([("category", text)])),
                ("geo", pa.struct([("country", text)])),
                ("traffic_source", pa.struct([("source", text), ("medium", text)])),
                ("ecommerce", pa.struct([("transaction_id", text), ("purchase_revenue_in_usd", pa.float64())])),
            ]
        )
        pq.write_table(pa.Table.from_pylist(self.rows, schema=schema), path, compression="zstd", compression_level=15)


class Visit:
    """One session of one person."""

    def __init__(
        self, shop: Shop, person: dict[str, object], time_us: int, number: int, device: str, intent: float
    ) -> None:
        self.shop, self.person, self.now, self.number = shop, person, time_us, number
        self.device, self.intent = device, intent
        self.session = 1_770_000_000 + time_us // 1_000_000
        self.met_dead_end = False
        self.is_sure = False

    def run(self) -> bool:
        """Walk through the shop; True if something was bought."""
        self.event("session_start", page_location=f"{SITE}/")
        if self.number == 0:
            self.event("first_visit", wait=0)
        self.event("page_view", wait=0, page_location=f"{SITE}/")
        self.read()
        if self.chance(0.10):
            self.event("share", method="link")  # planted: a soft signal, unrelated to buying
        if self.chance(0.13):
            return self.gift_finder()
        if not self.chance(0.60 + 0.25 * self.intent):
            return False
        return self.products()

    def chance(self, odds: float) -> bool:
        return self.shop._chance(odds)

    def event(self, name: str, wait: float = 18.0, order: object = None, **params: object) -> None:
        if wait:
            self.now += 200_000 + int(self.shop.rng.exponential(wait) * 1_000_000)
        params = {"ga_session_id": self.session, "ga_session_number": self.number + 1, **params}
        self.shop.add(self.person, self.now, name, params, order)

    def read(self) -> None:
        if self.chance(0.55):
            self.event("scroll", percent_scrolled=int(self.shop.rng.choice([50, 75, 90], p=[0.4, 0.3, 0.3])))
        if self.chance(0.5):
            self.event("user_engagement", engagement_time_msec=int(self.shop.rng.exponential(40_000)))

    def gift_finder(self) -> bool:
        """Planted dead end: the tool answers nothing, and hardly anybody goes on."""
        self.met_dead_end = True
        self.event("open_gift_finder", page_location=f"{SITE}/gift-finder")
        if self.chance(0.5):
            self.event("page_view", page_location=f"{SITE}/gift-finder/results")
        return False

    def products(self) -> bool:
        rng, wants = self.shop.rng, self.intent
        for _ in range(1 + int(rng.poisson(0.6))):
            product = int(rng.integers(1, 40))
            self.event("page_view", page_location=f"{SITE}/product/{product}")
            self.event("view_item", wait=0, item_id=f"SKU-{product:03d}")
            self.read()
        if self.chance(0.24):
            self.event("view_reviews")
            wants *= 1.06
        if self.chance(0.14):
            self.event("video_progress", video_percent=int(rng.choice([25, 50, 75])))
        if self.chance(0.12):
            self.event("add_to_wishlist")
        if self.chance(0.16 + 0.12 * self.intent):
            self.event("view_size_guide")  # planted: the micro-conversion that helps
            wants += 0.75
            self.is_sure = True
        if not self.chance(min(0.9, 0.03 + 0.36 * wants)):
            return False
        self.event("add_to_cart", value=round(float(rng.lognormal(4.0, 0.5)), 2), currency="USD")
        if self.chance(0.18):
            self.event("view_item", item_id=f"SKU-{int(rng.integers(1, 40)):03d}")  # a loop back from the cart
            self.event("add_to_cart", value=round(float(rng.lognormal(3.6, 0.5)), 2), currency="USD")
        return self.chance(min(0.98, 0.62 + 0.2 * wants)) and self.checkout()

    def checkout(self) -> bool:
        rng = self.shop.rng
        self.event("begin_checkout", page_location=f"{SITE}/checkout", currency="USD")
        is_mobile = self.device == "mobile"
        if self.chance(0.20 if is_mobile else 0.06):
            kind = rng.choice(["address_invalid", "postcode_lookup_failed", "session_expired"], p=[0.3, 0.6, 0.1])
            self.event("checkout_error", error_type=str(kind))
            if self.chance(0.65):
                return False
        fits = 0.10 if self.is_sure else 0.0
        if not self.chance((0.52 if is_mobile else 0.86) + fits):  # planted: the address form leaks on mobile
            return False
        self.event("add_shipping_info", shipping_tier=str(rng.choice(["standard", "express"], p=[0.8, 0.2])))
        if self.chance(0.07):
            self.now += int(rng.exponential(20) * 3_600_000_000)  # comes back later to pay
        if not self.chance(0.84 + fits):
            return False
        self.event("add_payment_info", payment_type=str(rng.choice(["card", "paypal", "invoice"], p=[0.6, 0.3, 0.1])))
        if not self.chance(0.90 + fits * 0.9):
            return False
        return self.buy()

    def buy(self) -> bool:
        self.shop.orders += 1
        value = round(float(self.shop.rng.lognormal(4.25, 0.55)), 2)
        order = {"transaction_id": f"T{self.shop.orders:05d}", "purchase_revenue_in_usd": value}
        params = {"transaction_id": order["transaction_id"], "value": value, "currency": "USD"}
        self.event("purchase", order=order, page_location=f"{SITE}/thank-you", **params)
        self.now += int(self.shop.rng.exponential(2.0) * DAY_US)
        if self.now < DAYS * DAY_US and self.chance(0.16):
            self.event("submit_review", rating=int(self.shop.rng.choice([3, 4, 5], p=[0.2, 0.3, 0.5])))
        return True


def _value(value: object) -> dict[str, object]:
    empty: dict[str, object] = {"string_value": None, "int_value": None, "float_value": None, "double_value": None}
    kind = "int_value" if isinstance(value, int) else "double_value" if isinstance(value, float) else "string_value"
    return {**empty, kind: value}


def write_saas(rng: np.random.Generator, people: int, path: Path) -> None:
    """Accounts of a business product: trial to subscription, with a calculator that goes with buying."""
    rows: list[tuple[str, str, str, str, str, str]] = []
    for number in range(people):
        _account(rng, f"acc-{number:05d}", rows)
    rows.sort(key=lambda row: (row[2], row[0]))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("account_id", "event", "timestamp", "plan", "company_size", "amount"))
        writer.writerows(rows)


def _account(rng: np.random.Generator, account: str, rows: list[tuple[str, str, str, str, str, str]]) -> None:
    size = str(rng.choice(["1-10", "11-50", "51-200", "200+"], p=[0.45, 0.3, 0.17, 0.08]))
    now = START + datetime.timedelta(seconds=float(rng.uniform(0, 90 * 86_400)))
    fit = float(rng.beta(2, 4)) + (0.12 if size in ("51-200", "200+") else 0.0)

    def add(name: str, hours: float, plan: str = "", amount: str = "") -> None:
        nonlocal now
        now += datetime.timedelta(seconds=float(rng.exponential(hours * 3600)) + 1)
        rows.append((account, name, now.strftime("%Y-%m-%d %H:%M:%S"), plan, size, amount))

    add("visit", 0.01)
    if rng.random() < 0.35:
        add("read_case_study", 0.2)
    if rng.random() > 0.55 + 0.3 * fit:
        return
    add("view_pricing", 0.3)
    if rng.random() < 0.18 + 0.3 * fit:
        add("use_calculator", 0.2)
        fit += 0.22
    if rng.random() < 0.2:
        add("compare_plans", 0.2)
    if rng.random() > 0.25 + 0.7 * fit:
        return
    add("sign_up", 20)
    if rng.random() > 0.55 + 0.4 * fit:
        return
    add("tutorial_complete", 30)
    if rng.random() < 0.5:
        add("invite_colleague", 40)
        fit += 0.08
    if rng.random() > 0.2 + 0.75 * fit:
        return
    plan = str(rng.choice(["team", "business"], p=[0.7, 0.3]))
    add("subscribe", 120, plan, "240.00" if plan == "team" else "900.00")
    if rng.random() < 0.12:
        add("upgrade", 600, "business", "900.00")


if __name__ == "__main__":
    main()
