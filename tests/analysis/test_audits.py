"""Audits: each finding appears where it is due, names its evidence, and not elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.stores import DAY_S, null_log, store_of, with_property
from workbench.analysis.audits.audit import audit, audit_on, live_audit, open_findings
from workbench.analysis.audits.checklist import Answer, Knowledge, executive_checklist, pitfalls
from workbench.analysis.audits.finding import Finding, FindingKind, Severity, percent, window_words
from workbench.analysis.audits.lights import Light, selection_tests
from workbench.analysis.ground import Ground
from workbench.analysis.measure import measure
from workbench.analysis.measures import ElementFigures, LinkFigures, Measures
from workbench.analysis.query import Query
from workbench.events.source import import_events
from workbench.events.store import EventStore
from workbench.journey import edits
from workbench.journey.element import Details, Element, ElementId, Link, LinkId
from workbench.journey.journey import Journey, Segment
from workbench.journey.rule import Rule
from workbench.journey.taxonomy import Kind, Mechanism, Phase, Popup, Role, Signal
from workbench.project.file import load

SAMPLES = Path(__file__).parents[2] / "sample_data"


def element(name: str, kind: Kind = Kind.MICRO, **facets: object) -> Element:
    return Element(ElementId(name), kind, name.replace("_", " ").capitalize(), **facets)  # type: ignore[arg-type]


def journey_of(*extra: Element, path: Iterable[str] = ("page", "order"), **facets: object) -> Journey:
    page = element("page", Kind.STAGE, rule=Rule(("view",)))
    order = element("order", Kind.MACRO, rule=Rule(("purchase",)), value=50.0)
    links = (Link(LinkId("l"), page.element_id, order.element_id),)
    ids = tuple(ElementId(name) for name in path)
    return Journey(elements=(page, *extra, order), links=links, happy_path=ids, window_s=14 * DAY_S, **facets)  # type: ignore[arg-type]


def found(findings: Iterable[Finding], kind: FindingKind) -> list[Finding]:
    return [finding for finding in findings if finding.kind is kind]


def test_a_map_without_macro_is_blocked_and_offers_the_fix() -> None:
    journey = Journey(elements=(element("a", Kind.STAGE),), happy_path=(ElementId("a"),))
    (finding,) = found(live_audit(journey), FindingKind.NO_MACRO)
    assert finding.severity is Severity.BLOCKING
    assert finding.fix is not None
    mended = getattr(edits, finding.fix.edit)(journey, finding.fix.element_ids, finding.fix.value)
    assert not found(live_audit(mended), FindingKind.NO_MACRO)


def test_three_primary_asks_on_one_stage_are_too_many_and_two_are_not() -> None:
    seats = [element(f"ask{i}", stage_id=ElementId("page"), is_primary=True) for i in range(3)]
    (finding,) = found(live_audit(journey_of(*seats)), FindingKind.CHOICE_PARALYSIS)
    assert finding.element_ids[0] == "page"
    assert finding.fix is not None
    mended = edits.amend(journey_of(*seats), finding.fix.element_ids, **{finding.fix.field: finding.fix.value})
    assert not found(live_audit(mended), FindingKind.CHOICE_PARALYSIS)


def test_a_soft_signal_that_is_only_noted_is_fine_but_one_that_drives_is_not() -> None:
    soft = element("share", signal=Signal.SOFT, rule=Rule(("share",)))
    assert not found(live_audit(journey_of(soft)), FindingKind.SOFT_AS_INTENT)
    assert found(live_audit(journey_of(replace(soft, is_primary=True))), FindingKind.SOFT_AS_INTENT)
    used = journey_of(soft, segments=(Segment("Sharers", did=(Rule(("share",)),)),))
    assert "Sharers" in found(live_audit(used), FindingKind.SOFT_AS_INTENT)[0].sentence


@pytest.mark.parametrize(
    ("facets", "kind"),
    [
        ({"details": Details(field_count=6)}, FindingKind.FIELD_COUNT),
        ({"details": Details(field_count=4), "phase": Phase.AWARENESS}, FindingKind.FIELD_COUNT),
        ({"details": Details(popup=Popup.ON_LANDING)}, FindingKind.POPUP_ON_LANDING),
        ({"details": Details(tag_count=11)}, FindingKind.TAG_WEIGHT),
        ({"role": Role.ASK}, FindingKind.MISSING_REWARD),
        ({"mechanism": Mechanism.ACTION, "details": Details(effort_s=45)}, FindingKind.MISSING_REWARD),
        ({"commitment": 8, "phase": Phase.AWARENESS, "stage_id": ElementId("page")}, FindingKind.EFFORT_LADDER),
    ],
)
def test_the_details_of_an_element_are_read(facets: dict[str, object], kind: FindingKind) -> None:
    assert found(live_audit(journey_of(element("ask", Kind.MICRO, **facets))), kind)


@pytest.mark.parametrize(
    ("facets", "kind"),
    [
        ({"details": Details(field_count=5)}, FindingKind.FIELD_COUNT),
        ({"details": Details(popup=Popup.ON_EXIT)}, FindingKind.POPUP_ON_LANDING),
        ({"details": Details(tag_count=10)}, FindingKind.TAG_WEIGHT),
        ({"role": Role.ASK, "details": Details(reward="10 % off")}, FindingKind.MISSING_REWARD),
    ],
)
def test_what_is_within_bounds_is_no_finding(facets: dict[str, object], kind: FindingKind) -> None:
    assert not found(live_audit(journey_of(element("ask", Kind.MICRO, **facets))), kind)


def test_a_large_ask_before_a_small_one_breaks_the_ladder() -> None:
    large, small = element("demo", commitment=8), element("newsletter", commitment=2)
    rising = journey_of(small, large, path=("page", "newsletter", "demo", "order"))
    falling = journey_of(small, large, path=("page", "demo", "newsletter", "order"))
    assert not found(live_audit(rising), FindingKind.EFFORT_LADDER)
    assert found(live_audit(falling), FindingKind.EFFORT_LADDER)[0].element_ids == ("demo", "newsletter")


def test_a_shared_rule_names_both() -> None:
    twins = [element("one", rule=Rule(("tap",))), element("two", rule=Rule(("tap",)))]
    (finding,) = found(live_audit(journey_of(*twins)), FindingKind.SHARED_RULE)
    assert finding.element_ids == ("one", "two")


def test_a_conversion_without_rule_matters_only_once_there_are_data() -> None:
    journey = journey_of(element("chat"))
    assert not found(live_audit(journey), FindingKind.UNBOUND)
    assert found(live_audit(journey, Measures(None, entered=5)), FindingKind.UNBOUND)[0].element_ids == ("chat",)


def test_findings_keep_their_id_and_can_be_dismissed() -> None:
    journey = journey_of(element("ask", role=Role.ASK))
    (finding,) = found(live_audit(journey), FindingKind.MISSING_REWARD)
    dismissed = edits.dismiss(edits.rename(journey, ElementId("ask"), "New name"), finding.finding_id, "agreed")
    assert not found(open_findings(dismissed, live_audit(dismissed)), FindingKind.MISSING_REWARD)


def counted(*losses: tuple[str, int, int, float | None]) -> Measures:
    figures = {ElementId(i): ElementFigures(ElementId(i), people=n, stopped=k, money_lost=m) for i, n, k, m in losses}
    return Measures(None, figures, entered=1)


def line(*names: str) -> Journey:
    elements = [element(name, Kind.STAGE) for name in names[:-1]] + [element(names[-1], Kind.MACRO, value=10.0)]
    links = [Link(LinkId(f"{a}-{b}"), ElementId(a), ElementId(b)) for a, b in pairwise(names)]
    return Journey(elements=tuple(elements), links=tuple(links), happy_path=tuple(map(ElementId, names)))


def test_the_biggest_drop_is_named_by_rate_people_and_money() -> None:
    findings = audit(
        line("a", "b", "c", "d"), counted(("a", 1000, 400, 10.0), ("b", 600, 300, 90.0), ("c", 300, 290, 5.0))
    )
    drops = {f.element_ids[0]: f.sentence for f in found(findings, FindingKind.BIGGEST_DROP)}
    assert set(drops) == {"a", "b", "c"}
    assert "by people" in drops[ElementId("a")]
    assert "by money" in drops[ElementId("b")]
    assert "by share" in drops[ElementId("c")]


def test_close_drops_are_called_not_separable() -> None:
    findings = audit(line("a", "b", "c"), counted(("a", 60, 30, None), ("b", 30, 14, None)))
    assert any("Not separable" in f.sentence for f in found(findings, FindingKind.BIGGEST_DROP))


def test_a_count_that_grows_is_told_and_not_computed() -> None:
    figures = {ElementId("b"): ElementFigures(ElementId("b"), came=120, before=100)}
    assert found(audit(line("a", "b", "c"), Measures(None, figures)), FindingKind.GROWING_COUNT)


def test_the_ask_at_which_acceptance_collapses_is_found() -> None:
    accepted = {"newsletter": 820, "quiz": 640, "webinar": 610, "whitepaper": 180, "demo": 150}
    asks = [element(n, commitment=c, role=Role.ASK) for c, n in enumerate(accepted, start=1)]
    figures = {ElementId(n): ElementFigures(ElementId(n), came=k, before=1000) for n, k in accepted.items()}
    (finding,) = found(audit(journey_of(*asks), Measures(None, figures)), FindingKind.FRICTION)
    assert finding.element_ids == ("webinar", "whitepaper")
    assert "43.0 points" in finding.sentence


def test_a_stage_that_holds_nobody_is_found_among_its_peers() -> None:
    measures = counted(("a", 1000, 300, None), ("b", 700, 200, None), ("c", 500, 480, None))
    (finding,) = found(audit(line("a", "b", "c", "d"), measures), FindingKind.NO_SECONDARY_ACTION)
    assert finding.element_ids == ("c",)


def test_hard_abandons_need_people_and_a_majority() -> None:
    figures = ElementFigures(ElementId("a"), people=1000, stopped=400, instead=(("(nothing)", 350), ("faq", 50)))
    assert found(audit(line("a", "b"), Measures(None, {ElementId("a"): figures})), FindingKind.HARD_ABANDON)
    few = replace(figures, instead=(("faq", 300), ("(nothing)", 100)))
    assert not found(audit(line("a", "b"), Measures(None, {ElementId("a"): few})), FindingKind.HARD_ABANDON)


def form_rows() -> list[tuple[str, float, str]]:
    rows: list[tuple[str, float, str]] = []
    for u in range(200):
        rows += [(f"u{u}", 0.0, "start"), (f"u{u}", 5.0, "email")]
        if u % 2:
            rows.append((f"u{u}", 9.0, "phone"))
        if u % 4 == 3:
            rows += [(f"u{u}", 12.0, "submit"), (f"u{u}", 20.0, "purchase")]
    return rows


def test_a_form_is_judged_field_by_field() -> None:
    roles = (Role.FORM_START, Role.FORM_FIELD, Role.FORM_FIELD, Role.FORM_SUBMIT)
    parts = [
        element(n, role=r, rule=Rule((n,))) for n, r in zip(("start", "email", "phone", "submit"), roles, strict=True)
    ]
    journey, store = journey_of(*parts), store_of(form_rows(), 40 * DAY_S)
    (finding,) = found(audit(journey, None, store, ()), FindingKind.FORM_ABANDON)
    assert [(e.k, e.n) for e in finding.evidence] == [(100, 200), (50, 100)]
    assert "25 % of all starters submit" in finding.sentence


def test_a_video_decays_by_people_not_by_events() -> None:
    marks = [element(f"video{m}", role=Role.VIDEO_MILESTONE, rule=Rule((f"v{m}",))) for m in (25, 50, 75)]
    rows = [(f"u{u}", float(t), "v25") for u in range(100) for t in range(3)]
    rows += [(f"u{u}", 9.0, "v50") for u in range(20)] + [(f"u{u}", 10.0, "v75") for u in range(18)]
    store = store_of([*rows, ("u1", 99.0, "purchase")], 40 * DAY_S)
    (finding,) = found(audit(journey_of(*marks), None, store, ()), FindingKind.DECAY)
    assert [(e.k, e.n) for e in finding.evidence] == [(100, 100), (20, 100), (18, 100)]


def erroneous(seed: int = 5) -> EventStore:
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, float, str]] = []
    for u in range(3_000):
        rows += [(f"u{u:04d}", 0.0, "view"), (f"u{u:04d}", 1.0, "cart")]
        fails = rng.uniform() < 0.3
        rows.append((f"u{u:04d}", 2.0, "error" if fails else "details"))
        if rng.uniform() < (0.05 if fails else 0.3):
            rows.append((f"u{u:04d}", 3.0, "purchase"))
    return store_of(rows, 40 * DAY_S)


def test_an_error_state_is_weighed_with_the_value_lost_by_type() -> None:
    store = erroneous()
    is_error = store.event == store.code_by_name["error"]
    codes = np.where(is_error, 1 + (np.cumsum(is_error) % 4 == 0), 0)
    store = with_property(store, "error_type", codes.tolist(), ["address", "card"])
    journey = journey_of(element("failure", role=Role.ERROR, rule=Rule(("error",))))
    (finding,) = found(audit(journey, None, store, ()), FindingKind.ERROR_STATE)
    assert finding.money is not None
    assert finding.money == pytest.approx(900 * 0.25 * 50, rel=0.25)
    assert [e.label for e in finding.evidence[2:]] == ["address", "card"]
    assert not found(audit(journey, None, store, ()), FindingKind.UNDERPERFORMS)


def test_a_group_that_a_step_loses_is_found_and_an_even_one_is_not() -> None:
    rng = np.random.default_rng(2)
    rows: list[tuple[str, float, str]] = []
    for u in range(2_000):
        rows.append((f"u{u:04d}", 0.0, "view"))
        if rng.uniform() < (0.1 if u % 2 else 0.3):
            rows.append((f"u{u:04d}", 1.0, "purchase"))
    store = store_of(rows, 40 * DAY_S)
    owner = np.repeat(np.arange(store.n_users), np.diff(store.user_offset))
    tagged = with_property(store, "device.category", (1 + owner % 2).tolist(), ["desktop", "mobile"])
    even = with_property(store, "country", (1 + owner // 2 % 2).tolist(), ["DE", "US"])
    (finding,) = found(audit(journey_of(), None, tagged, ()), FindingKind.LEAK)
    assert "mobile" in finding.sentence
    assert not found(audit(journey_of(), None, even, ()), FindingKind.LEAK)


def test_selection_lights_tell_seen_frequent_and_correlated() -> None:
    store = erroneous()
    journey = journey_of(element("failure", rule=Rule(("error",))), element("chat"))
    ground = Ground.of(journey, store, ())
    assert ground is not None
    tests = selection_tests(journey, measure(Query.of(journey), store), ground.drivers)
    failure, chat = tests[ElementId("failure")], tests[ElementId("chat")]
    assert (failure.observable, failure.frequent, failure.correlated) == (Light.YES, Light.YES, Light.NO)
    assert (chat.observable, chat.frequent, chat.correlated) == (Light.NO, Light.UNKNOWN, Light.UNKNOWN)


def test_the_executive_checklist_says_no_data_rather_than_no() -> None:
    answers = [point.answer for point in executive_checklist(journey_of())]
    assert answers == [Answer.UNKNOWN, Answer.UNKNOWN, Answer.OPEN, Answer.DONE, Answer.UNKNOWN, Answer.UNKNOWN]


def test_pitfalls_of_values_names_and_guardrails() -> None:
    chained = journey_of(path=("page", "order"))
    valued = chained.with_elements(replace(e, value=5.0) for e in chained.elements)
    store = store_of([("a", 0.0, "addToCart"), ("a", 1.0, "add_to_cart"), ("a", 2.0, "payment_failed")])

    ids = {finding.finding_id for finding in pitfalls(valued, Knowledge(store=store))}
    assert ids == {
        "pitfall:no-guardrail",
        "pitfall:double-counting:page",
        "pitfall:names:addtocart",
        "pitfall:untagged-errors",
    }


def test_an_empty_map_is_left_in_peace() -> None:
    assert all(f.kind is FindingKind.CHECKLIST for f in audit(Journey()))
    assert not pitfalls(Journey())


@pytest.mark.parametrize(
    ("value", "words"), [(0.0825, "8.25 %"), (0.00299, "0.30 %"), (0.5, "50 %"), (None, "no data")]
)
def test_rates_are_told_in_three_digits(value: float | None, words: str) -> None:
    assert percent(value) == words


def of_data(findings: Iterable[Finding]) -> set[FindingKind]:
    wanted = {
        FindingKind.DEAD_END,
        FindingKind.UNDERPERFORMS,
        FindingKind.STRONG,
        FindingKind.LEAK,
        FindingKind.ERROR_STATE,
        FindingKind.FRICTION,
        FindingKind.TRACKING_BREAK,
        FindingKind.ALERT,
    }
    return {finding.kind for finding in findings} & wanted


def test_null_logs_bring_no_data_findings_but_by_stated_chance() -> None:
    journey = Journey(
        elements=(element("order", Kind.MACRO, rule=Rule(("purchase",)), value=9.0),), window_s=14 * DAY_S
    )
    alarmed = [seed for seed in range(100, 140) if of_data(audit(journey, None, null_log(seed), ()))]
    # At q = 5 % about 2 of 40 are due.
    assert len(alarmed) <= 6


def sample(name: str, data: str) -> tuple[Journey, tuple[Finding, ...]]:
    journey = load(SAMPLES / f"{name}.journey")
    store, _ = import_events([SAMPLES / data])
    return journey, audit_on(journey, measure(Query.of(journey), store), store, Ground.of(journey, store))


def test_the_shops_planted_stories_are_found() -> None:
    _, findings = sample("shop", "shop_events.parquet")
    assert [f.element_ids for f in found(findings, FindingKind.DEAD_END)] == [("gift-finder",)]
    (leak,) = found(findings, FindingKind.LEAK)
    assert leak.element_ids == ("begin-checkout", "shipping-entered")
    assert "mobile" in leak.sentence
    assert found(findings, FindingKind.ERROR_STATE)[0].element_ids == ("checkout-error",)
    (gap,) = found(findings, FindingKind.TRACKING_BREAK)
    assert gap.element_ids == ("add-to-wishlist",)
    assert "from 2026-03-23 to 2026-03-29" in gap.sentence
    assert "size-guide-opened" in {i for f in found(findings, FindingKind.STRONG) for i in f.element_ids}
    assert not {"share"} & {i for f in found(findings, FindingKind.STRONG) for i in f.element_ids}


def test_the_products_planted_calculator_is_found() -> None:
    _, findings = sample("saas", "saas_events.csv")
    assert [f.element_ids for f in found(findings, FindingKind.STRONG)] == [("calculator-used",)]
    assert not found(findings, FindingKind.DEAD_END)


def test_links_without_figures_are_no_trouble() -> None:
    journey = line("a", "b")
    measures = Measures(None, {}, {LinkId("a-b"): LinkFigures(LinkId("a-b"))})
    assert not of_data(audit(journey, measures))


def test_an_action_too_rare_to_judge_is_told_as_undecided_with_the_people_needed() -> None:
    rows = [(f"u{i}", 0.0, "view") for i in range(4_000)]
    rows += [(f"u{i}", 1.0, "chat") for i in range(120)]
    rows += [(f"u{i}", 2.0, "purchase") for i in range(200, 280)]
    chat = element("chat", rule=Rule(("chat",)))
    (finding,) = found(audit(journey_of(chat), None, store_of(rows, 40 * DAY_S), ()), FindingKind.UNDECIDED)
    assert "undecided, about 179 more people" in finding.sentence
    assert finding.evidence[0].n == 120


def test_done_points_of_the_checklist() -> None:
    chained = journey_of(
        element("ask", role=Role.ASK, rule=Rule(("ask",)), details=Details(reward="a guide", field_count=2)),
        segments=(Segment("A"), Segment("B")),
    )
    store = store_of([("a", 0.0, "ask"), ("a", 1.0, "purchase")])
    answers = [p.answer for p in executive_checklist(chained, Knowledge(None, (), True, store))]
    assert answers == [Answer.UNKNOWN, *[Answer.DONE] * 5]
    heavy = journey_of(element("ask", details=Details(field_count=9)))
    assert executive_checklist(heavy)[1].answer is Answer.OPEN
    assert executive_checklist(Journey())[3].answer is Answer.UNKNOWN
    unseen = executive_checklist(chained, Knowledge(store=store_of([("a", 0.0, "other")])))
    assert unseen[3].answer is Answer.OPEN


def test_vanity_and_too_many_are_pitfalls() -> None:
    micros = [element(f"m{i}", signal=Signal.SOFT if i < 8 else Signal.INTENT) for i in range(13)]
    ids = {finding.finding_id for finding in pitfalls(journey_of(*micros))}
    assert {"pitfall:vanity", "pitfall:too-many"} <= ids


def test_a_primary_ask_that_is_strong_only_by_who_takes_it_is_a_pitfall() -> None:
    rng = np.random.default_rng(9)
    rows: list[tuple[str, float, str]] = []
    for u in range(4_000):
        eager = u % 4 == 0
        for depth in range(8 if eager else 1):
            rows.append((f"u{u}", float(depth), "view"))
        rows += [(f"u{u}", 9.0, "chat" if rng.uniform() < 0.5 else "look")] * eager
        if rng.uniform() < (0.3 if eager else 0.01):
            rows.append((f"u{u}", 20.0, "purchase"))
    chat = element("chat", rule=Rule(("chat",)), is_primary=True, stage_id=ElementId("page"))
    ids = {finding.finding_id for finding in audit(journey_of(chat), None, store_of(rows, 40 * DAY_S), ())}
    assert "pitfall:mix-effect:chat" in ids


def test_windows_are_told_in_plain_speech() -> None:
    assert [window_words(s) for s in (None, 20.0, 3_600.0, 86_400.0 * 2.38)] == [
        "no limit",
        "20 seconds",
        "1 hour",
        "2.4 days",
    ]


def test_forms_and_videos_of_few_people_are_left_alone() -> None:
    roles = (Role.FORM_START, Role.FORM_FIELD, Role.FORM_SUBMIT, Role.VIDEO_MILESTONE, Role.VIDEO_MILESTONE, Role.ERROR)
    parts = [element(f"e{i}", role=role, rule=Rule((f"e{i}",))) for i, role in enumerate(roles)]
    rows = [("a", float(i), f"e{i}") for i in range(6)]
    store = store_of([*rows, ("b", 0.0, "purchase"), ("c", 0.0, "view")], 40 * DAY_S)
    kinds = {finding.kind for finding in audit(journey_of(*parts), None, store, ())}
    assert not kinds & {FindingKind.FORM_ABANDON, FindingKind.DECAY, FindingKind.ERROR_STATE}


def test_a_steady_video_and_a_harmless_error_are_no_findings() -> None:
    rng = np.random.default_rng(1)
    rows: list[tuple[str, float, str]] = []
    for u in range(800):
        rows += [(f"u{u}", 0.0, "view"), (f"u{u}", 1.0, "v25")]
        rows += [(f"u{u}", 2.0, "v50")] * (u % 10 > 0) + [(f"u{u}", 3.0, "glitch")] * (u % 3 == 0)
        rows += [(f"u{u}", 9.0, "purchase")] * int(rng.uniform() < 0.2)
    parts = [
        element("v25", role=Role.VIDEO_MILESTONE, rule=Rule(("v25",))),
        element("v50", role=Role.VIDEO_MILESTONE, rule=Rule(("v50",))),
        element("glitch", role=Role.ERROR, rule=Rule(("glitch",))),
    ]
    kinds = {finding.kind for finding in audit(journey_of(*parts), None, store_of(rows, 40 * DAY_S), ())}
    assert not kinds & {FindingKind.DECAY, FindingKind.ERROR_STATE}


def test_a_complete_form_has_nothing_to_report() -> None:
    roles = (Role.FORM_START, Role.FORM_FIELD, Role.FORM_SUBMIT)
    parts = [element(n, role=r, rule=Rule((n,))) for n, r in zip(("start", "email", "submit"), roles, strict=True)]
    rows = [(f"u{u}", float(t), e) for u in range(50) for t, e in enumerate(("start", "email", "submit", "purchase"))]
    assert not found(audit(journey_of(*parts), None, store_of(rows, 40 * DAY_S), ()), FindingKind.FORM_ABANDON)


def test_lights_of_required_steps_strong_ones_and_undecided_ones() -> None:
    rng = np.random.default_rng(6)
    rows: list[tuple[str, float, str]] = []
    for u in range(3_000):
        rows.append((f"u{u}", 0.0, "view"))
        helped, idle = u % 2 == 0, u % 7 == 0
        rows += [(f"u{u}", 1.0, "guide" if helped else "look"), (f"u{u}", 2.0, "news" if idle else "more")]
        if rng.uniform() < (0.3 if helped else 0.1):
            rows += [(f"u{u}", 3.0, "checkout"), (f"u{u}", 4.0, "purchase")]
    names = ("guide", "news", "checkout")
    journey = journey_of(*(element(name, rule=Rule((name,))) for name in names))
    ground = Ground.of(journey, store_of(rows, 40 * DAY_S), ())
    assert ground is not None
    tests = selection_tests(journey, counted(("guide", 1500, 0, None)), ground.drivers)
    assert [tests[ElementId(n)].correlated for n in names] == [Light.YES, Light.UNDECIDED, Light.YES]
    assert tests[ElementId("guide")].passes
    assert not tests[ElementId("news")].passes


def test_many_even_choices_of_which_most_take_none_are_noted() -> None:
    seats = [element(f"ask{i}", stage_id=ElementId("page")) for i in range(3)]
    figures = {ElementId(f"ask{i}"): ElementFigures(ElementId(f"ask{i}"), people=100 + i) for i in range(3)}
    figures[ElementId("page")] = ElementFigures(ElementId("page"), people=1_000)
    assert found(audit(journey_of(*seats), Measures(None, figures)), FindingKind.CHOICE_PARALYSIS)


def test_the_ladder_of_effort_is_read_where_commitment_is_not_noted() -> None:
    long, short = element("form", details=Details(effort_s=240)), element("tap", details=Details(effort_s=10))
    assert found(live_audit(journey_of(long, short, path=("page", "form", "tap", "order"))), FindingKind.EFFORT_LADDER)
    soft = element("share", signal=Signal.SOFT)
    assert found(live_audit(journey_of(soft, path=("page", "share", "order"))), FindingKind.SOFT_AS_INTENT)


def test_acceptance_that_never_collapses_has_no_threshold() -> None:
    asks = [element(n, commitment=c, role=Role.ASK) for c, n in enumerate(("a1", "a2"), start=1)]
    figures = {ElementId(n): ElementFigures(ElementId(n), came=500, before=1000) for n in ("a1", "a2")}
    assert not found(audit(journey_of(*asks), Measures(None, figures)), FindingKind.FRICTION)


def test_groups_too_small_or_all_alike_are_not_compared() -> None:
    rows = [(f"u{u:03d}", 0.0, "view") for u in range(150)] + [("u001", 1.0, "purchase")]
    store = store_of(rows, 40 * DAY_S)
    codes = [1 + (i % 151 == 0) for i in range(store.n_events)]
    assert not found(audit(journey_of(), None, with_property(store, "device", codes, ["a", "b"]), ()), FindingKind.LEAK)
    few = store_of([("a", 0.0, "view"), ("a", 1.0, "purchase")], 40 * DAY_S)
    assert not found(audit(journey_of(), None, with_property(few, "device", [1, 2], ["a", "b"]), ()), FindingKind.LEAK)


def test_errors_without_a_telling_property_have_no_types() -> None:
    store = with_property(erroneous(), "shade", [1] * erroneous().n_events, ["grey", "blue"])
    journey = journey_of(element("failure", role=Role.ERROR, rule=Rule(("error",))))
    (finding,) = found(audit(journey, None, store, ()), FindingKind.ERROR_STATE)
    assert len(finding.evidence) == 2


def weekly_log(last_week: float) -> EventStore:
    """Ten weeks of 200 buyers among 2,000; in the last one the buyers are multiplied."""
    rows: list[tuple[str, float, str]] = []
    for week in range(10):
        for i in range(2_000):
            at = (week + i / 2_000) * 7 * DAY_S
            rows.append((f"w{week}p{i}", at, "view"))
            if i % 10 < (last_week if week == 9 else 1):
                rows.append((f"w{week}p{i}", at + 60, "purchase"))
    return store_of(rows, 70 * DAY_S)


def test_a_week_beyond_the_usual_range_is_an_alert_and_a_usual_one_is_not() -> None:
    (finding,) = found(audit(journey_of(), None, weekly_log(2), ()), FindingKind.ALERT)
    assert finding.element_ids == ("order",)
    assert "expected 200" in finding.sentence
    assert not found(audit(journey_of(), None, weekly_log(1), ()), FindingKind.ALERT)


def test_a_log_too_large_is_judged_on_a_sample_that_says_so() -> None:
    store = erroneous()
    journey = journey_of(element("failure", role=Role.ERROR, rule=Rule(("error",))))
    ground = Ground.of(journey, store, (), most_events=store.n_events // 2)
    assert ground is not None
    assert ground.store.n_users == 1_499
    findings = audit_on(journey, None, store, ground)
    assert found(findings, FindingKind.ERROR_STATE)[0].why.endswith("Counted on a sample of 50 % of the people.")
    assert "sample" not in found(findings, FindingKind.CHECKLIST)[0].why
