"""The target: where a single rate or volume would have to be for a number of conversions, or money, to come out."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from workbench.errors import WorkbenchError
from workbench.forecast.target import Way, WayKind, ways_to
from workbench.session.desk import Desk
from workbench.ui import numbers
from workbench.ui.fields import NumberField, label
from workbench.ui.panels.panel import Cell, Panel, Table

_HEADERS = ("One change alone", "Today", "Needed", "Distance", "Best of own weeks", "Says")
_MEANING = {
    "Today": "Where it stands now: as-is, or under the levers that are moved.",
    "Needed": "Where this one alone would have to be, all others staying as they are.",
    "Best of own weeks": "Its best of the last 12 complete weeks with at least 30 people, carried over to the map.",
}
_ORDERS, _MONEY = 0, 1
_SOON_MS = 150
_EMPTY = "Link elements and load data, or type rates and a volume, to see what a target takes."


class TargetPanel(Panel):
    """Answers in words; the chosen change can be put on its lever."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.goal = NumberField("number")
        self.goal.setAccessibleName("Target")
        self.goal.setFixedWidth(110)
        self.unit = QComboBox()
        self.unit.setAccessibleName("Unit of the target")
        self.use = QPushButton("Put it on the lever")
        self.table = Table(_HEADERS, stretch=0, name_width=230)
        self.table.explain_headers(_MEANING)
        self.table.keep_order()
        self.ways: dict[str, Way] = {}
        self._weeks: object = None
        self._place()
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._solve)
        desk.forecaster.bands_changed.connect(self._on_bands)
        desk.session.document_replaced.connect(lambda: self.goal.show_value(None))
        self.goal.committed.connect(lambda _: self._solve())
        self.unit.activated.connect(lambda _: self._on_unit())
        self.use.clicked.connect(self._on_use)
        self.table.cellClicked.connect(lambda row, _: self.jump_asked.emit(self.table.target(row)))
        self.table.itemSelectionChanged.connect(self._on_selected)

    def _place(self) -> None:
        head = QHBoxLayout()
        for widget in (QLabel("I need"), self.goal, self.unit):
            head.addWidget(widget)
        head.addWidget(self.note, 1)
        head.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)

    def on_seen(self) -> None:
        self.desk.analyst.want(self.desk.headroom)

    def on_hidden(self) -> None:
        self.desk.analyst.forget_want(self.desk.headroom.name)

    def show_figures(self) -> None:
        journey = self.desk.session.journey
        macro = journey.headline_macro
        units = [macro.title if macro is not None else "conversions"]
        if self.desk.forecaster.model.has_value:
            units.append(f"revenue ({journey.currency})")
        if [self.unit.itemText(i) for i in range(self.unit.count())] != units:
            chosen = max(0, self.unit.currentIndex())
            self.unit.clear()
            self.unit.addItems(units)
            self.unit.setCurrentIndex(min(chosen, len(units) - 1))
        if self.goal.value is None:
            self.goal.show_value(self._tenth_more())
        self._soon.start()

    def _on_bands(self) -> None:
        """New weeks may have come in."""
        if self.isVisible() and self.desk.forecaster.headrooms is not self._weeks:
            self._soon.start()

    def _tenth_more(self) -> float | None:
        base = self._now(is_base=True)
        return None if base is None else float(round(base * 1.1))

    def _now(self, is_base: bool = False) -> float | None:
        outcome = self.desk.forecaster.outcome
        figure = None if outcome is None else outcome.revenue if self._is_money else outcome.headline
        return None if figure is None else figure.base if is_base else figure.value

    @property
    def _is_money(self) -> bool:
        return self.unit.currentIndex() == _MONEY

    def _on_unit(self) -> None:
        self.goal.show_value(self._tenth_more())
        self._solve()

    def _solve(self) -> None:
        held, goal = self.desk.forecaster, self.goal.value
        self._weeks = held.headrooms
        self.ways, trouble = {}, held.trouble
        if goal is not None and held.outcome is not None and held.model.link_ids:
            stakes = None if self._is_money else held.model.headline_goal
            try:
                found = ways_to(held.model, goal, held.levers, held.assumptions, stakes)
                self.ways = {way.target_id: way for way in found}
            except WorkbenchError as error:
                trouble = f"{error.message} {error.hint}"
        self._say(goal, trouble)
        self.table.setVisible(bool(self.ways))
        self.table.fill([self._row(way) for way in self.ways.values()], list(self.ways))
        self._on_selected()

    def _say(self, goal: float | None, trouble: str) -> None:
        if goal is None or not self.ways:
            self.title.setText("What a target takes")
            self.note.setText(trouble or _EMPTY)
            return
        able = [way for way in self.ways.values() if way.is_reachable]
        count = f"{len(able)} of {len(self.ways)} changes reach it alone"
        nearest = f"; nearest: {self._name(able[0])} {self._needed(able[0])}" if able else ""
        self.title.setText(f"{self._amount(goal)}: {count}{nearest}")
        moved = ", with the levers as they are" if self.desk.forecaster.is_moved else ""
        now = self._now()
        today = "no data: a rate or a volume is not known" if now is None else self._amount(now)
        self.note.setText(f"Today {today}{moved}. If the lift is real and later rates hold.")

    def _amount(self, value: float | None) -> str:
        if self._is_money:
            return numbers.money(value, self.desk.session.journey.currency)
        return f"{numbers.count(value)} conversions"

    def _name(self, way: Way) -> str:
        name = self.desk.session.journey.name_of(way.target_id)
        return name if way.kind is WayKind.RATE else f"Enter at {name}"

    def _needed(self, way: Way) -> str:
        if way.needed is None or not way.is_reachable:
            return numbers.NO_DATA
        return numbers.rate(way.needed) if way.kind is WayKind.RATE else numbers.count(way.needed)

    def _row(self, way: Way) -> list[Cell]:
        is_rate = way.kind is WayKind.RATE
        now = numbers.rate(way.now) if is_rate else numbers.count(way.now)
        needed = way.needed if way.is_reachable else None
        best, told = self._best(way)
        return [
            self._name(way),
            (now, way.now),
            (self._needed(way), needed),
            (_distance(way), None if needed is None else needed - way.now),
            (numbers.rate(best) if best is not None else numbers.NO_DATA, best, told),
            self._verdict(way, best),
        ]

    def _best(self, way: Way) -> tuple[float | None, str]:
        room = self.desk.forecaster.headrooms.get(way.target_id)  # type: ignore[call-overload]
        if way.kind is WayKind.VOLUME:
            return None, "Volumes are not compared by week."
        if room is None or room.best is None or room.best_times is None:
            return None, "Fewer than 2 complete weeks of it, with 30 people each, are known."
        told = f"{numbers.count(room.best.k)} of {numbers.count(room.best.n)} in its best of {room.weeks} weeks"
        return min(1.0, self._base(way) * room.best_times), f"{told}; {room.best_times:.2f} x its usual rate."

    def _base(self, way: Way) -> float:
        model = self.desk.forecaster.model
        return float(model.known_rate[model.edge_of[way.target_id]])

    def _verdict(self, way: Way, best: float | None) -> str:
        if not way.is_reachable:
            if way.best_total is None or way.needed is None:
                return "cannot reach it alone: it moves nothing"
            return f"cannot reach it alone (at most {self._amount(way.best_total)})"
        if way.needed is not None and best is not None:
            return "its own weeks have been there" if way.needed <= best else "above the best of its own weeks"
        return "reaches it alone"

    def _chosen(self) -> Way | None:
        rows = self.table.selectionModel().selectedRows()
        return self.ways.get(self.table.target(rows[0].row())) if rows else None

    def _on_selected(self) -> None:
        way = self._chosen()
        self.use.setEnabled(way is not None and way.is_reachable)

    def _on_use(self) -> None:
        way = self._chosen()
        if way is not None and way.needed is not None:
            self.desk.forecaster.set_lever(way.target_id, way.needed)


def _distance(way: Way) -> str:
    if way.needed is None or not way.is_reachable:
        return numbers.NO_DATA
    change = way.needed - way.now
    times = f" ({numbers.signed_rate(way.needed / way.now - 1.0)})" if way.now else ""
    if way.kind is WayKind.VOLUME:
        return f"{change:+,.0f} people{times}".replace("-", "−")
    return f"{change * 100:+.2f} points{times}".replace("-", "−")
