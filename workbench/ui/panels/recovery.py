"""Recovery: what winning back a share of the abandoned carts above a threshold would bring."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.forecast.recovery import Recovery, RecoveryRate, recovery, round_thresholds, usual_threshold
from workbench.journey.element import Element, ElementId
from workbench.journey.taxonomy import Kind
from workbench.session.desk import Desk
from workbench.session.forecast_questions import Carts, carts_of
from workbench.ui import numbers
from workbench.ui.fields import NumberField, label
from workbench.ui.panels.panel import AskingPanel, Cell, Table
from workbench.ui.theme import theme

_HEADERS = ("Carts above", "Carts", "Worth each", "Won back", "Revenue")
_MEANING = {
    "Carts": "Abandoned carts worth more than the threshold.",
    "Worth each": "Their mean value.",
    "Won back": "Carts times the recovery rate, and times the low and the high one.",
    "Revenue": "What these carts are worth, with the range of the recovery rate; the carts are those counted.",
}
_CART_WORDS = ("cart", "basket", "bag")
_FORM_WIDTH = 318


class RecoveryPanel(AskingPanel):
    """Counted carts where an event tells their value; else a typed number and value."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title, self.note = label("", "title"), label("", "muted")
        self.cart = QComboBox()
        self.cart.setAccessibleName("Cart element")
        self.cart.activated.connect(lambda _: self._ask())
        self.threshold, self.carts, self.value = NumberField(), NumberField("number"), NumberField("each")
        self.rate, self.low, self.high = (NumberField(is_rate=True, high=1.0) for _ in range(3))
        for field, start in ((self.rate, 0.15), (self.low, 0.10), (self.high, 0.20)):
            field.show_value(start)
            field.setFixedWidth(60)
        fields = (self.threshold, self.carts, self.value, self.rate, self.low, self.high)
        names = ("Threshold", "Number of carts", "Value of a cart", "Recovery rate", "Recovery from", "Recovery to")
        for field, name in zip(fields, names, strict=True):
            field.setAccessibleName(name)
            field.committed.connect(lambda _: self.refresh())
        self.table = Table(_HEADERS)
        self.table.explain_headers(_MEANING)
        self.table.keep_order()
        self.table.cellClicked.connect(lambda row, _: self._on_row(row))
        self._of: tuple[float, ...] | None = None
        self._inputs: tuple[object, ...] = ()
        self._place()

    def _place(self) -> None:
        self._typed = QWidget()
        typed = QHBoxLayout(self._typed)
        typed.setContentsMargins(0, 0, 0, 0)
        for part in (self.carts, QLabel("at"), self.value):
            typed.addWidget(part)
        rates = QHBoxLayout()
        rates.setSpacing(8)
        for part in (self.rate, QLabel("in"), self.low, QLabel("to"), self.high):
            rates.addWidget(part)
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        self._typed_name = QLabel("Typed")
        names = (QLabel("Cart"), QLabel("Above"), self._typed_name)
        for row, (name, widget) in enumerate(zip(names, (self.cart, self.threshold, self._typed), strict=True)):
            grid.addWidget(name, row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(QLabel("Won back"), 3, 0)
        grid.addLayout(rates, 3, 1)
        grid.setRowStretch(4, 1)
        form = QWidget()
        form.setFixedWidth(_FORM_WIDTH)
        form.setLayout(grid)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.title)
        right.addWidget(self.note)
        right.addWidget(self.table, 1)
        right.addStretch(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(16)
        layout.addWidget(form)
        layout.addLayout(right, 1)

    # --- which carts

    def on_seen(self) -> None:
        super().on_seen()
        self._fill_carts()

    def _candidates(self) -> list[Element]:
        return [e for e in self.desk.session.journey.elements if e.is_bound and e.kind is not Kind.MACRO]

    def _fill_carts(self) -> None:
        offered = self._candidates()
        wanted = [(e.title, e.element_id) for e in offered]
        if [(self.cart.itemText(i), self.cart.itemData(i)) for i in range(self.cart.count())] == wanted:
            return
        held = self.cart.currentData()
        self.cart.clear()
        for title, element_id in wanted:
            self.cart.addItem(title, element_id)
        known = [e.element_id for e in offered]
        self.cart.setCurrentIndex(known.index(held) if held in known else _likely(offered))
        self._ask()

    def _ask(self) -> None:
        element_id = self.cart.currentData()
        self.ask(None if element_id is None else carts_of(ElementId(element_id)))

    # --- showing

    def show_figures(self) -> None:
        self._fill_carts()
        self.table.setEnabled(not self.is_answer_old)
        fields = (self.threshold, self.carts, self.value, self.rate, self.low, self.high)
        around = (theme().colours, self.is_waiting, self.desk.shelf.first, self.desk.session.journey.currency)
        inputs = (self.question, self._answer(), *(field.value for field in fields), *around)
        if inputs != self._inputs:
            self._inputs = inputs
            self._show()

    def _answer(self) -> Carts | None:
        found: Carts | None = self.answer
        return found

    def _show(self) -> None:
        found = self._answer()
        is_counted = found is not None and bool(found.values)
        for widget in (self._typed, self._typed_name):
            widget.setVisible(not is_counted)
        self.threshold.setEnabled(is_counted)
        self.table.setVisible(is_counted)
        if found is not None and is_counted and found.values != self._of:
            self._of = found.values
            self.threshold.show_value(usual_threshold(found.values))
        try:
            rate = RecoveryRate(self.rate.value or 0.0, self.low.value or 0.0, self.high.value or 0.0)
        except WorkbenchError as error:
            self.title.setText(error.message)
            self.note.setText(error.hint)
            return
        if found is not None and is_counted:
            self._show_counted(found, rate)
        else:
            self._show_typed(found, rate)

    def _show_counted(self, found: Carts, rate: RecoveryRate) -> None:
        limit = self.threshold.value or 0.0
        made = recovery(found.values, limit, rate)
        above = f"above {self._money(limit)}" if limit else "of any worth"
        self.title.setText(self._headline(made, above) if made is not None else f"No abandoned cart is {above}")
        self.note.setText(
            f"{numbers.count(len(found.values))} carts were abandoned: what a person put aside at "
            f"{self.cart.currentText()} since the last purchase, none following within "
            f"{numbers.duration(found.window_s)}; worth by “{found.value_property}”. Carts whose "
            f"{numbers.duration(found.window_s)} are not over are left out. If the recovery rate is real."
        )
        limits = sorted({*round_thresholds(found.values), limit})
        rows = [(limit_, recovery(found.values, limit_, rate)) for limit_ in limits]
        self.table.fill([self._row(limit_, row) for limit_, row in rows], [str(limit_) for limit_, _ in rows])
        self.table.selectRow(limits.index(limit))

    def _show_typed(self, found: Carts | None, rate: RecoveryRate) -> None:
        carts, value = self.carts.value, self.value.value
        why = self._why_not(found)
        if carts is None or value is None:
            self.title.setText("What abandoned carts would bring back")
            self.note.setText(f"{why} Type how many carts are abandoned and what one is worth.")
            return
        made = Recovery(round(carts), value, rate)
        low, high = made.orders_range
        self.title.setText(self._headline(made, f"at {self._money(value)} (typed)"))
        self.note.setText(f"{why} {made.orders:,.1f} orders ({low:,.1f} to {high:,.1f}), if the recovery rate is real.")

    def _why_not(self, found: Carts | None) -> str:
        if found is not None:
            return found.why_not or f"Nobody abandoned a cart within {numbers.duration(found.window_s)}."
        if self.is_waiting and self.question is not None:
            return "Counting abandoned carts…"
        if self.desk.shelf.first is None or self.desk.shelf.first.store is None:
            return "No events are loaded, so no cart is counted."
        return "Bind a rule to the cart and to the macro-conversion to count carts."

    def _headline(self, made: Recovery, above: str) -> str:
        low, high = made.revenue_range
        return (
            f"{numbers.count(made.carts)} carts {above}: {numbers.rate(made.rate.rate)} won back is "
            f"{self._money(made.revenue)} ({self._money(low)} to {self._money(high)})"
        )

    def _money(self, value: float) -> str:
        return numbers.money(value, self.desk.session.journey.currency)

    def _row(self, limit: float, made: Recovery | None) -> list[Cell]:
        if made is None:
            return [(self._money(limit), limit), ("0", 0.0), *[(numbers.NO_DATA, None)] * 3]
        orders, money = made.orders_range, made.revenue_range
        return [
            (self._money(limit), limit),
            (numbers.count(made.carts), float(made.carts)),
            (self._money(made.cart_value), made.cart_value),
            (f"{made.orders:,.1f} ({orders[0]:,.1f} to {orders[1]:,.1f})", made.orders),
            (f"{self._money(made.revenue)} ({self._money(money[0])} to {self._money(money[1])})", made.revenue),
        ]

    def _on_row(self, row: int) -> None:
        self.threshold.show_value(float(self.table.target(row)))
        self.refresh()


def _likely(offered: list[Element]) -> int:
    """The element that sounds like a cart: by its name, else by its events."""
    for words in ([e.title for e in offered], [" ".join(e.rule.events) if e.rule else "" for e in offered]):
        for place, text in enumerate(words):
            if any(word in text.lower() for word in _CART_WORDS):
                return place
    return 0 if offered else -1
