"""Breaks the practice CRM in many small ways and asks its tests whether they notice.

``python -m tests.practice_crm.mutations [WORD …]`` works on a scratch copy and prints one line per
behaviour; its exit code is the number of those that nobody missed. Not part of the normal run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_CRM = "psaqb_desktop/practice/crm/"
_AT_ONCE = 2
_SECONDS = 400

MUTATIONS: tuple[tuple[str, str, str, str, str], ...] = (
    # behaviour broken, file, old text, new text, file of tests that is asked first
    (
        "an upsert ignores If-Match on a missing row",
        "web/record.py",
        "if conditions.if_match(request.headers):",
        "if False:",
        "rows",
    ),
    (
        "a stale ETag is accepted",
        "web/conditions.py",
        'if wanted and wanted != "*" and not _names(wanted, version):',
        "if False:",
        "rows",
    ),
    (
        "a version mismatch has another code",
        "errors.py",
        'VERSION_MISMATCH = "0x80060882"',
        'VERSION_MISMATCH = "0x80060883"',
        "rows",
    ),
    (
        "If-None-Match: null is taken for a condition",
        "web/conditions.py",
        'return "" if value == "null" else value',
        'return "*" if value == "null" else value',
        "rows",
    ),
    (
        "an update does not change the row version",
        "records/writer.py",
        '"versionnumber": next_version(self._connection),\n        }\n        if not creating:',
        (
            "}\n        if creating:\n"
            '            changes.values["versionnumber"] = next_version(self._connection)\n'
            "        if not creating:"
        ),
        "rows",
    ),
    (
        "POST leaves the Location header out",
        "web/record.py",
        'return {"OData-EntityId": address, "Location": address}',
        'return {"OData-EntityId": address}',
        "rows",
    ),
    (
        "a row may be created twice under one id",
        "records/writer.py",
        "if exists(self._connection, table, new_id):",
        "if False:",
        "rows",
    ),
    (
        "base amounts are rounded half to even",
        "storage/values.py",
        "value.quantize(step, rounding=ROUND_HALF_UP)",
        'value.quantize(step, rounding="ROUND_HALF_EVEN")',
        "rows",
    ),
    (
        "pages hold more than five thousand rows",
        "odata/preferences.py",
        "PAGE_CAP = 5000",
        "PAGE_CAP = 50000",
        "queries",
    ),
    (
        "$skip is quietly passed over",
        "odata/options.py",
        'if name == "$skip":',
        'if name == "$skip":\n            continue\n        if name == "$never":',
        "queries",
    ),
    (
        "annotations come unasked",
        "odata/preferences.py",
        "return any(",
        "return True or any(",
        "queries",
    ),
    (
        "the next page begins with the last row again",
        "odata/paging.py",
        'return f"{sql} > ?", [value]',
        'return f"{sql} >= ?", [value]',
        "queries",
    ),
    (
        "filters heed upper and lower case",
        "storage/database.py",
        "return value.casefold() if isinstance(value, str) else value",
        "return value",
        "queries",
    ),
    (
        "secured columns are read by everybody",
        "security.py",
        "return not column.is_secured or self._allowed(table, column)[0]",
        "return True",
        "security",
    ),
    (
        "secured columns are written by everybody",
        "security.py",
        "if not column.is_secured or self._allowed(table, column)[1 if creating else 2]:",
        "if True:",
        "security",
    ),
    (
        "readers may write",
        "security.py",
        "role = self.caller.role\n        if role is Role.ADMINISTRATOR:",
        "role = self.caller.role\n        if role is not Role.ACCOUNTANT:",
        "security",
    ),
    (
        "any status goes with any state",
        "records/states.py",
        "if any(choice.value == status and choice.state == state for choice in options):",
        "if True:",
        "invoice_rules",
    ),
    (
        "closed invoices are writable",
        "records/business_rules.py",
        "if names and not self._options.closed_invoices_writable:",
        "if False:",
        "invoice_rules",
    ),
    (
        "confirmed invoices are writable",
        "records/business_rules.py",
        "if business and not self._options.confirmed_invoices_writable:",
        "if False:",
        "invoice_rules",
    ),
    (
        "columns that are fixed at creation can be changed",
        "records/writer.py",
        "if column.on_create if creating else column.on_update:",
        "if True:",
        "invoice_rules",
    ),
    (
        "a failed change set is no part of the batch's answer",
        "web/batch.py",
        "    except ApiError as error:\n        return _error_part(error, error.headers.pop",
        "    except KeyError as error:\n        return _error_part(error, error.headers.pop",
        "batch",
    ),
    (
        "a change set keeps what came before its failure",
        "web/batch.py",
        'error.headers["Content-ID"] = operation.content_id\n',
        (
            'error.headers["Content-ID"] = operation.content_id\n'
            "            connection.commit()\n"
            '            connection.execute("BEGIN")\n'
        ),
        "batch",
    ),
    (
        "a batch goes on after an error unasked",
        "web/batch.py",
        "if failed and not continues:",
        "if False:",
        "batch",
    ),
    (
        "Content-IDs are not resolved",
        "web/batch.py",
        "known[operation.content_id] = address",
        "known[operation.content_id + 'x'] = address",
        "batch",
    ),
    (
        "bulk actions take targets without a type",
        "web/bulk.py",
        "if named != wanted:",
        "if False:",
        "bulk_and_changes",
    ),
    (
        "throttling has no Retry-After",
        "web/limits.py",
        'return ApiError(429, code, message, {"Retry-After": str(wait)})',
        "return ApiError(429, code, message)",
        "service",
    ),
    (
        "limits are counted over all users",
        "web/limits.py",
        "recent = self._recent.setdefault(user_id, deque())",
        'recent = self._recent.setdefault(user_id, self._recent.setdefault("", deque()))',
        "service",
    ),
    (
        "two schema changes run at once",
        "metadata/routes.py",
        "if not (is_free and environment.schema_lock.acquire(blocking=False)):",
        "if not (is_free and (environment.schema_lock.acquire(blocking=False) or True)):",
        "metadata",
    ),
    (
        "a key is active at once",
        "metadata/table_documents.py",
        "if key.active_from > time.time():",
        "if False:",
        "metadata",
    ),
    (
        "a column is visible at once",
        "schema/catalogue.py",
        "return column.visible_from <= time.time()",
        "return True",
        "metadata",
    ),
    (
        "secured columns may join a key",
        "metadata/building.py",
        "if column.kind not in allowed or column.is_secured:",
        "if column.kind not in allowed:",
        "metadata",
    ),
    (
        "a code can be redeemed twice",
        "identity/tokens.py",
        "connection.execute('DELETE FROM \"#codes\" WHERE code = ? AND kind = ?', (code, kind))",
        "pass",
        "sign_in",
    ),
    (
        "the code verifier is not looked at",
        "identity/token_endpoint.py",
        "if computed != challenge:",
        "if False:",
        "sign_in",
    ),
    (
        "access tokens never grow old",
        "identity/tokens.py",
        'if row is None or row["expires"] < self._now():',
        "if row is None:",
        "sign_in",
    ),
    (
        "a refresh token is revoked by its use",
        "identity/token_endpoint.py",
        'grant = self._store.find("refresh", form.get("refresh_token", ""))',
        (
            'grant = self._store.find("refresh", form.get("refresh_token", ""))\n'
            '        self._store.revoke("refresh")'
        ),
        "sign_in",
    ),
    (
        "duplicate rules are on unasked",
        "records/duplicates.py",
        "if not is_on or column is None",
        "if column is None",
        "unconfirmed",
    ),
    (
        "copied invoices share their originals' lines",
        "seed/copying.py",
        '        "msdyn_invoicelineid",\n',
        "",
        "data_sets",
    ),
    (
        "an untracked table is tracked",
        "odata/delta.py",
        "if not table.tracks_changes:",
        "if False:",
        "change_tracking",
    ),
    (
        "anybody may track changes",
        "odata/delta.py",
        'if not reads_everything and table.ownership == "UserOwned":',
        "if False:",
        "change_tracking",
    ),
    (
        "a delta token never expires",
        "odata/delta.py",
        "if self.clock.now() - given > timedelta(days=self.days):",
        "if False:",
        "change_tracking",
    ),
    (
        "a delta leaves deleted rows out",
        "odata/delta.py",
        '"WHERE table_name = ? AND version > ? AND version <= ? "',
        '"WHERE table_name <> ? AND version > ? AND version <= ? "',
        "change_tracking",
    ),
    (
        "a delta begins after the last page of the list",
        "web/collection.py",
        "    elif page.tracked:\n",
        (
            "    elif page.tracked:\n"
            "        now = session.environment.clock\n"
            "        page.tracked = delta_token(session.connection, now)\n"
        ),
        "change_tracking",
    ),
    (
        "change tracking can be switched off",
        "metadata/customizing.py",
        "if table.tracks_changes and not is_tracked:",
        "if False:",
        "change_tracking",
    ),
    (
        "a watermark looks at every row",
        "odata/narrowing.py",
        "if found[0] < _FEW:",
        "if False:",
        "change_tracking",
    ),
    (
        "a late page walks over all pages before it",
        "odata/paging.py",
        "if len(order) > 1 and term.column.logical_name in _NEVER_EMPTY:",
        "if False:",
        "change_tracking",
    ),
    (
        "reading a page takes no time",
        "web/data_routes.py",
        "done.pages * options.page_seconds + ",
        "",
        "clock_and_trouble",
    ),
    (
        "a paid project invoice is always reactivated",
        "records/business_rules.py",
        "if is_opened and is_paid and not self._options.paid_invoices_reactivate:",
        "if False:",
        "unconfirmed",
    ),
    (
        "used retainers always show their sign",
        "seed/invoices.py",
        "if not options.retainer_usage_negative:",
        "if False:",
        "unconfirmed",
    ),
    (
        "a good day gives no rights back",
        "pages/bad_day.py",
        "environment.roles.clear()",
        "pass",
        "troubles",
    ),
    (
        "a relationship keeps its cascade for ever",
        "metadata/customizing.py",
        'relationship.on_delete = str(cascade.get("Delete", relationship.on_delete))',
        "pass",
        "metadata",
    ),
)


def main(words: Sequence[str] = ()) -> int:
    """Try every mutation, or those whose behaviour holds a word; how many went unnoticed."""
    chosen = [each for each in MUTATIONS if not words or any(word in each[0] for word in words)]
    missed = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tried = pool.map(lambda each: _is_noticed(*each), chosen)
        for (behaviour, *_), caught in zip(chosen, tried, strict=True):
            _say(f"{'caught' if caught else 'MISSED'}: {behaviour}")
            missed += not caught
    _say(f"{len(chosen) - missed} of {len(chosen)} caught")
    return missed


def _is_noticed(behaviour: str, file: str, old: str, new: str, tests: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="crm-mutation-") as scratch:
        copy = Path(scratch)
        for part in ("psaqb_desktop/practice", "tests/practice_crm"):
            shutil.copytree(_ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        for each in ("psaqb_desktop/__init__.py", "tests/conftest.py", "pyproject.toml"):
            shutil.copy(_ROOT / each, copy / each)
        target = copy / _CRM / file
        text = target.read_text("utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{behaviour}: {file} holds the text {text.count(old)} times")
        target.write_text(text.replace(old, new), "utf-8")
        return any(_fails(copy, chosen) for chosen in _runs(tests))


def _runs(tests: str) -> Iterator[str]:
    yield f"tests/practice_crm/test_crm_{tests}.py"
    yield "tests/practice_crm"


def _fails(copy: Path, chosen: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", chosen]
    try:
        done = subprocess.run(
            command, cwd=copy, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode == 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
