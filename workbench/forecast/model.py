"""The map as a forecast model: nodes, rates, volumes and values, each with the grade of where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.measures import ElementFigures, Grade, LinkFigures, Measures
from workbench.forecast.contracted import assumed_rates
from workbench.forecast.flow import Floats, Flow
from workbench.journey.element import Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey

DEFAULT_EVIDENCE = 100.0
_NO_MEASURES = Measures(query=None)


class HintKind(StrEnum):
    """Why a forecast is not whole."""

    NO_RATE = "rate missing"
    ASSUMED = "rate assumed"
    NO_VOLUME = "volume missing"
    OVERFULL = "rates above 100 %"
    ENDLESS = "loop without way out"
    NO_MACRO = "no macro-conversion"
    NO_VALUE = "value missing"
    NO_EFFECT = "effect of a micro-conversion unknown"
    STALE_LEVER = "lever without target"


@dataclass(frozen=True, slots=True)
class Hint:
    """What is missing, in a sentence, and which element or link to jump to."""

    kind: HintKind
    target_id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A micro-conversion that sits on a stage: share of the stage's people who do it, and what doing it goes with.

    `risk_difference` is the macro rate of doers minus that of the others; None where nobody knows.
    """

    element_id: ElementId
    node: int
    did_rate: float | None
    grade: Grade
    risk_difference: float | None = None
    onward_difference: float | None = None
    macro_rate: float | None = None


@dataclass(frozen=True, eq=False)
class ForecastModel:
    """The forecast model of a journey. Rates are NaN where missing; evidence is about how many people stand behind one.

    Compared by identity, so that it can key what was computed on it.

    `risk_difference` of a seat comes first from `associations` (depth-matched), then from the typed share of doers
    who convert, then from what doers and the others did next.
    """

    node_ids: tuple[ElementId, ...]
    link_ids: tuple[str, ...]
    flow: Flow
    rate: Floats
    rate_grade: tuple[Grade, ...]
    evidence: Floats
    traffic: Floats
    traffic_grade: tuple[Grade, ...]
    value: Floats
    macro_nodes: tuple[int, ...]
    headline: int | None
    seats: Mapping[str, Seat] = field(default_factory=dict)
    hints: tuple[Hint, ...] = ()
    seed: int = 1

    @classmethod
    def of(
        cls,
        journey: Journey,
        measures: Measures | None = None,
        associations: Mapping[ElementId, float] | None = None,
    ) -> ForecastModel:
        """Build the model of a journey from its measured, aggregated and typed figures.

        Parameters
        ----------
        journey : Journey
            The map. Elements that links touch, or that have a typed volume, are nodes.
        measures : Measures or None
            What was measured; a typed rate or volume overrides it and is graded estimated.
        associations : mapping of seated micro-conversions to risk differences, optional
            Macro rate of doers minus that of others, depth-matched (for example `Driver.matched.difference`).
        """
        held = measures or _NO_MEASURES
        return _Draft(journey, held, associations or {}, assumed_rates(journey, held)).model()

    @cached_property
    def node_of(self) -> dict[str, int]:
        return {element_id: node for node, element_id in enumerate(self.node_ids)}

    @cached_property
    def edge_of(self) -> dict[str, int]:
        return {link_id: edge for edge, link_id in enumerate(self.link_ids)}

    @property
    def has_value(self) -> bool:
        return bool(np.any(np.isfinite(self.value)))

    @cached_property
    def known_rate(self) -> Floats:
        """Rates with 0 in place of a missing one."""
        return np.nan_to_num(self.rate, nan=0.0)

    @cached_property
    def known_value(self) -> Floats:
        return np.nan_to_num(self.value, nan=0.0)

    @cached_property
    def known_traffic(self) -> Floats:
        return np.nan_to_num(self.traffic, nan=0.0)

    @cached_property
    def headline_goal(self) -> Floats:
        """1 at the headline macro-conversion, else 0."""
        return self.goal(self.headline)

    def goal(self, node: int | None) -> Floats:
        column = np.zeros(len(self.node_ids))
        if node is not None:
            column[node] = 1.0
        return column

    @property
    def stakes(self) -> Floats:
        """What levers are ranked by: money where values are known, else headline macro-conversions."""
        return self.known_value if self.has_value else self.headline_goal

    @cached_property
    def base_people(self) -> Floats:
        return self.flow.reach(self.known_rate, self.known_traffic)

    @cached_property
    def base_chance(self) -> Floats:
        """Probability of the headline macro-conversion from each node."""
        return self.flow.value_to_go(self.known_rate, self.headline_goal)

    def lacks(self, rate: Floats, traffic: Floats) -> NDArray[np.bool_]:
        """Nodes whose reach misses the part that comes over a rate or volume that is NaN."""
        lacking = np.isnan(traffic)
        for _ in range(len(self.node_ids)):
            ways = (lacking[self.flow.source] & (rate != 0.0)) | np.isnan(rate)
            spread = lacking.copy()
            spread[self.flow.target[ways]] = True
            if np.array_equal(spread, lacking):
                break
            lacking = spread
        return lacking


