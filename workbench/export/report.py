"""The report: plain tables of what the map says, from which workbook and JSON are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.analysis.dead_end_table import DeadEndTable, dead_end_table
from workbench.analysis.dead_ends import DeadEnd
from workbench.analysis.drivers import matched_differences
from workbench.analysis.ground import Ground
from workbench.analysis.intervals import wilson
from workbench.analysis.measures import Grade, Measures
from workbench.analysis.segment_choice import properties_to_offer
from workbench.analysis.timeline import DEFAULT_AMBIENT
from workbench.analysis.withheld import is_withheld, withheld
from workbench.export import definitions
from workbench.export.forecast_tables import ForecastTables
from workbench.export.tables import Cell, Column, Format, Table
from workbench.forecast.bands import Posterior
from workbench.forecast.figures import CardFigures, MapFigures, map_figures
from workbench.forecast.headroom import Headroom, headrooms
from workbench.forecast.model import ForecastModel
from workbench.forecast.what_if import Outcome, outcome
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS, Assumptions
from workbench.journey.element import Element, LinkId
from workbench.journey.journey import Journey, Lever

if TYPE_CHECKING:
    from workbench.events.aggregates import StepCounts
    from workbench.events.report import ImportReport
    from workbench.events.store import EventStore


@dataclass(frozen=True, slots=True)
class Source:
    """One loaded dataset, as the report describes it."""

    names: tuple[str, ...]
    store: EventStore | None = None
    counts: StepCounts | None = None
    imported: ImportReport | None = None


@dataclass(frozen=True)
class Report:
    """Everything that leaves the house, except pictures."""

    journey: Journey
    figures: MapFigures
    measures: Measures
    outcome: Outcome | None
    dead_ends: DeadEndTable | None = None
    sources: tuple[Source, ...] = ()
    withheld_below: int = 0
    posterior: Posterior | None = None
    headrooms: Mapping[LinkId, Headroom] = field(default_factory=dict)
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables in reading order."""
        return (
            self.overview,
            self.steps,
            self.links,
            self.drop_offs,
            self.dead_end_rows,
            *(self.forecasts.forecast, self.forecasts.scenarios, self.forecasts.ranking),
            self.taxonomy,
            self.definitions,
            self.data_summary,
        )

    def _card(self, element: Element) -> CardFigures:
        return self.figures.cards.get(element.element_id, CardFigures())

    @property
    def overview(self) -> Table:
        journey, macro = self.journey, self.journey.headline_macro
        card = self._card(macro) if macro else CardFigures()
        revenue = self.outcome.revenue if self.outcome else None
        worst = max(self._leading(), key=lambda e: self._card(e).stopped or 0, default=None)
        rows: list[tuple[Cell, ...]] = [
            ("Journey", journey.name),
            ("Made", self.made_at.strftime("%Y-%m-%d %H:%M UTC")),
            ("Program", f"Breadcrumb {__version__}"),
            ("Currency", journey.currency),
            ("Window", definitions.duration(journey.window_s)),
            ("Counted", definitions.counted(journey)),
            ("Withheld", self._withheld_words),
            ("People who entered", self.measures.entered),
            ("Macro-conversion", macro.title if macro else None),
            ("Conversions", card.people),
            ("Conversion rate", card.first),
            ("Revenue", revenue.value if revenue else None),
            ("Most people leave at", worst.title if worst else None),
            ("Left there", self._card(worst).stopped if worst else None),
            ("Elements", len(journey.elements)),
            ("Links", len(journey.links)),
        ]
        return Table("Overview", (Column("Figure"), Column("Value")), tuple(rows))

    @property
    def _withheld_words(self) -> str | None:
        if self.withheld_below <= 1:
            return None
        return f"Counts of 1 to {self.withheld_below - 1} people, and those that would give them away, are left empty."

    def _leading(self) -> list[Element]:
        return [e for e in self.journey.elements if self.journey.outgoing.get(e.element_id)]

    def _ordered(self) -> list[Element]:
        place = {i: n for n, i in enumerate(self.journey.happy_path)}
        trail = [e for e in self.journey.elements if e.stage_id is None]
        ordered: list[Element] = []
        for element in sorted(trail, key=lambda e: place.get(e.element_id, len(place))):
            ordered += [element, *self.journey.seated.get(element.element_id, ())]
        return ordered

    @property
    def steps(self) -> Table:
        columns = (
            *(Column("Element"), Column("Kind"), Column("On stage"), Column("On happy path")),
            Column("People", Format.COUNT),
            *(Column("Of previous", Format.RATE), Column("Low 95 %", Format.RATE), Column("High 95 %", Format.RATE)),
            *(Column("Counted", Format.COUNT), Column("Of", Format.COUNT)),
            *(Column("Of first", Format.RATE), Column("Left here", Format.COUNT), Column("Drop-off", Format.RATE)),
            *(Column("Grade"), Column("Rows without a person", Format.RATE)),
        )
        return Table(
            "Steps", columns, tuple(self._step(e) for e in self._ordered()), "People: units whose path has the element."
        )

    def _step(self, element: Element) -> tuple[Cell, ...]:
        card, stage = self._card(element), element.stage_id
        previous = card.previous
        return (
            element.title,
            element.kind.value,
            self.journey.element_by_id[stage].title if stage else None,
            element.element_id in self.journey.happy_path,
            card.people,
            previous.value,
            previous.low,
            previous.high,
            previous.k,
            previous.n,
            card.first,
            card.stopped,
            card.stopped_rate,
            card.grade.value,
            card.unseen,
        )

    @property
    def links(self) -> Table:
        known = self.journey.element_by_id
        columns = (
            *(
                Column("From"),
                Column("To"),
                Column("Took it", Format.COUNT),
                Column("Of those at the start", Format.RATE),
            ),
            *(
                Column("Ever", Format.COUNT),
                Column("Nothing between", Format.COUNT),
                Column("Median seconds", Format.NUMBER),
            ),
            *(Column("Leads back"), Column("Grade")),
        )
        rows = []
        for link in self.journey.links:
            shown = self.figures.links[link.link_id]
            ends = known[link.source_id].title, known[link.target_id].title
            figures = (shown.people, shown.rate, shown.eventually, shown.direct, shown.median_s)
            rows.append((*ends, *figures, link.returns, shown.grade.value))
        return Table("Links", columns, tuple(rows), "Took it: units that went this way on their path; these add up.")

    @property
    def drop_offs(self) -> Table:
        columns = (
            *(Column("Element"), Column("People", Format.COUNT), Column("Left here", Format.COUNT)),
            *(Column("Drop-off", Format.RATE), Column("Low 95 %", Format.RATE), Column("High 95 %", Format.RATE)),
            *(Column("Money lost", Format.MONEY), Column("Biggest by"), Column("Did instead")),
        )
        ranked = sorted(self._leading(), key=lambda e: -(self._card(e).stopped or 0.0))
        rows = [self._drop_off(e) for e in ranked if self._card(e).stopped is not None]
        return Table(
            "Drop-offs", columns, tuple(rows), "Ranked by people; the biggest by rate and by money are marked too."
        )

    def _drop_off(self, element: Element) -> tuple[Cell, ...]:
        card = self._card(element)
        is_estimated = card.grade is Grade.ESTIMATED
        low, high = (None, None) if is_estimated else _interval(card.stopped, card.people)
        instead = ", ".join(f"{name} {n:,}" for name, n in card.instead[:5])
        figures = (card.people, card.stopped, card.stopped_rate, low, high, card.money_lost)
        return (element.title, *figures, ", ".join(card.leaks), instead)

    @property
    def dead_end_rows(self) -> Table:
        columns = (
            *(
                Column("Action"),
                Column("Verdict"),
                Column("People", Format.COUNT),
                Column("Converted after", Format.COUNT),
            ),
            *(Column("Rate", Format.RATE), Column("At most (95 %)", Format.RATE), Column("Adjusted p", Format.NUMBER)),
            Column("More people needed", Format.COUNT),
        )
        found = self.dead_ends
        if found is None:
            return Table("Dead ends", columns, (), "Needs event data and a macro-conversion with a rule.")
        least = self.withheld_below
        told = [row for row in found.rows if not _is_small(row.verdict, least)]
        rows = [
            (
                row.name,
                row.verdict.fate.value.replace("_", " "),
                row.verdict.n,
                row.verdict.k,
                row.verdict.rate,
                row.verdict.upper,
                row.verdict.p_adjusted,
                row.verdict.missing,
            )
            for row in told
        ]
        note = (
            f"Of {found.mature:,} people whose {definitions.duration(found.window_s)} are over, "
            f"{(found.base_rate or 0) * 100:.2f} % convert; a dead end stays under half of that beyond doubt."
        )
        hidden = len(found.rows) - len(told)
        note += f" {hidden} rows with too few people are withheld." if hidden else ""
        return Table("Dead ends", columns, tuple(rows), note)

    @property
    def forecasts(self) -> ForecastTables:
        return ForecastTables(self.journey, self.outcome, self.posterior, self.headrooms)

    @property
    def taxonomy(self) -> Table:
        titles = ("Element", "Kind", "Level", "Mechanism", "Phase", "Signal", "Rule", "KPI", "Owner", "Value", "Notes")
        columns = tuple(Column(t, Format.MONEY if t == "Value" else Format.TEXT) for t in titles)
        rows = [
            (
                *(e.title, e.kind.value, e.kind.level),
                *(facet.value if facet else None for facet in (e.mechanism, e.phase, e.signal)),
                str(e.rule) if e.rule and e.is_bound else None,
                *(e.details.kpi or None, e.details.owner or None, e.value, e.details.notes or None),
            )
            for e in self._ordered()
        ]
        return Table("Taxonomy", columns, tuple(rows))

    @property
    def definitions(self) -> Table:
        return Table("Definitions", (Column("Word"), Column("Meaning")), definitions.rows(self.journey))

    @property
    def data_summary(self) -> Table:
        columns = (Column("Source"), Column("Figure"), Column("Value"), Column("Example"))
        rows: list[tuple[Cell, ...]] = []
        for source in self.sources:
            rows += _summary(source)
        if self.withheld_below > 1:
            rows = [_without_example(row, self.withheld_below) for row in rows]
        return Table("Data summary", columns, tuple(rows), "" if rows else "No data was loaded: rates are typed.")


