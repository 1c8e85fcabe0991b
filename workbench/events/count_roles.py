"""Which columns of a table of counts mean what: the step, the date, the segment, and the counts themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.events import numbers, times
from workbench.events.numbers import NumberStyle
from workbench.events.tables import Table, as_date
from workbench.events.vocabulary import NAMES, SOUNDS
from workbench.events.wording import natural_words, words

_STEP_WORDS = words(
    """
    step funnel_step_name funnelstepname event_name eventname stage goal event name action schritt stufe
    ereignis ereignisname étape etapa nom_de_l_événement шаг событие page_path_and_screen_class page_path
    pagepath page screen kpi metric kennzahl measure indicator phase milestone
    """
)
_STEP_ENDING = re.compile(
    r"(?:^|_)(?:step|stage|stufe|schritt|étape|etapa|phase|milestone)s?(?:_?(?:name|label|text))?$"
)
_COUNT_WORDS = words(
    """
    active_users activeusers total_users totalusers users unique_users unique_visitors visitors people count
    unique_pageviews visits sessions session_count event_count eventcount events total_events views pageviews
    hits anzahl nutzer_insgesamt ereignisanzahl nutzer benutzer aktive_nutzer besucher sitzungen ereignisse
    nombre utilisateurs usuarios количество n
    """
)
_MEASURES = frozenset(
    words("clicks impressions conversions leads orders purchases transactions signups value amount total")
)
_MEASURE_ENDING = re.compile(r"^(?:num|nb|no|n|count|total|sum|number|anzahl)_|_(?:count|counts|total|num|number)$")
UNIQUE_WORDS = re.compile(
    r"user|visitor|people|person|unique|nutzer|besucher|utilisateur|usuari|usuári|utilizador|utent|visiteur|visitant|"
    r"gebruiker|bezoeker|użytkownik|kunden|customer|client|пользовател|посетител|用户|ユーザー|사용자"
)
_PART_WORDS = re.compile(r"new|returning|neue|nouve|nuevo|novos|nuovi|recurr|wiederkehr")
_RATE_WORDS = re.compile(
    r"(?:^|_)(?:rate|ratio|percent|pct|quote|anteil|avg|nth|taux|tasa|taxa|tasso)(?:_|$)|per_|_par_|_por_|_pro_|"
    r"average|elapsed|duration|revenue|umsatz|abandonments?$|z_score|_amount$|"
    r"(?:^|_)(?:prices?|costs?|spend|margin|gmv|betrag|kosten|preis)(?:_|$)"
)
_CALENDAR = frozenset(
    words(
        """
        year yyyy yr jahr año année anno ano jaar год month mm monat mes mois mese maand месяц quarter qtr q quartal
        trimestre week wk kw woche semana semaine weekday day_of_week hour stunde
        """
    )
)
_LARGEST_SHARE = 100.0
# Numbers that put steps in order and count nobody.
_RANK = re.compile(
    r"^(?:\w+_)?(?:step|stage|event|funnel|sort|display|phase|level|page)_?(?:order|no|nr|number|num|index|idx|rank|pos(?:ition)?|"
    r"seq(?:uence)?|id)$|^(?:rank|position|index|idx|nr|no|seq|sequence|sort|pos|lfd_nr|ordinal)$"
)
_STEP_NUMBER = frozenset(words("step stage funnel_step funnel_stage schritt stufe phase"))
_FUNNEL_STEPS = frozenset(words("funnel_step_name funnelstepname étape etapa шаг"))
_ASIDE = re.compile(r"\s*\([^)]*\)\s*$")  # "Active users (% of Step 1)"
_FLAGS: dict[str, float | None] = dict.fromkeys(words("true yes t y x ja oui sí si sim da да tak"), 1.0)
_FLAGS |= dict.fromkeys(words("false no f n nein non não nee нет nie"), 0.0) | {"": None}
_DATE_WORDS = words(
    "date day week week_start month datum tag woche fecha дата jour monat date_hour date_hour_minute year_month"
)
_ALL = frozenset(
    {"total", "reserved_total", "all", "all users", "gesamt", "(total)", "alle nutzer", "tous les utilisateurs"}
)
_ALL |= {"todos los usuarios", "todos os usuários", "tutti gli utenti", "totaal", "totale", "всего", "итого"}


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns of a table mean what; `rank` numbers the steps."""

    step: str | None
    date: str | None
    segment: str | None
    counts: tuple[str, ...]
    breakdowns: tuple[str, ...] = ()
    rank: str | None = None