@dataclass(frozen=True)
class _Draft:
    """The steps from a journey and its measures to a model."""

    journey: Journey
    measures: Measures
    associations: Mapping[ElementId, float]
    assumed: Mapping[LinkId, float]

    def model(self) -> ForecastModel:
        nodes, links = self._nodes(), self._links()
        index = {element.element_id: node for node, element in enumerate(nodes)}
        flow = Flow(
            len(nodes), _ints(index[link.source_id] for link in links), _ints(index[link.target_id] for link in links)
        )
        rates = [self._rate(link) for link in links]
        rate = np.array([np.nan if r is None else r for r, _, _ in rates])
        overfull = _overfull(flow, rate)
        rate[np.isin(flow.source, list(overfull))] = np.nan
        endless = self._endless(flow, links, rate)
        rate[endless] = np.nan
        volumes = [self._volume(element) for element in nodes]
        headline = self.journey.headline_macro
        model = ForecastModel(
            node_ids=tuple(index),
            link_ids=tuple(link.link_id for link in links),
            flow=flow,
            rate=rate,
            rate_grade=tuple(grade for _, grade, _ in rates),
            evidence=np.array([evidence for _, _, evidence in rates], dtype=np.float64),
            traffic=np.array([np.nan if v is None else v for v, _ in volumes], dtype=np.float64),
            traffic_grade=tuple(grade for _, grade in volumes),
            value=np.array([np.nan if e.value is None else e.value for e in nodes], dtype=np.float64),
            macro_nodes=tuple(index[m.element_id] for m in self.journey.macros if m.element_id in index),
            headline=index.get(headline.element_id) if headline else None,
            seats=self._seats(index),
            hints=tuple(self._hints(nodes, links, rate, {nodes[n].element_id for n in overfull})),
            seed=self.journey.seed,
        )
        return model

    def _endless(self, flow: Flow, links: list[Link], rate: Floats) -> list[int]:
        """Returning links whose typed rates would keep people for ever; they are left out until changed."""
        if not flow.drains(np.nan_to_num(rate, nan=0.0)):
            return [edge for edge, link in enumerate(links) if link.returns]
        return []

    def _nodes(self) -> list[Element]:
        touched = {end for link in self.journey.links for end in (link.source_id, link.target_id)}
        return [
            e
            for e in self.journey.elements
            if e.stage_id is None and (e.element_id in touched or e.volume is not None or e in self.journey.macros)
        ]

    def _links(self) -> list[Link]:
        """Forward links, and the returning ones whose rate somebody typed, between elements of the trail."""
        trail = {element.element_id for element in self._nodes()}
        return [
            link
            for link in self.journey.links
            if link.source_id in trail and link.target_id in trail and (not link.returns or link.rate is not None)
        ]

    def _rate(self, link: Link) -> tuple[float | None, Grade, float]:
        if link.rate is not None:
            return link.rate, Grade.ESTIMATED, typed_evidence(link)
        figures = self.measures.links.get(link.link_id, LinkFigures(link.link_id))
        if figures.took is None or not figures.people:
            return self.assumed.get(link.link_id), Grade.ESTIMATED, DEFAULT_EVIDENCE
        return figures.took / figures.people, figures.grade, float(figures.people)

    def _volume(self, element: Element) -> tuple[float | None, Grade]:
        if element.volume is not None:
            return element.volume, Grade.ESTIMATED
        figures = self._figures(element.element_id)
        if figures.entered is not None:
            return float(figures.entered), figures.grade
        return (None if element.element_id in self.journey.entry_ids else 0.0), Grade.MEASURED

    def _figures(self, element_id: ElementId) -> ElementFigures:
        return self.measures.elements.get(element_id, ElementFigures(element_id))

    def _seats(self, index: Mapping[ElementId, int]) -> dict[str, Seat]:
        seated = (e for stage_id, seats in self.journey.seated.items() if stage_id in index for e in seats)
        return {e.element_id: self._seat(e, index[e.stage_id]) for e in seated if e.stage_id is not None}

    def _seat(self, element: Element, node: int) -> Seat:
        figures = self._figures(element.element_id)
        did = figures.people / figures.before if figures.people is not None and figures.before else None
        typed = element.typed_rate is not None
        return Seat(
            element_id=element.element_id,
            node=node,
            did_rate=element.typed_rate if typed else did,
            grade=Grade.ESTIMATED if typed or did is None else figures.grade,
            risk_difference=self.associations.get(element.element_id),
            onward_difference=_onward_difference(figures),
            macro_rate=element.typed_macro_rate,
        )

    def _hints(self, nodes: list[Element], links: list[Link], rate: Floats, overfull: set[ElementId]) -> list[Hint]:
        titles = {e.element_id: e.title for e in self.journey.elements}
        missing = (k for k, r in zip(links, rate, strict=True) if np.isnan(r) and k.source_id not in overfull)
        hints = [_rate_hint(link, titles[link.source_id], titles[link.target_id]) for link in missing]
        hints += [
            Hint(HintKind.OVERFULL, i, f"The rates out of {titles[i]} add up to more than 100 %.")
            for i in sorted(overfull)
        ]
        hints += [
            Hint(HintKind.NO_VOLUME, e.element_id, f"Type how many people enter at {e.title}.")
            for e in nodes
            if self._volume(e)[0] is None
        ]
        hints += [
            Hint(
                HintKind.ASSUMED,
                i,
                f"All who were counted around {titles[i]} are taken to pass it.",
            )
            for i in dict.fromkeys(k.source_id for k in links if k.link_id in self.assumed and k.rate is None)
            if not self.journey.element_by_id[i].is_bound
        ]
        return hints + self._macro_hints()

    def _macro_hints(self) -> list[Hint]:
        if not self.journey.macros:
            return [Hint(HintKind.NO_MACRO, "", "Mark the business outcome as a macro-conversion.")]
        if all(element.value is None for element in self.journey.elements):
            macro = self.journey.headline_macro or self.journey.macros[0]
            return [Hint(HintKind.NO_VALUE, macro.element_id, f"Type what one {macro.title} is worth to see revenue.")]
        return []


