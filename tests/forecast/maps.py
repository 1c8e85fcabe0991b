"""Small journeys that the forecast tests share."""

from __future__ import annotations

import numpy as np

from workbench.analysis.measures import ElementFigures, Grade, LinkFigures, Measures
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey
from workbench.journey.taxonomy import Kind


def element(name: str, kind: Kind = Kind.STAGE, **facets: object) -> Element:
    return Element(ElementId(name), kind, name.title(), **facets)  # type: ignore[arg-type]


def link(source: str, target: str, rate: float | None = None, **facets: object) -> Link:
    return Link(LinkId(f"{source}-{target}"), ElementId(source), ElementId(target), rate=rate, **facets)  # type: ignore[arg-type]


def line(
    rates: tuple[float | None, ...] = (0.08, 0.5, 0.6), volume: float | None = 50_000, **facets: object
) -> Journey:
    """page > cart > checkout > order, an order being worth 80."""
    names = ("page", "cart", "checkout", "order")
    elements = [
        element("page", volume=volume),
        element("cart"),
        element("checkout"),
        element("order", Kind.MACRO, value=80.0),
    ]
    links = [link(a, b, r) for a, b, r in zip(names, names[1:], rates, strict=False)]
    return Journey(elements=tuple(elements), links=tuple(links), happy_path=tuple(map(ElementId, names)), **facets)  # type: ignore[arg-type]


def branching() -> Journey:
    """page > {reviews | cart}, reviews > cart, cart > order; a returning link from cart to page."""
    elements = (
        element("page", volume=1000),
        element("reviews"),
        element("cart"),
        element("order", Kind.MACRO, value=50.0),
    )
    links = (
        link("page", "reviews", 0.3),
        link("page", "cart", 0.2),
        link("reviews", "cart", 0.5),
        link("cart", "order", 0.4),
        link("cart", "page", None, returns=True),
    )
    return Journey(elements=elements, links=links)


def measured_line(counts: tuple[int, ...] = (5000, 400, 180, 96)) -> tuple[Journey, Measures]:
    """The line without typed figures, measured."""
    journey = line((None, None, None), volume=None)
    figures = {
        e.element_id: ElementFigures(
            e.element_id,
            people=n,
            before=counts[i - 1] if i else None,
            came=n if i else None,
            entered=n if i == 0 else 0,
            stopped=n - counts[i + 1] if i + 1 < len(counts) else None,
            grade=Grade.MEASURED,
        )
        for i, (e, n) in enumerate(zip(journey.elements, counts, strict=True))
    }
    links = {
        k.link_id: LinkFigures(k.link_id, took=counts[i + 1], people=counts[i], grade=Grade.MEASURED)
        for i, k in enumerate(journey.links)
    }
    return journey, Measures(None, figures, links, entered=counts[0])


def random_map(seed: int, nodes: int = 8) -> Journey:
    """A random acyclic map whose last element is the macro-conversion."""
    rng = np.random.default_rng(seed)
    names = [f"n{i}" for i in range(nodes)]
    elements = [element(n, volume=float(rng.integers(1, 5000)) if i < 2 else None) for i, n in enumerate(names[:-1])]
    elements.append(element(names[-1], Kind.MACRO, value=float(rng.integers(5, 200))))
    links = []
    for i in range(nodes - 1):
        targets = sorted(set(rng.integers(i + 1, nodes, 3).tolist()) | {i + 1})
        shares = rng.dirichlet(np.ones(len(targets) + 1))
        links += [link(names[i], names[j], float(r)) for j, r in zip(targets, shares, strict=False)]
    return Journey(elements=tuple(elements), links=tuple(links), seed=seed + 1)