def report_of(
    journey: Journey,
    measures: Measures,
    levers: tuple[Lever, ...] = (),
    sources: Iterable[Source] = (),
    assumptions: Assumptions = DEFAULT_ASSUMPTIONS,
) -> Report:
    """Put a report together: all figures are computed here, so that window and command line agree.

    Counts of fewer people than the journey says are withheld before anything is computed from them.
    """
    held, least = tuple(sources), journey.withhold_below
    measures = withheld(journey, measures, least)
    first = next((s for s in held if s.store is not None), None)
    ground = dead = None
    if first is not None and first.store is not None:
        ground = Ground.of(journey, first.store, ignored_events(first.imported))
        dead = dead_end_table(ground) if ground is not None else None
    moved = [*levers, *(lever for scenario in journey.scenarios for lever in scenario.levers)]
    needs_effect = any(lever.target_id in _seats(journey) for lever in moved)
    associations = matched_differences(ground.drivers) if ground is not None and needs_effect else None
    model = ForecastModel.of(journey, measures, associations)
    made = outcome(model, levers, assumptions)
    figures, drawn = map_figures(journey, measures, made), Posterior.of(model)
    return Report(journey, figures, measures, made, dead, held, least, drawn, _headrooms(journey, first, least))


def _headrooms(journey: Journey, source: Source | None, least: int) -> Mapping[LinkId, Headroom]:
    """Of own better weeks and the best segment of the property offered first.

    Unknown where small counts are withheld, as weeks and segments are small.
    """
    if source is None or source.store is None or least > 1:
        return {}
    name = next(iter(properties_to_offer(source.store)), None)
    return headrooms(journey, source.store, ignored_events(source.imported), name)


