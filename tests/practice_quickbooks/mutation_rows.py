"""Ways to break practice QuickBooks, each of which the tests must notice."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """One breakage: ``old`` becomes ``new`` in ``file``.

    Attributes:
        tests: Files of tests that should notice; the others are asked when they do not.
    """

    what: str
    file: str
    old: str
    new: str
    tests: str


_B, _I, _P = "behaviours", "invoices", "payments"

MUTATIONS: tuple[Mutation, ...] = (
    Mutation("stale is 5000", "fault_bodies", "        5010,\n", "        5000,\n", _B),
    Mutation("no SyncToken bump", "entity_rows", "row.sync_token + 1", "row.sync_token", _B),
    Mutation(
        "half-even rounding", "books", "unit, ROUND_HALF_UP", 'unit, "ROUND_HALF_EVEN"', "tax"
    ),
    Mutation(
        "no rotation",
        "tokens",
        ">= self._options.rotate_after",
        "< -self._options.rotate_after",
        "oauth",
    ),
    Mutation(
        "a replaced token lives on",
        "tokens",
        "token.consent.revoked or is_replaced or",
        "token.consent.revoked or",
        "oauth",
    ),
    Mutation(
        "consent never ends",
        "tokens",
        "return min(token.expires, hard)",
        "return token.expires",
        _B,
    ),
    Mutation("a code is good for ever", "oauth_server", "            or known.used\n", "", "oauth"),
    Mutation(
        "any secret will do",
        "oauth_server",
        "return secrets.compare_digest(client_secret, PRACTICE_INTUIT_CLIENT_SECRET)",
        "return bool(client_secret)",
        _B,
    ),
    Mutation(
        "state is lost",
        "pages/consent_request",
        "if self.state is not None:",
        "if self.state == '':",
        "oauth",
    ),
    Mutation(
        "any company's token will do", "gateway", "token.consent.realm != realm or ", "", "oauth"
    ),
    Mutation("one intuit_tid for all", "gateway", 'f"1-{uuid.uuid4()}"', '"1"', _B),
    Mutation(
        "JSON whatever is asked for",
        "gateway",
        "and wants_xml(current_request)",
        "and False",
        "xml",
    ),
    Mutation("20 calls a second", "limits", "Limit(10, 1.0", "Limit(20, 1.0", "limits"),
    Mutation(
        "no limit of batches",
        "limits",
        "_BATCH if is_batch else _CALL",
        "_CALL",
        "limits",
    ),
    Mutation(
        "each app has 120 batches",
        "limits",
        "Limit(120, 60.0, frozenset({_BATCH}), per_app=False)",
        "Limit(120, 60.0, frozenset({_BATCH}), per_app=True)",
        "limits",
    ),
    Mutation("no limit over all APIs", "limits", "Limit(800,", "Limit(8000,", "limits"),
    Mutation(
        "limits know no virtual clock",
        "service",
        "time.monotonic() + self.clock.offset_seconds",
        "time.monotonic()",
        "limits",
    ),
    Mutation(
        "time passes under the lock",
        "api",
        "sent, replay)\n",
        "sent, replay)\n                service.times.pass_for(service.work)\n",
        "service_times",
    ),
    Mutation(
        "a batch is one object",
        "operations",
        "books.work.writes += 1",
        "books.work.writes = 1",
        "service_times",
    ),
    Mutation(
        "refusals take time as well",
        "service_times",
        "if not work.admitted:",
        "if work.admitted is None:",
        "service_times",
    ),
    Mutation(
        "a fault plan knows no operations",
        "../fault_rules",
        "and fnmatchcase(query, self.rule.query)",
        "",
        "troubles",
    ),
    Mutation(
        "a fault plan draws without its seed",
        "../fault_rules",
        "random.Random(rule.seed)",
        "random.Random()",
        "troubles",
    ),
    Mutation(
        "an answer is dropped before the work",
        "../faults",
        'if rule.fault == "drop_before":',
        'if rule.fault in {"drop_before", "drop_after"}:',
        "faults",
    ),
    Mutation(
        "half an answer announces its half",
        "../faults",
        "answer.body = answer.body[: len(answer.body) // 2]",
        "answer.body = answer.body[: len(answer.body) // 2]\n            answer._announce_length()",
        "faults",
    ),
    Mutation("batches of 31", "batches", "_MOST_ITEMS = 30", "_MOST_ITEMS = 31", "batches"),
    Mutation(
        "batches keep their order",
        "batches",
        "random.shuffle(answers)",
        "answers.sort()",
        "batches",
    ),
    Mutation(
        "one bad item undoes a batch",
        "batches",
        "    except ApiFault as fault:",
        "    except KeyError as fault:",
        "batches",
    ),
    Mutation(
        "deletions first",
        "changes",
        "ORDER BY deleted, updated",
        "ORDER BY deleted DESC, updated",
        "batches",
    ),
    Mutation(
        "changes of 60 days", "changes", "timedelta(days=30)", "timedelta(days=60)", "batches"
    ),
    Mutation(
        "no replay",
        "api",
        "replay = earlier_answer(books, request_id, sent)",
        "replay = None",
        "batches",
    ),
    Mutation(
        "inactive rows unasked",
        "query_execution",
        'where.append("active = 1")',
        'where.append("1 = 1")',
        "query",
    ),
    Mutation(
        "numbers although custom",
        "numbering",
        "books.company.uses_custom_numbers and not forced",
        "False",
        _B,
    ),
    Mutation(
        "duplicates pass", "numbering", "if other.id != own_id:", "if other.id == own_id:", _I
    ),
    Mutation(
        "numbers of 40",
        "entities/transactions",
        '"DocNumber": Text(21)',
        '"DocNumber": Text(40)',
        _B,
    ),
    Mutation(
        "unknown attributes pass",
        "entities/attribute_types",
        "raise fault_bodies.unknown_property(key, self.owner)",
        "continue",
        "validation",
    ),
    Mutation(
        "6070 is forgotten",
        "sales_lines",
        'if rounded(quantity * price, lines.unit) != line["Amount"]:',
        "if False:",
        "validation",
    ),
    Mutation(
        "dinars lose their third decimal", "currencies", '"TND"), 3),', '"TND"), 2),', "currencies"
    ),
    Mutation(
        "yen have cents whatever the switch",
        "currencies",
        "if not books.options.rounds_to_currency:",
        "if currency == 'JPY' or not books.options.rounds_to_currency:",
        "currencies",
    ),
    Mutation(
        "home amounts at the rate of 1",
        "currencies",
        'Decimal(str(body["ExchangeRate"]))',
        "Decimal(1)",
        "currencies",
    ),
    Mutation(
        "no Retry-After",
        "gateway",
        "if service.options.retry_after_seconds:",
        "if False:",
        "unconfirmed",
    ),
    Mutation("the closing day is open", "books", "day <= closed", "day < closed", _B),
    Mutation(
        "a lapsed company writes",
        "books",
        "if self.company.is_read_only:",
        "if False:",
        "validation",
    ),
    Mutation("currencies mix", "currencies", "if asked != customers:", "if asked != asked:", _B),
    Mutation(
        "names repeat", "name_lists", "raise fault_bodies.duplicate_name()", "return", "validation"
    ),
    Mutation(
        "sparse empties the rest", "operations", "    return kept | read\n", "    return read\n", _I
    ),
    Mutation(
        "void forgets its word",
        "sales_form_posting",
        'note = f"Voided - {note}" if note else "Voided"',
        "pass",
        _I,
    ),
    Mutation(
        "a payment moves nothing", "payments", "refresh(books, ordered)", "refresh(books, [])", _P
    ),
    Mutation("unapplied grows", "payment_lines", "sign = 1 if", "sign = 2 if", _P),
    Mutation(
        "a deposit counts for nothing",
        "balances",
        'money(body, "TotalAmt") - money(body, "Deposit")',
        'money(body, "TotalAmt")',
        _I,
    ),
    Mutation(
        "no compound rate",
        "sales_tax",
        "(tax for _, _, tax in taxes), _ZERO) if rate.compounds else _ZERO",
        "(tax for _, _, tax in taxes), _ZERO) * 0",
        "packs",
    ),
    Mutation(
        "tax by the billing address",
        "automated_tax",
        'form.get("ShipAddr") or form',
        "form",
        "packs",
    ),
    Mutation(
        "files for ever",
        "attachment_api",
        "service.clock.epoch() >= expires",
        "False",
        "attachments",
    ),
)