def roles_of(table: Table, chosen: dict[str, str]) -> Roles:
    """The roles of a table's columns; `chosen` names columns for `event`, `time` and `value`.

    Raises
    ------
    WorkbenchError
        If there is no column of a chosen name.
    """
    for column in chosen.values():
        if column not in table.columns:
            raise WorkbenchError(f"There is no column “{column}”.", f"The columns are: {', '.join(table.columns)}.")
    day = chosen.get("time") or date_column(table)
    numeric = [name for name in count_columns(table) if name != day]
    texts = [n for n in table.columns if n != day and n not in numeric and is_label(table.column(n), n)]
    rank = next((name for name in table.columns if is_rank(table.column(name), name)), None)
    step = chosen.get("event") or step_column(texts) or (rank if rank and is_step_number(rank) else None)
    counts = ranked(numeric) if step is not None else numeric
    if "value" in chosen:
        counts = [chosen["value"], *(name for name in counts if name != chosen["value"])]
    if step is None and len(counts) < 2:
        step = next((name for name in texts if _may_be_steps(table, name)), None)
        counts = counts if step is not None or (day is not None and not lists_people(table)) else []
    parts = sorted((name for name in texts if name != step), key=_is_part_of_date)
    segment = next((name for name in parts if _is_split(table.column(name))), next(iter(parts), None))
    others = tuple(name for name in parts if name != segment)
    return Roles(step, day, segment, tuple(counts), others, rank)


def _may_be_steps(table: Table, name: str) -> bool:
    """Whether a column that is not called a step may hold them: each stands on few rows, and the rows are no people."""
    return not lists_people(table) and len(table.rows) <= 50 * len(set(table.column(name)))


def _is_part_of_date(name: str) -> bool:
    return natural_words(name).startswith(("month", "week", "day", "quarter", "year", "monat", "woche"))


def _is_split(cells: Sequence[str]) -> bool:
    """Whether a column tells several segments apart."""
    return len({cell.strip() for cell in cells if segment_of(cell) is not None}) > 1


def segment_of(cell: str) -> str | None:
    """The segment that a cell names; None for everybody."""
    return None if not cell.strip() or is_everybody(cell) else cell.strip()


def is_everybody(cell: str) -> bool:
    """Whether a cell stands for all segments together."""
    return cell.strip().casefold() in _ALL


def date_column(table: Table) -> str | None:
    """The column of days, weeks or months."""
    for name in table.columns:
        cells = [cell for cell in table.column(name)[:200] if cell.strip()]
        by_name = natural_words(name) in _DATE_WORDS
        if cells and all((by_name and as_date(cell)) or times.is_time(cell) for cell in cells):
            return name
    return None


def is_label(cells: Sequence[str], name: str) -> bool:
    """Whether a column names steps or segments: text, and no ids of people."""
    is_nested = any(cell.startswith(("{", "[{", "[[")) for cell in cells[:20])
    return any(cells) and not is_numeric(cells) and not is_id(name) and not is_nested


def is_id(name: str) -> bool:
    """Whether a column holds ids by its name."""
    plain = natural_words(name)
    if plain in _COUNT_WORDS:
        return False
    return plain in NAMES["user"] or plain.endswith("_id") or SOUNDS["user"].search(plain) is not None


def is_numeric(cells: Sequence[str]) -> bool:
    """Whether nearly all filled cells are numbers."""
    filled = [cell for cell in cells if not numbers.is_empty(cell)]
    return bool(filled) and sum(map(numbers.is_number, filled)) > 0.9 * len(filled)


def is_rank(cells: Sequence[str], name: str) -> bool:
    """Whether a column numbers the steps."""
    plain = natural_words(name)
    return (bool(_RANK.match(plain)) or plain in _STEP_NUMBER) and is_numeric(cells)


def is_step_number(name: str) -> bool:
    """Whether a column of numbers names the steps itself, where no other column does."""
    plain = natural_words(name)
    return plain in _STEP_NUMBER or plain.startswith(("step_", "stage_", "funnel_"))


def is_step_name(name: str) -> bool:
    """Whether a column says by its name that it holds the steps of a funnel."""
    plain = natural_words(name)
    return plain in _STEP_NUMBER or bool(_STEP_ENDING.search(plain)) or plain in _FUNNEL_STEPS


def is_calendar(name: str) -> bool:
    """Whether a column holds a year, a month or the like by its name."""
    return natural_words(name) in _CALENDAR


def count_style(cells: Sequence[str]) -> NumberStyle:
    """The style of a column of counts: what could be a fraction of three digits is a group of thousands."""
    style = numbers.style_of(cells)
    if style.is_proven:
        return style
    mark = next((c for cell in cells for c in cell if c in ".,"), ",")
    return NumberStyle("," if mark == "." else ".", mark, False)


