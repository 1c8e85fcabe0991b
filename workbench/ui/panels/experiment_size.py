"""Size of an experiment: people, weeks and the smallest visible lift, on the micro- and on the macro-conversion."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from workbench.journey.element import Element
from workbench.journey.taxonomy import Kind
from workbench.progress import Progress
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField, form
from workbench.ui.panels.panel import Cell, Table
from workbench.ui.panels.sums_panel import SumsPanel

if TYPE_CHECKING:
    from workbench.forecast.trial import Plan, Sized, Surrogate

_DAY_US = 86_400_000_000
_HEADERS = ("", "Read on the micro", "Read on the macro")
_FIELDS = (
    ("micro", "Micro rate", True, "Share of all who enter that do it"),
    ("macro", "Macro rate", True, "Share of all who enter that convert"),
    ("lift", "Lift", True, "Relative change that is to be seen: 10 % raises 8 % to 8.8 %"),
    ("per_day", "People a day", False, "Who enter and may take part"),
    ("share", "Of them in it", True, "Share of those people who are assigned to an arm"),
    ("arms", "Arms", False, "Control included; each other arm is compared with it at 5 % / (arms − 1)"),
    ("power", "Power", True, "Chance to see the lift if it is real"),
    ("window", "Window, days", False, "How long people have to convert before they are read"),
    ("weeks", "Weeks there are", False, "For the smallest lift that can be seen in that time"),
)
_STANDARD = {"lift": 0.10, "share": 1.0, "arms": 2.0, "power": 0.8, "weeks": 8.0}


class ExperimentSize(SumsPanel):
    """Fields are filled from what was measured until somebody types."""

    def __init__(self, desk: Desk) -> None:
        holder, rows = form()
        self.element = QComboBox()
        self.element.setAccessibleName("Micro-conversion")
        rows.addRow("Micro", self.element)
        self.fields: dict[str, NumberField] = {}
        self.typed: dict[str, float | None] = {}
        for name, words, is_rate, tip in _FIELDS:
            field = NumberField("", is_rate=is_rate, high=1.0 if is_rate and name != "lift" else None)
            field.setAccessibleName(words)
            field.committed.connect(partial(self._on_typed, name))
            rows.addRow(words, field)
            label = rows.labelForField(field)
            if label is not None:
                label.setToolTip(tip)
            self.fields[name] = field
        self.table = Table(_HEADERS, stretch=2, name_width=190)
        self.table.keep_order()
        super().__init__(desk, holder, self.table)
        self.element.activated.connect(lambda _: self._on_element())

    def _on_typed(self, name: str, value: float | None) -> None:
        if value is None:
            self.typed.pop(name, None)
        else:
            self.typed[name] = value
        self.refresh()

    def _on_element(self) -> None:
        self.typed.pop("micro", None)
        self.refresh()

    def show_figures(self) -> None:
        self._offer()
        for name, field in self.fields.items():
            field.show_value(self.values.get(name))
        super().show_figures()

    def _offer(self) -> None:
        micros = [e for e in self.desk.session.journey.elements if e.kind is Kind.MICRO]
        items = [(e.title, str(e.element_id)) for e in micros]
        if items == [(self.element.itemText(i), self.element.itemData(i)) for i in range(self.element.count())]:
            return
        before = self.element.currentData()
        with QSignalBlocker(self.element):
            self.element.clear()
            for title, value in items:
                self.element.addItem(title, value)
            self.element.setCurrentIndex(max(0, self.element.findData(before)))

    @property
    def values(self) -> dict[str, float | None]:
        """What was typed, over what was measured, over the standard."""
        return {**_STANDARD, **self._measured(), **self.typed}

    def _measured(self) -> dict[str, float | None]:
        journey = self.desk.session.journey
        micro = next((e for e in journey.elements if str(e.element_id) == self.element.currentData()), None)
        window = None if journey.window_s is None else round(journey.window_s / 86_400, 2)
        return {
            "micro": self._share(micro),
            "macro": self._share(journey.headline_macro),
            "per_day": self._per_day(),
            "window": window,
        }

    def _per_day(self) -> float | None:
        """People who entered in the time that the map looks at."""
        from workbench.analysis.query import Query

        store = self.desk.shelf.first.store if self.desk.shelf.first is not None else None
        entered = self.desk.analyst.measures.entered
        if store is None or not entered or store.first_us is None or store.data_end_us is None:
            return None
        span = Query.of(self.desk.session.journey).span()
        passed = min(store.data_end_us, span.to_us) - max(store.first_us, span.from_us)
        return round(entered / max(passed / _DAY_US, 1.0), 1)

    def _share(self, element: Element | None) -> float | None:
        """Of all who enter, how many came to an element, without levers."""
        figures = self.desk.figures.cards.get(element.element_id) if element is not None else None
        entered = self.desk.analyst.measures.entered
        if figures is None:
            return None
        if entered and figures.base_people is not None:
            return round(figures.base_people / entered, 6) or None
        return round(figures.first, 6) if figures.first and not self.desk.forecaster.is_moved else None

    def work(self) -> Callable[[Progress], Any] | None:
        values = self.values
        plans = self._plan(values, "micro"), self._plan(values, "macro")
        needed = ("micro", "macro", "lift")
        missing = ", ".join(words for name, words, _, _ in _FIELDS if name in needed and not values.get(name))
        if plans[0] is None or plans[1] is None:
            self.title.setText("Size of an experiment")
            self.note.setText(f"Type what is missing: {missing}. Measured rates are filled in by themselves.")
            return None
        return partial(_sized, plans[0], plans[1])

    def _plan(self, values: dict[str, float | None], base: str) -> Plan | None:
        from workbench.forecast.trial import Plan

        rate, lift = values.get(base), values.get("lift")
        if not rate or not lift:
            return None
        return Plan(
            rate,
            lift,
            power=values.get("power") or 0.8,
            arms=max(2, round(values.get("arms") or 2)),
            per_day=values.get("per_day"),
            allocation=values.get("share") or 1.0,
            window_days=round(values.get("window") or 0),
            weeks=values.get("weeks"),
        )

    def show_answer(self, found: Surrogate) -> None:
        self.title.setText(headline(found))
        self.note.setText(_warning(found))
        self.table.fill(_rows(found))


def _sized(micro: Plan, macro: Plan, progress: Progress) -> Surrogate:
    from workbench.forecast.trial import surrogate

    return surrogate(micro, macro)


def headline(found: Surrogate) -> str:
    """Both sizes in one sentence."""
    small, large = numbers.count(found.micro.per_arm), numbers.count(found.macro.per_arm)
    words = f"{small} people per arm on the micro, {large} on the macro"
    return words if found.factor is None else f"{words} ({found.factor:.1f} times as many)"


def _warning(found: Surrogate) -> str:
    words = "The micro decides sooner only if its lift passes on in full to the macro."
    if found.macro_half is not None:
        words += f" If half passes on, the macro test needs {numbers.count(found.macro_half)} per arm."
    return f"{words} Keep the macro as a guardrail with its interval."


def _rows(found: Surrogate) -> list[list[Cell]]:
    micro, macro = found.micro, found.macro
    power = "" if found.macro_power is None else numbers.rate(found.macro_power)
    seen = "none" if found.macro_visible is None else f"+{numbers.rate(found.macro_visible)}"
    return [
        ["People per arm", numbers.count(micro.per_arm), numbers.count(macro.per_arm)],
        ["Enrolment", _weeks(micro), _weeks(macro)],
        ["Read on day", _day(micro), _day(macro)],
        ["Lift seen in the time there is", _visible(micro), _visible(macro)],
        ["Chance at the micro's size", "", power],
        ["Lift seen at the micro's size", "", seen],
    ]


def _weeks(side: Sized) -> str:
    if side.duration is None:
        return "type people a day"
    weeks = side.duration.enrol_weeks
    said = f"{weeks} weeks ({numbers.count(side.duration.enrol_days)} days)"
    return said if side.is_testable else f"✕ not testable: {said}"


def _day(side: Sized) -> str:
    return numbers.NO_DATA if side.duration is None else numbers.count(side.duration.readout_day)


def _visible(side: Sized) -> str:
    if side.people_in_time is None:
        return "type people a day and weeks"
    per_arm = f"({numbers.count(side.people_in_time)} per arm)"
    return f"none {per_arm}" if side.visible_lift is None else f"+{numbers.rate(side.visible_lift)} {per_arm}"
