"""How each metric of the statistics cases maps to a public function, and its answer back to the case's keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from workbench.analysis import (
    abandons,
    alerts,
    association,
    benchmarks,
    comparisons,
    dead_ends,
    friction,
    intervals,
    rates,
    scoring,
    segments,
    survival,
    value,
)
from workbench.analysis.drivers import naive_table, ordered_table
from workbench.analysis.intervals import Interval, Side
from workbench.analysis.measures import Grade
from workbench.analysis.timeline import Timeline
from workbench.events.store import EventStore
from workbench.forecast import accuracy, bands, experiments, flow, retention, sequential, sizing, smoothing
from workbench.forecast.experiments import Arm
from workbench.forecast.levers import apply_levers
from workbench.forecast.model import ForecastModel
from workbench.forecast.what_if import outcome
from workbench.journey.element import ElementId
from workbench.journey.journey import Lever

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
METRICS: dict[str, Callable[[Inputs], Answer]] = {}


def metric(answer: Callable[[Inputs], Answer]) -> Callable[[Inputs], Answer]:
    METRICS[answer.__name__] = answer
    return answer


def _bounds(interval: Interval, prefix: str = "") -> Answer:
    return {f"{prefix}lo": interval.low, f"{prefix}hi": interval.high}


@metric
def proportion_ci(i: Inputs) -> Answer:
    found = intervals.proportion(i["k"], i["n"], i["conf"], i.get("method", "wilson"), Side(i.get("side", "two")))
    return {"p": rates.Rate.of(i["k"], i["n"]).value, **_bounds(found)}


@metric
def zero_upper_bound(i: Inputs) -> Answer:
    n = i["n"]
    upper = intervals.known(intervals.exact_upper(0, n, i["conf"]))
    return {"exact": upper, "rule_of_three": intervals.rule_of_three(n)}


@metric
def count_ci(i: Inputs) -> Answer:
    exposure = i.get("exposure", 1.0)
    return {
        "rate": i["count"] / exposure if exposure else None,
        **_bounds(intervals.count(i["count"], exposure, i["conf"])),
    }


@metric
def diff_ci(i: Inputs) -> Answer:
    cells = (i["k1"], i["n1"], i["k2"], i["n2"])
    table = association.two_by_two(*cells)
    return {"diff": table.difference, **_bounds(intervals.difference(*cells, i["conf"], i.get("method", "newcombe")))}


@metric
def ratio_ci(i: Inputs) -> Answer:
    cells = (i["k1"], i["n1"], i["k2"], i["n2"])
    table = association.two_by_two(*cells)
    return {"ratio": table.ratio, **_bounds(intervals.ratio(*cells, i["conf"], i.get("method", "koopman")))}


@metric
def paired_diff_ci(i: Inputs) -> Answer:
    cells = (i["both"], i["only1"], i["only2"], i["neither"])
    return {
        "diff": (i["only1"] - i["only2"]) / sum(cells) if sum(cells) else None,
        **_bounds(intervals.paired_newcombe(*cells, i["conf"])),
    }


@metric
def funnel_steps(i: Inputs) -> Answer:
    found = rates.step_through(i["counts"], i.get("conf", 0.95))
    if found.error:
        return {"error": found.error.value, "at": found.error_at}
    return {
        "steps": [
            {
                "n": s.n,
                "k": s.k,
                "rate": s.value,
                **_bounds(s.interval),
                "dropoff": None if s.value is None else 1 - s.value,
                "lost": s.n - s.k,
            }
            for s in found.steps
        ],
        "overall": {"rate": found.overall.value, **_bounds(found.overall.interval)} if found.overall else None,
        "biggest_drop_rate": found.biggest_drop_rate,
        "biggest_drop_users": found.biggest_drop_users,
    }


@metric
def two_by_two(i: Inputs) -> Answer:
    found = association.two_by_two(i["k1"], i["n1"], i["k0"], i["n0"])
    return {
        "rr": found.ratio,
        "or": found.odds_ratio,
        "rd": found.difference,
        "rd_wald_lo": found.wald_interval.low,
        "rd_wald_hi": found.wald_interval.high,
        "af_exposed": found.attributable_takers,
        "af_population": found.attributable_all,
        "chi2": found.chi2,
        "required_step": found.is_required,
    }


@metric
def mh_stratified(i: Inputs) -> Answer:
    found = association.mantel_haenszel(i["strata"], i["conf"], i.get("continuity", False))
    a, n1, c, n0 = np.asarray(i["strata"], dtype=np.float64).sum(axis=0).tolist()
    return {
        "rr": found.ratio,
        **_bounds(found.ratio_interval, "rr_"),
        "or": found.odds_ratio,
        **_bounds(found.odds_interval, "or_"),
        "rd": found.difference,
        **_bounds(found.difference_interval, "rd_"),
        "chi2": found.chi2,
        "p": found.p,
        "rr_crude": association.two_by_two(a, n1, c, n0).ratio,
    }


@metric
def homogeneity_test(i: Inputs) -> Answer:
    found = association.homogeneity(i["strata"], i["method"])
    return {"chi2": found.statistic, "p": found.p}


@metric
def simpson_check(i: Inputs) -> Answer:
    found = association.mix_check(i["strata"], i["conf"])
    return {
        "crude_rate1": found.crude_takers,
        "crude_rate0": found.crude_others,
        "stratum_rates1": list(found.stratum_takers),
        "stratum_rates0": list(found.stratum_others),
        "rr_mh": found.pooled.ratio,
        "rd_mh": found.pooled.difference,
        "reversal": found.is_reversed,
    }


@metric
def e_value(i: Inputs) -> Answer:
    found = association.e_value(i["rr"], i.get("lo"), i.get("hi"))
    return {"point": found.point, "bound": found.bound}


@metric
def micro_macro(i: Inputs) -> Answer:
    store = store_of(i["events"], i["data_end"])
    macro = (
        store.postings(store.code_by_name[i["macro"]]) if i["macro"] in store.code_by_name else np.zeros(0, np.int64)
    )
    micro = (
        store.postings(store.code_by_name[i["micro"]]) if i["micro"] in store.code_by_name else np.zeros(0, np.int64)
    )
    timeline = Timeline.of(store, macro, i["window_days"] * 86_400)
    taking = timeline.taking(i["micro"], micro)
    cells = timeline.cells(taking)
    pooled = association.mantel_haenszel(cells)
    naive, ordered = naive_table(timeline, taking), ordered_table(timeline, taking)
    return {
        "mature_users": timeline.mature,
        "excluded_immature": timeline.immature,
        "naive": [naive.a, naive.n1, naive.c, naive.n0],
        "ordered": [ordered.a, ordered.n1, ordered.c, ordered.n0],
        "strata": {str(name): row for name, row in zip(timeline.strata.tolist(), cells.tolist(), strict=True)},
        "rr_mh": [pooled.ratio, pooled.ratio_interval.low, pooled.ratio_interval.high],
        "rd_mh": [pooled.difference, pooled.difference_interval.low, pooled.difference_interval.high],
        "expected": pooled.expected,
        "observed": pooled.observed,
    }


def _rows(store: EventStore, name: str) -> Any:
    code = store.code_by_name.get(name)
    return np.zeros(0, np.int64) if code is None else store.postings(code)


def store_of(events: list[list[Any]], data_end_s: float) -> EventStore:
    """An event store of [user, seconds, event] rows in file order."""
    users = sorted({row[0] for row in events})
    names = sorted({row[2] for row in events})
    rows = sorted(range(len(events)), key=lambda r: (events[r][0], events[r][1], r))
    owner = np.array([users.index(events[r][0]) for r in rows])
    return EventStore(
        event_names=tuple(names),
        user_offset=np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(users)))]).astype(np.int64),
        time_us=np.array([round(events[r][1] * 1e6) for r in rows], dtype=np.int64),
        event=np.array([names.index(events[r][2]) for r in rows], dtype=np.uint16),
        user_ids=tuple(map(str, users)),
        ends_us=round(data_end_s * 1e6),
    )


@metric
def fdr_bh(i: Inputs) -> Answer:
    raw = np.array([np.nan if p is None else p for p in i["p"]], dtype=np.float64)
    adjusted = comparisons.false_discovery(raw)
    tested = int(np.count_nonzero(~np.isnan(raw)))
    return {
        "adjusted": [None if np.isnan(p) else float(p) for p in adjusted],
        "n_rejected": int(np.count_nonzero(adjusted <= i["q"])),
        "n_bonferroni": int(np.count_nonzero(raw <= i["q"] / max(tested, 1))),
    }


@metric
def two_prop_test(i: Inputs) -> Answer:
    alternative = i.get("alternative", "two-sided")
    if i["method"] == "fisher":
        table = i.get("table") or [[i["k1"], i["n1"] - i["k1"]], [i["k2"], i["n2"] - i["k2"]]]
        return {"p": comparisons.fisher(table, alternative).p}
    cells = _cells(i)
    found = comparisons.pooled_z(*cells, alternative)
    return {"z": found.statistic, "p": found.p}


def _cells(i: Inputs) -> tuple[float, float, float, float]:
    if "table" in i:
        (a, b), (c, d) = i["table"]
        return a, a + b, c, c + d
    return i["k1"], i["n1"], i["k2"], i["n2"]


@metric
def paired_test(i: Inputs) -> Answer:
    found = comparisons.mcnemar(i["table"], i.get("correction", True), i.get("exact", False))
    return {"chi2": found.statistic, "p": found.p}


@metric
def k_prop_test(i: Inputs) -> Answer:
    found = comparisons.k_proportions(i["k"], i["n"])
    return {"chi2": found.chi2, "df": found.df, "p": found.p}


@metric
def segments_chi2(i: Inputs) -> Answer:
    found = comparisons.chi_square(i["table"])
    return {"chi2": found.chi2, "df": found.df, "p": found.p, "cramers_v": found.cramers_v}


@metric
def trend_test(i: Inputs) -> Answer:
    found = comparisons.trend(i["k"], i["n"], i.get("scores") or list(range(1, len(i["k"]) + 1)))
    return {"chi2": found.chi2, "p": found.p}


@metric
def two_count_test(i: Inputs) -> Answer:
    found = comparisons.two_counts(i["c1"], i["t1"], i["c2"], i["t2"], i["method"])
    return {"z": found.statistic, "p": found.p}


@metric
def rate_ratio(i: Inputs) -> Answer:
    found = comparisons.rate_ratio(i["c1"], i["t1"], i["c2"], i["t2"], i["conf"], i["method"])
    return {"ratio": found.ratio, **_bounds(found.interval), "p": found.p, "z": found.z}


@metric
def equivalence_one_sample(i: Inputs) -> Answer:
    found = comparisons.equivalence(i["k"], i["n"], i["lower"], i["upper"])
    return {"z_lower": found.z_lower, "z_upper": found.z_upper, **_bounds(found.interval, "ci90_")}


@metric
def dead_end(i: Inputs) -> Answer:
    found = dead_ends.dead_end(i["k"], i["n"], i["reference_rate"], i["rho"], i.get("conf", 0.95))
    return {
        "rate": found.rate,
        "upper": found.upper,
        "p": found.p,
        "state": found.fate.value,
        "n_needed_if_zero": found.needed_if_zero,
    }


@metric
def dead_end_batch(i: Inputs) -> Answer:
    reference = i["reference_rate"]
    base = reference if isinstance(reference, list) else [reference] * len(i["k"])
    found = dead_ends.judge(i["k"], i["n"], base, dead_ends.Bar(i["rho"], i["q"]))
    return {
        "p": [row.p for row in found],
        "p_adj": [row.p_adjusted for row in found],
        "dead_end": [row.fate is dead_ends.Fate.DEAD_END for row in found],
    }


@metric
def friction_threshold(i: Inputs) -> Answer:
    found = friction.friction_threshold(i["k"], i["n"], i["conf"])
    return {
        "fit": list(found.fit),
        "diffs": [[drop.difference, drop.low, drop.high] for drop in found.drops],
        "threshold_index": found.threshold,
        "relative_drop_at_threshold": found.relative_drop,
    }


@metric
def isotonic(i: Inputs) -> Answer:
    return {"fit": friction.isotonic(i["y"], i.get("weights"), i.get("increasing", True))}


@metric
def choice_load(i: Inputs) -> Answer:
    found = friction.choice_load(i["options"], i["k"], i["n"])
    return {
        "chi2": found.trend.chi2,
        "p": found.trend.p,
        "slope_per_option": found.trend.slope,
        "structural_warning": list(found.too_many),
    }


@metric
def choice_entropy(i: Inputs) -> Answer:
    found = friction.first_choice(i["first_action_counts"], i["none"])
    return {"entropy_norm": found.entropy, "none_share": found.none_share}


@metric
def form_abandon(i: Inputs) -> Answer:
    left = [i["last_field_of_abandoners"].get(name, 0) for name in i["fields"]]
    found = abandons.form_abandon(i["started"], i["submitted"], left)
    worst = None if found.worst is None else found.hazard[found.worst].interval
    return {
        "completion": found.completion,
        "abandon_rate": found.abandon_rate,
        "reached": list(found.reached),
        "hazard": [rate.value for rate in found.hazard],
        "worst_field": None if found.worst is None else i["fields"][found.worst],
        "worst_ci": None if worst is None else [worst.low, worst.high],
    }


@metric
def video_milestones(i: Inputs) -> Answer:
    found = abandons.milestones(i["users"], i["milestones"])
    return {
        "reached": list(found.reached),
        "rates_from_start": [rate.value for rate in found.from_start],
        "step_rates": [rate.value for rate in found.steps],
    }


@metric
def survival_curve(i: Inputs) -> Answer:
    found = survival.survival_curve(i["duration"], i["event"], i["at"], i["conf"], i.get("ci", "log-log"))
    return {"survival": list(found.survival), "lo": list(found.low), "hi": list(found.high)}


@metric
def logrank(i: Inputs) -> Answer:
    found = survival.log_rank((i["t1"], i["c1"]), (i["t2"], i["c2"]))
    return {"z": found.statistic, "p": found.p}


@metric
def cohort_maturity(i: Inputs) -> Answer:
    cumulative = i["cumulative"] if "cumulative" in i else survival.cumulated(i["increments"])
    found = survival.cohort_maturity(cumulative, i.get("size"))
    return {
        "factors": list(found.factors),
        "completion": list(found.completion),
        "ultimate": list(found.ultimate),
        "total_to_come": found.to_come,
        "naive_rate": list(found.naive_rate),
        "adjusted_rate": list(found.adjusted_rate),
    }


@metric
def inverse_value(i: Inputs) -> Answer:
    if "revenue_of_buyers" in i:
        found = value.inverse_value(i["n"], i["revenue_of_buyers"], i.get("conf", 0.95))
    else:
        found = value.value_at(i["n"], i["buyers"], i["avg_value"], i.get("conf", 0.95))
    return {
        "value": found.value,
        **_bounds(found.interval),
        "p": found.buyer_rate,
        "avg_value": found.mean_order,
        "upper": found.upper,
    }


@metric
def removal_effect(i: Inputs) -> Answer:
    found = value.removal_effect([(steps, won, lost) for steps, won, lost in i["paths"]])
    return {
        "transitions": {f"{a}>{b}": share for (a, b), share in found.transitions.items()},
        "removal_effect": dict(found.effect),
        "attributed": dict(found.credited),
    }


@metric
def segment_shrinkage(i: Inputs) -> Answer:
    found = segments.shrink(i["k"], i["n"])
    return {"p": found.common, "M": found.weight, "shrunk": list(found.shrunk)}


@metric
def benchmark(i: Inputs) -> Answer:
    found = benchmarks.benchmark(i["k"], i["n"], i["current_k"], i["current_n"])
    return {
        "median": found.median,
        "p25": found.p25,
        "p75": found.p75,
        "pooled": found.pooled,
        "phi": found.phi,
        "z": found.z,
    }


@metric
def p_chart(i: Inputs) -> Answer:
    found = benchmarks.control_chart(i["k"], i["n"], i["sigmas"])
    return {
        "center": found.centre,
        "lcl": list(found.low),
        "ucl": list(found.high),
        "signals": list(found.signals),
    }


@metric
def wow_alert(i: Inputs) -> Answer:
    found = alerts.weekly_alerts(i["weeks"], alerts.AlertRule(i["alpha_smooth"], i["d0"], i["q"]))
    if found.reason:
        return {"alert": None, "reason": found.reason.value}
    return {
        "expected": [m.expected for m in found.metrics],
        "t": [m.t for m in found.metrics],
        "p": [m.p for m in found.metrics],
        "p_adj": [m.p_adjusted for m in found.metrics],
        "change": [m.change for m in found.metrics],
        "alert": [m.is_alert for m in found.metrics],
    }


@metric
def logistic_fit(i: Inputs) -> Answer:
    found = scoring.logistic(i["X"], i["y"], i.get("weights"), i.get("penalty", 0))
    return {"intercept": found.intercept, "coef": list(found.coefficients), "se": list(found.errors)}


@metric
def lead_points(i: Inputs) -> Answer:
    scale = scoring.points(i["pdo"], i["base_score"], i["base_odds"])
    return {"factor": scale.factor, "offset": scale.offset, "score": scale.scores(i["log_odds"])}


@metric
def calibration_scores(i: Inputs) -> Answer:
    found = scoring.accuracy(i["y"], i["p"])
    return {"auc": found.auc, "brier": found.brier, "log_loss": found.log_loss}


@metric
def calibration_curve(i: Inputs) -> Answer:
    found = scoring.calibration(i["y"], i["p"], i["bins"], i["strategy"])
    return {"prob_true": list(found.happened), "prob_pred": list(found.predicted)}


@metric
def retention_nday(i: Inputs) -> Answer:
    answer = {}
    for day in i["n"]:
        found = retention.day_retention(i["active_days"], i["start_day"], i["last_day"], day)
        answer[str(day)] = {
            "eligible": found.eligible,
            "returned_on_day": found.on_day,
            "returned_on_or_after": found.on_or_after,
        }
    return answer


@metric
def retention_sbg(i: Inputs) -> Answer:
    found = retention.keep_curve(i["survival"], i["n"])
    return {"alpha": found.alpha, "beta": found.beta}


@metric
def sample_size(i: Inputs) -> Answer:
    is_two_sided = i.get("alternative", "two-sided") == "two-sided"
    kind = sizing.Alternative.TWO_SIDED if is_two_sided else sizing.Alternative.ONE_SIDED
    return {"n_per_arm": sizing.sample_size(i["p1"], i["p2"], i["alpha"], i["power"], kind)}


@metric
def power(i: Inputs) -> Answer:
    return {"power": sizing.power_of(i["n_per_arm"], i["p1"], i["p2"], i["alpha"])}


@metric
def mde(i: Inputs) -> Answer:
    return {"p2": sizing.smallest_visible(i["n_per_arm"], i["p1"], i["alpha"], i["power"])}


@metric
def sample_size_arcsine(i: Inputs) -> Answer:
    found = sizing.sample_size_arcsine(i["p1"], i["p2"], i["alpha"], i["power"])
    return {"h": found.h, "n_per_arm": found.n}


@metric
def noninferiority_sample_size(i: Inputs) -> Answer:
    return {"n_per_arm": sizing.non_inferiority_size(i["p_treat"], i["p_control"], i["margin"], i["alpha"], i["power"])}


@metric
def experiment_duration(i: Inputs) -> Answer:
    found = sizing.duration(
        i["n_per_arm"], i["arms"], i["eligible_per_day"], i["allocation"], i["conversion_window_days"]
    )
    if found is None:
        return {"enrol_days": None, "enrol_weeks": None, "readout_day": None}
    return {"enrol_days": found.enrol_days, "enrol_weeks": found.enrol_weeks, "readout_day": found.readout_day}


@metric
def srm(i: Inputs) -> Answer:
    found = experiments.ratio_check(i["counts"], i["ratio"])
    return {"chi2": found.chi2, "p": found.p, "mismatch": found.is_mismatch}


@metric
def experiment_readout(i: Inputs) -> Answer:
    found = experiments.read_out(Arm(i["k_t"], i["n_t"]), Arm(i["k_c"], i["n_c"]), tuple(i["ratio"]), i["conf"])
    return {
        "srm_p": found.ratio_check.p,
        "verdict": found.verdict.value,
        "rate_t": found.treatment_rate,
        "rate_c": found.control_rate,
        "diff": found.difference,
        **_bounds(found.difference_interval, "diff_"),
        "lift": found.lift,
        **_bounds(found.lift_interval, "lift_"),
        "z": found.z,
        "p": found.p,
    }


@metric
def prob_better(i: Inputs) -> Answer:
    return {"prob": experiments.chance_better(Arm(i["k_t"], i["n_t"]), Arm(i["k_c"], i["n_c"]))}


@metric
def guardrail(i: Inputs) -> Answer:
    found = experiments.guardrail(
        Arm(i["k_t"], i["n_t"]), Arm(i["k_c"], i["n_c"]), i["margin_abs"], i["alpha"], i.get("higher_is_better", True)
    )
    return {**_bounds(found.interval), "state": found.state.value}


@metric
def revenue_readout(i: Inputs) -> Answer:
    found = experiments.revenue_read_out(i["buyers_t"], i["n_t"], i["buyers_c"], i["n_c"], i["conf"])
    return {
        "rpu_t": found.treatment,
        "rpu_c": found.control,
        "diff": found.difference,
        **_bounds(found.interval),
        "p": found.p,
    }


@metric
def ice(i: Inputs) -> Answer:
    ideas = [experiments.Idea(x["id"], x["impact"], x["confidence"], x["effort"]) for x in i["ideas"]]
    return {
        "score": {idea.name: idea.score for idea in ideas},
        "order": [idea.name for idea in experiments.ranked(ideas)],
    }


@metric
def group_sequential_bounds(i: Inputs) -> Answer:
    kind = sequential.Spending(i["type"].replace("OBF", "OF"))
    return {"z": sequential.bounds(i["t"], i["alpha"], kind, i.get("gamma", -4.0))}


@metric
def repeated_looks_alpha(i: Inputs) -> Answer:
    return {"alpha": sequential.careless_looks(i["looks"], i["z"])}


@metric
def forecast_metrics(i: Inputs) -> Answer:
    found = accuracy.forecast_errors(i["test"], i["forecast"], i["train"], i["period"])
    return {"rmse": found.rmse, "mae": found.mae, "mape": found.mape, "mase": found.mase}


@metric
def interval_score(i: Inputs) -> Answer:
    found = accuracy.interval_score(i["y"], i["lo"], i["hi"], i["alpha"])
    return {"interval_score": found.tolist(), "weighted": (found * i["alpha"] / 2).tolist()}


@metric
def interval_coverage(i: Inputs) -> Answer:
    return {"coverage": accuracy.coverage(i["y"], i["lo"], i["hi"])}


@metric
def forecast_ets(i: Inputs) -> Answer:
    return {"mean": smoothing.ets_mean(i["y"], i["period"], i["h"], i["model"])}


@metric
def forecast_ets_given(i: Inputs) -> Answer:
    state = smoothing.SeasonalState(i["level0"], tuple(i["season0_recent_first"]), i["alpha"], i["gamma"])
    return {"mean": smoothing.smoothed_mean(i["y"], state, i["h"])}


@metric
def forecast_holtwinters_step(i: Inputs) -> Answer:
    return {"mean": smoothing.multiplicative_mean(i["level"], i["trend"], i["season"], i["h"])}


@metric
def forecast_sarima(i: Inputs) -> Answer:
    found = smoothing.arima(i["y"], tuple(i["order"]), tuple(i["seasonal_order"]), i["h"])
    return {"mean": list(found.mean), "se": list(found.error)}


@metric
def convolution_mean(i: Inputs) -> Answer:
    found = smoothing.convolved(i["micro"], i["micro_future"], i["lag_pmf"], i["rate"])
    return {"mean": list(found.mean), "from_known": list(found.from_known)}


@metric
def posterior_band(i: Inputs) -> Answer:
    found = bands.line_spread([(k, n) for k, n in i["steps"]], i["traffic"], i.get("conf", 0.95), i.get("prior", 0.5))
    return {
        "mean": found.mean,
        "sd": found.deviation,
        "median": found.median,
        "lo": found.bands[0].low,
        "hi": found.bands[0].high,
    }


@metric
def lift_band(i: Inputs) -> Answer:
    found = bands.lift_band(i["lift_lo"], i["lift_hi"])
    return {"lift_lo": found.low, "lift_hi": found.high}


@metric
def whatif_graph(i: Inputs) -> Answer:
    model = model_of(i)
    base = outcome(model)
    rows = flow.sensitivities(model.flow, model.rate, model.traffic, model.known_value)
    goals = [ElementId(name) for name in i["goals"]]
    return {
        "reach": {name: figure.value for name, figure in base.reach.items()},
        "value_to_go": {name: figure.value for name, figure in base.value_to_go.items()},
        "total_value": base.revenue.value,
        "goals": {goal: base.macros[goal].value for goal in goals},
        "sensitivity": [
            {
                "edge": edge[:2],
                "elasticity": row.elasticity,
                "plus_1pp": row.plus_1pp,
                "plus_10pct": row.plus_10pct,
            }
            for edge, row in zip(i["edges"], rows, strict=True)
        ],
        "scenarios": {name: _scenario(model, edits, goals) for name, edits in i.get("scenarios", {}).items()},
    }


def _scenario(model: ForecastModel, edits: list[list[Any]], goals: list[ElementId]) -> Answer:
    levers = tuple(Lever(f"{a}>{b}", rate) for a, b, rate in edits)
    assert not apply_levers(model, levers).hints
    found = outcome(model, levers)
    return {
        "goals": {goal: found.macros[goal].value for goal in goals},
        "total_value": found.revenue.value,
        "lift": {goal: found.macros[goal].lift for goal in goals},
    }


def model_of(i: Inputs) -> ForecastModel:
    """A forecast model of plain nodes and edges."""
    nodes, edges = i["nodes"], i["edges"]
    index = {name: n for n, name in enumerate(nodes)}
    per_source: dict[str, float] = defaultdict(float)
    for source, _, rate in edges:
        per_source[source] += rate
    assert all(total <= 1 + 1e-9 for total in per_source.values())
    worth = [i["value"].get(name) for name in nodes]
    return ForecastModel(
        node_ids=tuple(ElementId(name) for name in nodes),
        link_ids=tuple(f"{a}>{b}" for a, b, _ in edges),
        flow=flow.Flow(
            len(nodes), np.array([index[a] for a, _, _ in edges]), np.array([index[b] for _, b, _ in edges])
        ),
        rate=np.array([rate for _, _, rate in edges], dtype=np.float64),
        rate_grade=(Grade.ESTIMATED,) * len(edges),
        evidence=np.full(len(edges), 100.0),
        traffic=np.array([i["traffic"].get(name, 0.0) for name in nodes], dtype=np.float64),
        traffic_grade=(Grade.ESTIMATED,) * len(nodes),
        value=np.array([np.nan if v is None else v for v in worth], dtype=np.float64),
        macro_nodes=tuple(index[name] for name in i["goals"]),
        headline=index[i["goals"][0]] if i["goals"] else None,
    )
