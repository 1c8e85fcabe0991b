"""The forecast as tables: the levers against as-is, the saved scenarios side by side, and what brings most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

from workbench.export.tables import Cell, Column, Format, Table
from workbench.forecast.assuming import sentences
from workbench.forecast.bands import Band, Posterior
from workbench.forecast.comparison import ComparedRow, What, compare
from workbench.forecast.headroom import Headroom, benchmarks_of
from workbench.forecast.model import ForecastModel
from workbench.forecast.sensitivity import LinkSensitivity, sensitivity_table
from workbench.forecast.what_if import Outcome, Projection
from workbench.journey.assumptions import DEFAULT_ASSUMPTIONS
from workbench.journey.element import LinkId
from workbench.journey.journey import Journey, Scenario

_BETTER_SELF = "own better self: the upper quartile of own weeks or the best segment of at least 300 people"
_AS_IS = Scenario("As-is")


@dataclass(frozen=True)
class ForecastTables:
    """Of one map under the levers of a report; bands are 95 % of the posterior's draws."""

    journey: Journey
    outcome: Outcome | None
    posterior: Posterior | None
    headrooms: Mapping[LinkId, Headroom] = field(default_factory=dict)

    @property
    def forecast(self) -> Table:
        columns = (
            *(Column("Figure"), Column("As-is", Format.NUMBER), Column("Scenario", Format.NUMBER)),
            *(Column("Low 95 %", Format.NUMBER), Column("High 95 %", Format.NUMBER)),
            *(Column("Difference", Format.NUMBER), Column("Lift", Format.RATE), Column("Grade")),
        )
        made = self.outcome
        if made is None:
            return Table("Forecast", columns, (), "The loops on this map keep people for ever.")
        title = self.journey.name_of
        rows = [_projected(f"People at {title(i)}", p) for i, p in made.reach.items()]
        rows += self._macros(made)
        rows += [
            _projected(f"Value per person at {title(i)}", p)
            for i, p in made.value_to_go.items()
            if i not in made.macros
        ]
        moved = ", ".join(f"{title(lever.target_id)} = {lever.value:g}" for lever in made.levers)
        taken = " ".join(sentences(made.assumptions, title, bool(self.journey.seated)))
        return Table("Forecast", columns, tuple(rows), f"Levers: {moved or 'none moved'}. {taken}")

    def _macros(self, made: Outcome) -> list[tuple[Cell, ...]]:
        held = self.posterior.bands(made.levers, made.assumptions) if self.posterior is not None else None
        rows = []
        for i, p in made.macros.items():
            band = held.macros[i].expected.band(0.95) if held is not None else None
            rows.append(_projected(f"Conversions: {self.journey.name_of(i)}", p, band))
        revenue = held.revenue.expected.band(0.95) if held is not None and held.revenue is not None else None
        return [*rows, _projected(f"Revenue ({self.journey.currency})", made.revenue, revenue)]

    @property
    def scenarios(self) -> Table:
        """As-is and every saved scenario, with the difference to as-is on the same draws."""
        columns = (
            *(Column("Scenario"), Column("Figure"), Column("Value", Format.NUMBER), Column("Low 95 %", Format.NUMBER)),
            *(Column("High 95 %", Format.NUMBER), Column("Difference", Format.NUMBER)),
            *(Column("Difference low", Format.NUMBER), Column("Difference high", Format.NUMBER)),
            *(Column("Lift", Format.RATE), Column("Takes for granted")),
        )
        rows: list[tuple[Cell, ...]] = []
        if self.posterior is not None:
            for scenario in (_AS_IS, *self.journey.scenarios):
                rows += self._scenario(self.posterior, scenario)
        return Table("Scenarios", columns, tuple(rows), "Against as-is; what both share cancels in the difference.")

    def _scenario(self, posterior: Posterior, scenario: Scenario) -> list[tuple[Cell, ...]]:
        taken = " ".join(sentences(scenario.assumptions, self.journey.name_of, bool(self.journey.seated)))
        found = compare(posterior, _AS_IS, scenario).rows
        shown = [row for row in found if row.what in (What.REVENUE, What.CONVERSIONS)]
        return [(scenario.name, self._figure(row), *_compared(row), taken) for row in shown]

    def _figure(self, row: ComparedRow) -> str:
        if row.what is What.REVENUE:
            return f"Revenue ({self.journey.currency})"
        return f"Conversions: {self.journey.name_of(row.target_id)}"

    @property
    def ranking(self) -> Table:
        """What each link brings at its own better self, by one point and by a tenth more, against as-is."""
        columns = (
            *(Column("Change"), Column("Rate", Format.RATE), Column("Own better self", Format.RATE)),
            *(Column("Better self brings", Format.NUMBER), Column("Better low 95 %", Format.NUMBER)),
            *(Column("Better high 95 %", Format.NUMBER), Column("+1 point brings", Format.NUMBER)),
            *(Column("Low 95 %", Format.NUMBER), Column("High 95 %", Format.NUMBER)),
            *(Column("+10 % brings", Format.NUMBER), Column("Elasticity", Format.NUMBER)),
            Column("First in draws", Format.RATE),
        )
        if self.posterior is None or not self.posterior.model.link_ids:
            return Table("What brings most", columns, ())
        model = self.posterior.model
        rates = dict(zip(model.link_ids, model.known_rate.tolist(), strict=True))
        source = self.outcome.assumptions.source if self.outcome is not None else DEFAULT_ASSUMPTIONS.source
        found = sensitivity_table(self.posterior, benchmarks_of(self.headrooms, rates), source)
        rows = tuple(self._ranked(row, model, found.in_money) for row in found.rows)
        unit = f"In {self.journey.currency}" if found.in_money else "In conversions"
        way = _BETTER_SELF if found.by_headroom else "+1 point"
        note = f"{unit}, against as-is, if a lift is real and later rates hold. Ranked by {way}."
        return Table("What brings most", columns, rows, f"{note} {found.sentence}".strip())

    def _ranked(self, row: LinkSensitivity, model: ForecastModel, in_money: bool) -> tuple[Cell, ...]:
        """A row of the ranking; the model counts with 0 where a rate is not known, the table leaves it empty."""
        rate = float(model.rate[model.edge_of[row.link_id]])
        better: tuple[Cell, ...] = (row.headroom, *_ends(row.headroom_band))
        gains: tuple[Cell, ...] = (row.plus_1pp, *_ends(row.plus_1pp_band), row.plus_10pct)
        if not self._has_outcome(in_money):
            better, gains = (None,) * len(better), (None,) * len(gains)
        known = (None if isnan(rate) else rate, row.benchmark)
        return (self.journey.name_of(row.link_id), *known, *better, *gains, row.elasticity, row.first_share)

    def _has_outcome(self, in_money: bool) -> bool:
        if self.outcome is None:
            return False
        figure = self.outcome.revenue if in_money else self.outcome.headline
        return figure is not None and figure.value is not None


def _projected(name: str, p: Projection, band: Band | None = None) -> tuple[Cell, ...]:
    is_known = band is not None and p.value is not None
    return (name, p.base, p.value, *_ends(band if is_known else None), p.difference, p.lift, p.grade.value)


def _ends(band: Band | None) -> tuple[float | None, float | None]:
    return (None, None) if band is None else (band.low, band.high)


def _compared(row: ComparedRow) -> tuple[Cell, ...]:
    return (row.right.value, *_ends(row.right.band), row.difference, *_ends(row.band), row.lift)
