"""Bugs of pulling that somebody might make."""

from __future__ import annotations

from tests.simulation.planted_bug import Bug

PULL_BUGS = (
    Bug(
        "the watermark moves before the changes are written",
        "services/pull_changes.py",
        "            changes = company.changes(watermark - OVERLAP)\n",
        "            changes = company.changes(watermark - OVERLAP)\n"
        "            self._journal.set_watermark(connection.realm_id, changes.read_at)\n",
    ),
    Bug(
        "the watermark moves past a company that failed",
        "services/pull_changes.py",
        '            log.warning("the pull of %s failed: %s", name, error)\n',
        "            self._journal.set_watermark(connection.realm_id, self._clock.now())\n",
    ),
    Bug(
        "changes are asked for with a gap",
        "services/pull_changes.py",
        "            changes = company.changes(watermark - OVERLAP)\n",
        "            changes = company.changes(watermark + OVERLAP)\n",
    ),
    Bug(
        "payments are added instead of replaced",
        "services/record_news.py",
        "        store.remove_payments(removed)\n",
        "",
    ),
    Bug(
        "a payment is written after the balance that counts it in",
        "services/record_news.py",
        """    added = store.add_payments(allocations) if allocations else AddedPayments((), ())
    outdated, failed = _write_records(store, changed, now)
""",
        """    outdated, failed = _write_records(store, changed, now)
    allocations = {one: each for one, each in allocations.items() if one not in outdated}
    added = store.add_payments(allocations) if allocations else AddedPayments((), ())
""",
    ),
    Bug(
        "payments of an older look that came late stay",
        "services/record_news.py",
        "    return [one for one in changed if one.record.id in overtaken]\n",
        "    return []\n",
    ),
    Bug(
        "a payment counts in full for each of its invoices",
        "domain/allocations.py",
        "for line in _lines_for(payment, document)), ZERO)",
        "for line in payment.lines), ZERO)",
    ),
    Bug(
        "deletions are ignored",
        "services/changed_documents.py",
        "    gone = [r for key, r in records.items() if key in known and known[key].is_deleted]",
        "    gone = []",
    ),
    Bug(
        "what could not be written is passed over",
        "services/record_news.py",
        "    outdated, failed = _write_records(store, changed, now)\n",
        "    try:\n        outdated, failed = _write_records(store, changed, now)\n"
        "    except AppError:\n        outdated, failed = {one.record.id for one in changed}, {}\n"
        "    outdated, failed = outdated | failed.keys(), {}\n",
    ),
    Bug(
        "the watermark moves past a push that is open",
        "services/changed_documents.py",
        "    return Looked(tuple(news), min([changes.read_at, *held]))",
        "    return Looked(tuple(news), changes.read_at)",
    ),
    Bug(
        "the watermark moves past a deletion that is not told while a push is open",
        "services/changed_documents.py",
        "    if open_invoices and not are_told:\n",
        "    if False:\n",
    ),
    Bug(
        "a document that was linked is not looked at again",
        "services/newly_known.py",
        "            answers |= self._look_again(written)\n",
        "            pass\n",
    ),
    Bug(
        "a comparison moves the watermark past a push that is open",
        "services/pull_changes.py",
        "        return min([changes.read_at, *(claim - CLOCKS_DIFFER for claim in claims)])",
        "        return changes.read_at",
    ),
    Bug(
        "an older look overwrites a newer one",
        "domain/posted_changes.py",
        "    return is_same and known.isdecimal() and seen.isdecimal() and int(seen) < int(known)",
        "    return False",
    ),
    Bug(
        "the payments of an older look replace those of a newer one",
        "services/record_news.py",
        " or replace(one, record=record).is_old:",
        ":",
    ),
    Bug(
        "a full answer of change data capture counts as whole",
        "adapters/quickbooks/changes.py",
        "    if first.is_full:\n",
        "    if False:\n",
    ),
    Bug(
        "a kind that fills an answer alone is not queried",
        "adapters/quickbooks/changes.py",
        "    gathered.add(entity, query_changed(calls, entity, since))\n",
        "",
    ),
    Bug(
        "deletions that an answer does not tell are not looked for",
        "adapters/quickbooks/changes.py",
        "    gathered.unlisted[entity] += 1\n",
        "",
    ),
    Bug(
        "payments whose deletion is not told are not looked for",
        "services/compare_documents.py",
        'if r.paid and "Payment" in changes.unlisted_deletions]',
        "if False]",
    ),
    Bug(
        "the next page of what has changed is not asked for",
        "adapters/quickbooks/queries.py",
        "        last = read.moment(",
        "        return\n        last = read.moment(",
    ),
    Bug(
        "the next page of all is not asked for",
        "adapters/quickbooks/queries.py",
        "            return\n        start += PAGE - _SHIFT\n",
        "            return\n        return\n",
    ),
    Bug(
        "a document that names payments that are gone is believed",
        "services/record_news.py",
        " if look < LOOKS and _is_doubtful(one, known)]",
        " if look > LOOKS]",
    ),
)