def _rate_hint(link: Link, source: str, target: str) -> Hint:
    if link.returns:
        return Hint(HintKind.ENDLESS, link.link_id, f"The loop back to {target} keeps people for ever.")
    return Hint(HintKind.NO_RATE, link.link_id, f"Type a rate for {source} to {target}.")


def typed_evidence(link: Link) -> float:
    """About how many people a typed rate counts as: `based_on`, else what its guessed range says, else 100.

    A guessed range is read as holding 90 % of the belief; a beta distribution of that spread has
    r (1 - r) / sd^2 - 1 people behind it.

    Examples
    --------
    >>> from workbench.journey.element import ElementId, LinkId
    >>> link = Link(LinkId("l"), ElementId("a"), ElementId("b"), rate=0.5, rate_low=0.4, rate_high=0.6)
    >>> round(typed_evidence(link))
    67
    """
    if link.based_on is not None and link.based_on > 0:
        return link.based_on
    if link.rate is None or link.rate_low is None or link.rate_high is None or link.rate_high <= link.rate_low:
        return DEFAULT_EVIDENCE
    deviation = (link.rate_high - link.rate_low) / (2 * 1.6448536269514722)
    return float(np.clip(link.rate * (1 - link.rate) / deviation**2 - 1, 1.0, 1e7))


def _onward_difference(figures: ElementFigures) -> float | None:
    """Share that went on among those who did, minus that among those who did not."""
    if None in (figures.people, figures.before, figures.went_on_did, figures.went_on_not):
        return None
    did, others = figures.people or 0, (figures.before or 0) - (figures.people or 0)
    if did <= 0 or others <= 0:
        return None
    return (figures.went_on_did or 0) / did - (figures.went_on_not or 0) / others


def _overfull(flow: Flow, rate: Floats) -> set[int]:
    return {int(n) for n in np.flatnonzero(flow.outflow(np.nan_to_num(rate, nan=0.0)) > 1.0 + 1e-9)}


def _ints(numbers: object) -> NDArray[np.int64]:
    return np.array(list(numbers), dtype=np.int64)  # type: ignore[call-overload]