def count_columns(table: Table) -> list[str]:
    """Columns that count something; in a list of people only those that say who did what."""
    found = [name for name in table.columns if is_count(table.column(name), name)]
    found = found or _broken_counts(table)
    if lists_people(table):
        return [name for name in found if set(values_of(table.column(name))) <= {0.0, 1.0, None}]
    return found


def _broken_counts(table: Table) -> list[str]:
    """Columns of counts with fractions where none is whole, if any holds a number that is no share of a hundred."""
    found = [name for name in table.columns if is_count(table.column(name), name, with_fractions=True)]
    largest = max((value or 0.0 for name in found for value in values_of(table.column(name))), default=0.0)
    return found if largest > _LARGEST_SHARE else []


def numeric_columns(table: Table) -> dict[str, list[float | None]]:
    """Every column that counts something, as numbers."""
    day = date_column(table)
    return {name: values_of(table.column(name)) for name in count_columns(table) if name != day}


def is_count(cells: Sequence[str], name: str, with_fractions: bool = False) -> bool:
    """Whether a column counts something: whole numbers, and no rate, rank, part of a date or money by its name.

    Reports of a sample count fractions of people: what is called a count may hold them, any column `with_fractions`.
    """
    bare = _ASIDE.sub("", name)
    if natural_words(name) in NAMES["time"] or is_calendar(name) or is_rank(cells, name):
        return False
    if is_id(name) or _RATE_WORDS.search(natural_words(bare)) or "/" in bare or "%" in bare:
        return False
    if all(cell.strip().endswith("%") for cell in cells if not numbers.is_empty(cell)):
        return False
    if not (is_numeric(cells) or is_flag(cells)):
        return False
    values = [value for value in values_of(cells) if value is not None]
    if all(value.is_integer() for value in values):
        return True
    may_be = natural_words(bare) in _COUNT_WORDS or UNIQUE_WORDS.search(natural_words(bare)) or with_fractions
    return bool(may_be) and min(values) >= 0 and max(values) > 1


def lists_people(table: Table) -> bool:
    """Whether each row is a person of its own, so that what stands in its numbers are traits and no counts."""
    return len(table.rows) > 1 and any(_is_key(table.column(name), name) for name in table.columns)


def _is_key(cells: Sequence[str], name: str) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    is_unique = len(filled) > 1 and len(set(filled)) > 0.95 * len(filled)
    is_coded = len(filled) >= 50 and all(len(c) > 5 and any(d.isdigit() for d in c) for c in filled[:50])
    return is_unique and (is_id(name) or (is_coded and not is_numeric(filled) and as_date(filled[0]) is None))


def is_flag(cells: Sequence[str]) -> bool:
    """Whether a column says yes or no on each row, as a table of who did what has them."""
    return any(cell.strip() for cell in cells) and all(cell.strip().lower() in _FLAGS for cell in cells)


def values_of(cells: Sequence[str]) -> list[float | None]:
    """The numbers of a column of counts, yes being 1."""
    if is_flag(cells):
        return [_FLAGS[cell.strip().lower()] for cell in cells]
    style = count_style(cells)
    return [numbers.read(cell, style) for cell in cells]


def step_column(texts: Sequence[str]) -> str | None:
    """The text column that names steps by its own name."""
    by_words = {natural_words(name): name for name in texts}
    named = [by_words[word] for word in _STEP_WORDS if word in by_words]
    ending = [name for word, name in by_words.items() if _STEP_ENDING.search(word)]
    sounding = [name for word, name in by_words.items() if SOUNDS["event"].search(word)]
    return next(iter(named + ending + sounding), None)


def ranked(numeric: Sequence[str]) -> list[str]:
    """Columns that count, the likeliest first: people before events, known names before others."""
    return sorted(numeric, key=rank_of)


def rank_of(name: str) -> tuple[bool, int]:
    """How far from being the count a column is; new and returning people are only a part of all."""
    plain = natural_words(name)
    counts_people = bool(UNIQUE_WORDS.search(plain)) and not _PART_WORDS.search(plain)
    place = _COUNT_WORDS.index(plain) if plain in _COUNT_WORDS else len(_COUNT_WORDS)
    return not counts_people, place


def is_measure(name: str) -> bool:
    """Whether a column says by its name what it counts, and so is no segment."""
    plain = natural_words(name)
    return plain in _COUNT_WORDS or plain in _MEASURES or bool(_MEASURE_ENDING.search(plain))
