"""What columns and events are called, in the languages that exports speak."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.events.wording import natural_words, words

NAMES: dict[str, tuple[str, ...]] = {
    "user": words(
        """
        user_pseudo_id person_id distinct_id amplitude_id user_id userid client_id clientid visitor_id
        visitorid customer_id customerid domain_userid anonymous_id device_id member_id account_id contact_id
        lead_id profile_id case_concept_name case_id caseid case uid cookie_id fullvisitorid user visitor
        client customer person account user_name username email benutzer benutzer_id benutzerid nutzer
        nutzer_id kunde kunden_id kundennummer besucher besucher_id utilisateur id_utilisateur
        client_identifiant usuario id_usuario cliente id_cliente пользователь пользователь_id клиент клиент_id
        usuário utente utilizador gebruiker klant klient użytkownik användare bruger bruker
        用户 用户id 客户 ユーザー ユーザーid 顧客 사용자 사용자_id
        cookie cid subscriber login
        session_id sessionid website_session_id session
        """
    ),
    "event": words(
        """
        event_name event eventname activity concept_name event_type eventtype action event_text event_action
        ereignis ereignisname aktion aktivität événement evenement evento nombre_evento acción событие
        действие название_события тип_события gebeurtenis zdarzenie nazwa_zdarzenia händelse hændelse hendelse
        ação azione actie akcja 事件 事件名 事件名称 イベント イベント名 이벤트 이벤트_이름
        """
    ),
    "time": words(
        """
        event_timestamp timestamp time_timestamp event_time time ts datetime date_time occurred_at occurred
        created_at created time_stamp event_datetime event_at server_time hit_time_gmt derived_tstamp
        collector_tstamp complete_timestamp start_timestamp zeitpunkt zeitstempel zeit uhrzeit horodatage
        when fecha_y_hora fecha_hora data_e_ora data_e_hora data_hora data_ora tijdstip tijd datum_tijd datum_uhrzeit
        czas data_i_godzina tidpunkt tidspunkt tidsstempel дата_и_время 时间 时间戳 日時 時刻 시간 일시
        fecha hora marca_de_tiempo время дата datum data date event_date day 日期 日付
        """
    ),
    "session": words(
        """
        ga_session_id session_id sessionid website_session_id domain_sessionid visit_id visitid session
        sitzung sitzungs_id sesión sesion_id сессия сеанс sessione sessão sessie sesja 会话 セッション
        """
    ),
    "value": words(
        """
        purchase_revenue_in_usd purchase_revenue value revenue event_value_in_usd transaction_value
        transaction_revenue order_value order_total total_revenue tr_total revenue_usd amount price_usd
        total_price price sales total umsatz betrag erlös wert preis revenu montant chiffre_d_affaires
        ingresos importe monto valor выручка сумма доход стоимость сумма_заказа ricavi ricavo importo receita
        faturamento omzet bedrag przychód kwota wartość intäkt omsättning belopp beløb omsætning omsetning
        prezzo preço prijs cena цена 收入 金额 売上 金額 매출 금액
        """
    ),
    "event_id": ("insert_id", "message_id", "messageid", "event_id", "eventid", "event_uuid", "uuid", "hit_id"),
    "currency": ("currency", "currency_code", "tr_currency", "währung", "waehrung", "devise", "moneda", "валюта"),
    "transaction": (
        "transaction_id",
        "transactionid",
        "order_id",
        "orderid",
        "tr_orderid",
        "bestellnummer",
        "transaktion_id",
    ),
}
LAST_RESORT = {
    "event": words(
        """
        funnel_step funnel_stage step_name stage_name stage milestone
        name type step page page_path url page_url pageview_url page_location path screen landing_page screen_name
        page_title page_name url_path phase schritt stufe étape etapa этап
        """
    )
}
_PEOPLE = (
    "user|client|visitor|customer|member|person|cookie|device|subscriber|shopper|kunden?|benutzer|nutzer|besucher|"
    "utilisateur|usuario|usuário|utilizador|cliente|utente|gebruikers?|klant(?:en)?|użytkownika?|klienta?|användar|bruger|"
    "bruker|пользовател[ья]|клиента?|посетител[ья]"
)
_KEYS = "id|uid|uuid|guid|key|code|no|nr|number|hash|identifier|nummer"
_MONEY = "revenue|umsatz|erlös|order_?(?:value|total|amount)|total_?(?:amount|price|value|paid)"
_SUM = "amount|total|sales|gmv|turnover|paid|betrag|summe|montant|importe|valor"
_CURRENCY = "usd|eur|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln|czk|brl|inr|rub|cny|try"
SOUNDS = {
    "user": re.compile(
        rf"^(?:\w+_)?(?:{_PEOPLE})_?(?:{_KEYS})$|_(?:distinct|anonymous)_id$|"
        rf"^(?:id|identifiant|identificador|identificativo|идентификатор)_(?:del?_|do_|da_|du_)?(?:{_PEOPLE})$"
    ),
    "event": re.compile(
        r"(?:^|_)(?:event|action|activity|aktion|ereignis|evento|événement|событи[ея])(?:_?(?:name|type|label))?$"
    ),
    "time": re.compile(r"(?:^|_)(?:time_?stamp|date_?time|time|zeit|ts|at|utc|datetime_utc)$"),
    "session": re.compile(r"(?:session|visit)_?(?:id|key|hash|token)?$"),
    "value": re.compile(rf"(?:{_MONEY})(?:_\w{{2,3}})?$|(?:^|_)(?:{_SUM})_(?:{_CURRENCY})$"),
}
# A price stands on views too: there it is what was looked at, and only on purchases what was paid.
PRICES = frozenset(words("price unit_price item_price product_price preis prix precio prezzo preço prijs cena цена"))
_PURCHASE = re.compile(
    r"^(?:\w+_)?purchased?$|^orders?$|order_(?:completed|placed|paid)$|^buy$|^bought$|checkout_completed?$|^transactions?$|"
    r"payment_(?:done|completed|success)$|^kauf(?:_|$)|^paid$|^sale$|^ecommerce_order$|^achat|"
    r"^compra(?:_|$)|^acquisto|^aankoop|^zakup|^покупка|^购买|^購入"
)


_REFUND = re.compile(
    r"^(?:(?:order|purchase|payment|item|full|partial|transaction)s?_)?refund(?:ed|s)?$|"
    r"^refund_(?:issued|completed|processed|paid)$|^(?:rück|zurück)erstatt|^rückgabe$|^remboursement"
)


@lru_cache(maxsize=4096)
def is_refund(name: str) -> bool:
    """Whether an event pays money back by its name.

    Examples
    --------
    >>> [is_refund(n) for n in ("refund", "Order Refunded", "refund_requested", "view_refund_policy")]
    [True, True, False, False]
    """
    return bool(_REFUND.search(natural_words(name)))


@lru_cache(maxsize=4096)
def is_purchase(name: str) -> bool:
    """Whether an event is a purchase by its name.

    Examples
    --------
    >>> [is_purchase(n) for n in ("purchase", "Order Completed", "payment_done", "view", "purchase_intent")]
    [True, True, True, False, False]
    """
    return bool(_PURCHASE.search(natural_words(name)))
