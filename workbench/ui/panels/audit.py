"""The audit: one list of findings, each with its evidence, where to look, why, and what may be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis.audits.finding import Evidence, Finding, Severity
from workbench.journey import edits
from workbench.session.analyst import Question
from workbench.session.desk import Desk
from workbench.session.questions import STUDY, study
from workbench.ui import icons, numbers
from workbench.ui.fields import clear, label, tool_button
from workbench.ui.panels.panel import Panel
from workbench.ui.theme import theme

_ICONS = {Severity.BLOCKING: "circle-x", Severity.WARNING: "triangle-alert", Severity.NOTE: "info"}
_MOST_SHOWN = 60


class FindingCard(QFrame):
    """One finding: severity by icon and word, sentence, evidence, actions."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk, finding: Finding, is_dismissed: bool) -> None:
        super().__init__()
        self._desk, self.finding = desk, finding
        self.setProperty("role", "card")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 7, 8, 7)
        layout.addWidget(self._mark(), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(finding.sentence))
        evidence = "  ·  ".join(filter(None, map(evidence_words, finding.evidence)))
        words.addWidget(
            label(
                f"{finding.severity.value} · {finding.kind.value}" + (f"  ·  {evidence}" if evidence else ""), "muted"
            )
        )
        self._why = label(finding.why, "muted")
        self._why.hide()
        words.addWidget(self._why)
        layout.addLayout(words, 1)
        for button in self._buttons(is_dismissed):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _mark(self) -> QLabel:
        c, severity = theme().colours, self.finding.severity
        colour = {Severity.BLOCKING: c.loss, Severity.WARNING: c.warn, Severity.NOTE: c.muted}[severity]
        mark = QLabel()
        mark.setPixmap(icons.pixmap(_ICONS[severity], colour, 18, self.devicePixelRatioF()))
        mark.setAccessibleName(severity.value)
        return mark

    def _buttons(self, is_dismissed: bool) -> list[QWidget]:
        made: list[QWidget] = []
        if self.finding.fix is not None and not is_dismissed:
            fix = QPushButton(self.finding.fix.label)
            fix.clicked.connect(self._on_fix)
            made.append(fix)
        targets = [*self.finding.element_ids, *self.finding.link_ids]
        if targets:
            show = tool_button(icon="map-pin", tip="Show on the map")
            show.clicked.connect(lambda: self.jump_asked.emit(targets[0]))
            made.append(show)
        why = tool_button(icon="circle-help", tip="Why: how this was found")
        why.setCheckable(True)
        why.toggled.connect(self._why.setVisible)
        made.append(why)
        made.append(self._dismiss_button(is_dismissed))
        return made

    def _dismiss_button(self, is_dismissed: bool) -> QToolButton:
        if is_dismissed:
            back = tool_button(icon="rotate-ccw", tip="Bring it back")
            back.clicked.connect(self._on_restore)
            return back
        away = tool_button(icon="x", tip="Dismiss, with a reason")
        away.clicked.connect(self._on_dismiss)
        return away

    def _on_dismiss(self) -> None:
        reason, is_sure = QInputDialog.getText(self, "Dismiss finding", "Why does it not matter here?")
        if is_sure and reason.strip():
            self._desk.session.apply("Dismiss finding", edits.dismiss, self.finding.finding_id, reason.strip())

    def _on_restore(self) -> None:
        self._desk.session.apply("Restore finding", edits.restore, self.finding.finding_id)

    def _on_fix(self) -> None:
        fix = self.finding.fix
        if fix is None:
            return
        edit = getattr(edits, fix.edit)
        if fix.field:
            self._desk.session.apply(fix.label, edit, fix.element_ids, **{fix.field: fix.value})
        else:
            self._desk.session.apply(fix.label, edit, fix.element_ids)


class AuditPanel(Panel):
    """Structural findings at once, those from events once the study is home."""

    jump_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        head = QHBoxLayout()
        self.title = label("", "title")
        self.dismissed = QPushButton("Dismissed")
        self.dismissed.setCheckable(True)
        self.dismissed.toggled.connect(lambda _: self.refresh())
        head.addWidget(self.title, 1)
        head.addWidget(self.dismissed)
        layout.addLayout(head)
        area = QScrollArea(widgetResizable=True)
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(5)
        area.setWidget(holder)
        layout.addWidget(area, 1)
        self._shown: tuple[object, ...] = ()
        desk.findings_changed.connect(self.refresh)

    def on_seen(self) -> None:
        self.desk.analyst.want(Question(STUDY, study))

    def on_hidden(self) -> None:
        self.desk.analyst.forget_want(STUDY)

    def show_figures(self) -> None:
        away = {d.finding_id for d in self.desk.session.journey.dismissed}
        wants_dismissed = self.dismissed.isChecked()
        chosen = [f for f in self.desk.findings if (f.finding_id in away) == wants_dismissed]
        key = (tuple(chosen), wants_dismissed, theme().colours)
        self.dismissed.setText(f"Dismissed ({len(away)})")
        self.dismissed.setVisible(bool(away) or wants_dismissed)
        if key == self._shown:
            return
        self._shown = key
        self.title.setText(headline(chosen, wants_dismissed))
        clear(self._list)
        for finding in chosen[:_MOST_SHOWN]:
            card = FindingCard(self.desk, finding, wants_dismissed)
            card.jump_asked.connect(self.jump_asked)
            self._list.addWidget(card)
        self._list.addStretch(1)


def headline(findings: list[Finding], is_dismissed: bool) -> str:
    """How many findings of each severity."""
    if not findings:
        return "Nothing was dismissed" if is_dismissed else "No findings"
    counts = {s: sum(f.severity is s for f in findings) for s in Severity}
    words = ", ".join(f"{n} {s.value}{'s' * (n != 1 and s is not Severity.BLOCKING)}" for s, n in counts.items() if n)
    return f"{len(findings)} finding{'s' * (len(findings) != 1)}: {words}"


def evidence_words(evidence: Evidence) -> str:
    """ "label 12.3 % (11.9–12.7 %, 45 of 360)"."""
    words = evidence.label
    if evidence.value is not None:
        is_rate = 0 <= evidence.value <= 1
        words += f" {numbers.rate(evidence.value) if is_rate else f'{evidence.value:,.2f}'}"
        low, high = evidence.interval.low, evidence.interval.high
        inside = []
        if low is not None and high is not None:
            inside.append(numbers.interval(low, high) if is_rate else f"{low:,.2f}–{high:,.2f}")
        if evidence.k is not None and evidence.n is not None:
            inside.append(f"{numbers.count(evidence.k)} of {numbers.count(evidence.n)}")
        words += f" ({', '.join(inside)})" if inside else ""
    elif evidence.k is not None and evidence.n is not None:
        words += f" {numbers.count(evidence.k)} of {numbers.count(evidence.n)}"
    if evidence.window_s is not None:
        words += f", within {numbers.duration(evidence.window_s)}"
    return words
