"""Form of the selected link: typed rate, range, window, strictness, direction and results."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.forecast.figures import LinkShown
from workbench.journey import edits
from workbench.journey.element import Link
from workbench.journey.rule import Rule
from workbench.session.desk import Desk
from workbench.ui.fields import NumberField, TextField, form, label, section
from workbench.ui.panels.results import link_lines


class LinkForm(QWidget):
    """Edits go to all selected links; results show for the first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.heading = label("", "title")
        self.rate = NumberField("measured, or type a guess", is_rate=True, high=1.0)
        self.low = NumberField("lowest", is_rate=True, high=1.0)
        self.high = NumberField("highest", is_rate=True, high=1.0)
        self.based_on = NumberField("about how many people")
        self.window_field = NumberField("hours, none of its own")
        self.exclusion = TextField("event names, with commas")
        self.strict = QCheckBox("Nothing may happen in between")
        self.returns = QCheckBox("Leads back (closes a loop)")
        self.results = QLabel(wordWrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.addWidget(self.heading)
        layout.addWidget(section("Guess"))
        holder, rows = form()
        rows.addRow("Rate", self.rate)
        rows.addRow("From", self.low)
        rows.addRow("To", self.high)
        rows.addRow("Based on", self.based_on)
        layout.addWidget(holder)
        layout.addWidget(section("Rules"))
        holder, rows = form()
        rows.addRow("Window", self.window_field)
        rows.addRow("Excludes", self.exclusion)
        rows.addRow(self.strict)
        rows.addRow(self.returns)
        layout.addWidget(holder)
        layout.addWidget(section("Results"))
        layout.addWidget(self.results)
        layout.addStretch(1)
        self._connect()

    def _connect(self) -> None:
        for name, field in (
            ("rate", self.rate),
            ("rate_low", self.low),
            ("rate_high", self.high),
            ("based_on", self.based_on),
        ):
            field.committed.connect(lambda value, f=name: self._amend(**{f: value}))
        self.window_field.committed.connect(lambda h: self._amend(window_s=None if h is None else h * 3600))
        self.exclusion.committed.connect(self._on_exclusion)
        self.strict.clicked.connect(lambda on: self._amend(is_strict=on))
        self.returns.clicked.connect(self._on_returns)

    def _amend(self, **fields: Any) -> None:
        ids = [link.link_id for link in self._desk.session.selected_links]
        try:
            self._desk.session.apply("Change link", edits.amend_links, ids, **fields)
        except WorkbenchError as error:
            self._desk.session.said.emit(str(error))
        self.refresh()

    def _on_returns(self, returns: bool) -> None:
        ids = [link.link_id for link in self._desk.session.selected_links]
        try:
            self._desk.session.apply("Turn link", edits.turn_link, ids, returns)
        except WorkbenchError as error:
            self._desk.session.said.emit(f"{error.message} {error.hint}")
        self.refresh()

    def _on_exclusion(self, text: str) -> None:
        names = tuple(part.strip() for part in text.split(",") if part.strip())
        self._amend(exclusion=Rule(names) if names else None)

    def refresh(self) -> None:
        links = self._desk.session.selected_links
        if not links:
            return
        link, journey = links[0], self._desk.session.journey
        source, target = journey.element_by_id[link.source_id], journey.element_by_id[link.target_id]
        more = f" and {len(links) - 1} more" if len(links) > 1 else ""
        self.heading.setText(f"{source.title} → {target.title}{more}")
        self.rate.show_value(link.rate)
        self.low.show_value(link.rate_low)
        self.high.show_value(link.rate_high)
        self.based_on.show_value(link.based_on)
        self.window_field.show_value(None if link.window_s is None else link.window_s / 3600)
        self.exclusion.show_value(", ".join(link.exclusion.events) if link.exclusion else "")
        self.strict.setChecked(link.is_strict)
        self.returns.setChecked(link.returns)
        shown = self._desk.shown.links.get(link.link_id, LinkShown())
        self.results.setText("<br>".join(link_lines(self._desk, link, shown)))
        self.results.setToolTip(self._definition(link))

    def _definition(self, link: Link) -> str:
        """How the people of a link were counted, once they were."""
        from workbench.analysis.explain import explain_link

        query, titles = self._desk.analyst.measures.query, self._desk.session.journey.element_by_id
        if query is None or all(known.link_id != link.link_id for known in query.links):
            return ""
        return explain_link(query, link.link_id, {i: element.title for i, element in titles.items()})