def _is_small(verdict: DeadEnd, least: int) -> bool:
    """Whether those who did it, converted after it, or did not convert, are too few to be told."""
    return any(is_withheld(count, least) for count in (verdict.n, verdict.k, verdict.n - verdict.k))


def _without_example(row: tuple[Cell, ...], least: int) -> tuple[Cell, ...]:
    """A row of the data summary without what stands in the data, and without small counts."""
    name, figure, value, _ = row
    is_small = isinstance(value, int) and is_withheld(value, least)
    return name, figure, f"under {least}" if is_small else value, None


def _seats(journey: Journey) -> set[str]:
    return {element.element_id for element in journey.elements if element.stage_id is not None}


def ignored_events(imported: ImportReport | None) -> tuple[str, ...]:
    """Events that say nothing about a choice: the usual ones, and those that the export's format calls technical."""
    return (*DEFAULT_AMBIENT, *(imported.technical if imported else ()))


def _interval(k: float | None, n: float | None) -> tuple[float | None, float | None]:
    if k is None or not n or k != round(k) or n != round(n):
        return None, None
    low, high = wilson(round(k), round(n))
    return float(low), float(high)


def _summary(source: Source) -> Sequence[tuple[Cell, ...]]:
    name = ", ".join(source.names)
    found = source.imported
    if found is None:
        steps = source.counts.steps if source.counts is not None else ()
        return [(name, "Steps with counts (aggregated)", len(steps), ", ".join(steps[:5]))]
    rows: list[tuple[Cell, ...]] = [
        (name, "Format", found.title, None),
        (name, "Rows read", found.rows, None),
        (name, "Events kept", found.kept, None),
        (name, "People", found.users, None),
        (name, "First", definitions.instant(found.first_us), None),
        (name, "Last", definitions.instant(found.last_us), None),
        (name, "Revenue", found.revenue, None),
    ]
    rows += [(name, f"Dropped: {d.reason.value}", d.count, d.example) for d in found.dropped]
    rows += [(name, f"Mended: {r.kind.value}", r.count, r.example) for r in found.repairs]
    rows += [(name, f"Noticed: {q.kind}", q.count, q.text) for q in found.quality]
    rows += [(name, f"Event: {event}", n, None) for event, n in sorted(found.event_totals.items(), key=lambda p: -p[1])]
    return rows
