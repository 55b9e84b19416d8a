"""Bugs of pushing, settling, tokens and pacing that somebody might make."""

from __future__ import annotations

from tests.simulation.planted_bug import Bug

PUSH_BUGS = (
    Bug(
        "the journal hears of a request after the wire",
        "services/posting.py",
        """            self._journal.advance([claimed.push.request_id], PushStep.SENT)
            answer = self._send(claimed.push, turn)
""",
        """            answer = self._send(claimed.push, turn)
            self._journal.advance([claimed.push.request_id], PushStep.SENT)
""",
    ),
    Bug(
        "each attempt has a request id of its own",
        "services/posting.py",
        "                    answered = self._company.post(push.draft, push.request_id)",
        """                    answered = self._company.post(
                        push.draft, type(push.request_id)(f"{push.request_id}{int(wait or 0)}")
                    )""",
    ),
    Bug(
        "the generation stays after a void",
        "services/claims.py",
        "        return max(base.generation if is_repeat else base.generation + 1,"
        " made + 1 if made else 0)",
        "        return max(1, base.generation)",
    ),
    Bug(
        "the CRM hears of a claim before the journal",
        "services/claims.py",
        """        self._journal.prepare([claimed.push for claimed in wanted])
        answers = self._records.write([claimed.record for claimed in wanted])
""",
        """        answers = self._records.write([claimed.record for claimed in wanted])
        self._journal.prepare([claimed.push for claimed in wanted])
""",
    ),
    Bug(
        "a claim that was lost to another desktop is posted",
        "services/claims.py",
        "            lost.append((one, answer))",
        "            claimed.append(one)",
    ),
    Bug(
        "open claims of others are taken by a push",
        "services/claims.py",
        "    if record.state.is_open:\n        return blocker(",
        "    if False:\n        return blocker(",
    ),
    Bug(
        "a claim is stale at once",
        "services/take_over.py",
        "STALE_AFTER = timedelta(minutes=10)",
        "STALE_AFTER = timedelta(0)",
    ),
    Bug(
        "a claim of another desktop is never stale",
        "services/take_over.py",
        "STALE_AFTER = timedelta(minutes=10)",
        "STALE_AFTER = timedelta(days=1000)",
    ),
    Bug(
        "a failure inside QuickBooks counts as a refusal",
        "adapters/quickbooks/post.py",
        "    is_unclear = (\n        answer.status >= 500\n        or ",
        "    is_unclear = False and (\n        answer.status >= 500\n        or ",
    ),
    Bug(
        "a throttled request counts as posted",
        "services/posting.py",
        """            result = self._close_refused(claimed, answer)
            if isinstance(answer, SignInNeededError):
                raise answer
            return result
""",
        """            self._close_refused(claimed, answer)
            return PushResult(claimed.push.invoice_id, PostingState.POSTED, claimed.record)
""",
    ),
    Bug(
        "what was recorded of an earlier request is told of the later one",
        "services/result_recorder.py",
        "            self._written.pop(outcome.record.invoice_id, None)\n",
        "",
    ),
    Bug(
        "a lost answer counts as not sent",
        "services/posting.py",
        "    ServiceUnavailableError,\n    SignInNeededError,\n    LeaseTakenError,",
        "    ServiceUnavailableError,\n    OutcomeUnknownError,\n    SignInNeededError,\n"
        "    LeaseTakenError,",
    ),
    Bug(
        "an unknown outcome is told as failed",
        "services/posting.py",
        "            state=PostingState.UNKNOWN,\n",
        "            state=PostingState.FAILED,\n",
    ),
    Bug(
        "a refused document is not looked for",
        "services/posting.py",
        """        if document is not None:
            return self.confirm(claimed, document)
        return self._close_refused(claimed, error)
""",
        """        return self._close_refused(claimed, error)
""",
    ),
    Bug(
        "amounts pass through float",
        "adapters/quickbooks/documents.py",
        '    total = _required_amount(data, "TotalAmt", document_type.value)',
        '    total = Decimal(float(_required_amount(data, "TotalAmt", document_type.value)))',
    ),
    Bug(
        "tax is rounded line by line",
        "domain/tax.py",
        """    for code, net in by_code.values():
        for line in tax_of(net, code):
            known_line = by_rate.get(line.rate_id)
            if known_line is not None:
                base = known_line.net + line.net
                line = replace(line, net=base, amount=to_cents(base * line.percent / 100))""",
        """    for code, net in nets:
        for line in tax_of(net, code):
            known_line = by_rate.get(line.rate_id)
            if known_line is not None:
                base = known_line.net + line.net
                line = replace(line, net=base, amount=known_line.amount + line.amount)""",
    ),
    Bug(
        "documents are found without their key",
        "adapters/quickbooks/find.py",
        "    own = [document for document in found"
        " if has_key_of(document.private_note, draft.invoice_id)]",
        "    own = list(found)",
    ),
    Bug(
        "a voided document is adopted",
        "services/look_first.py",
        "        standing = [d for d in documents if not d.is_voided and not d.is_deleted]",
        "        standing = list(documents)",
    ),
    Bug(
        "nobody looks into QuickBooks before pushing",
        "services/look_first.py",
        "            if own:\n",
        "            if False:\n",
    ),
    Bug(
        "what another desktop has recorded is overwritten",
        "services/result_recorder.py",
        "    if fresh.state.is_posted:\n        return fresh\n",
        "",
    ),
    Bug(
        "outcomes are closed before the CRM has them",
        "services/result_recorder.py",
        """            with self._lock:
                self._waiting = [*waiting.values(), *self._waiting]
            raise
""",
        """            self._journal.advance(
                [o.request_id for o in waiting.values() if o.is_final], PushStep.RECORDED
            )
""",
    ),
    Bug(
        "a cancelled push keeps its claims",
        "services/company_run.py",
        "self._tools.claims.release(unsent)",
        "[]",
    ),
    Bug(
        "a sent push counts as never sent",
        "services/settle_pushes.py",
        "            if push.step in NEVER_SENT:",
        "            if push.step in NEVER_SENT | {PushStep.SENT}:",
    ),
    Bug(
        "a failure is recorded without words",
        "services/posting.py",
        """            state=PostingState.FAILED,
            finding=finding.message,
""",
        """            state=PostingState.FAILED,
            finding="",
""",
    ),
    Bug(
        "an invoice that was posted may be left out",
        "services/leave_out.py",
        "        if record.state.is_open or record.state.is_posted:",
        "        if False:",
    ),
    Bug(
        "the lease of another desktop is ignored",
        "services/access_tokens.py",
        "        if not current.lease_holder or until is None:",
        "        if current is not None:",
    ),
    Bug(
        "a lease ends by the wrong clock",
        "services/access_tokens.py",
        "            or until + CLOCKS_DIFFER <= now",
        "            or until <= now",
    ),
    Bug(
        "a new refresh token goes to the CRM only",
        "services/access_tokens.py",
        "        self._secrets.set(secret_name(connection.id), to_text(realm_id, answer))\n",
        "",
    ),
    Bug(
        "a new refresh token goes to the keyring only",
        "services/access_tokens.py",
        "            self._bring(current, KeptToken(current.realm_id, answer))\n",
        "",
    ),
    Bug(
        "a kept refresh token is never brought",
        "services/settle_pushes.py",
        "        self._tokens.heal(connections.values())\n",
        "",
    ),
    Bug(
        "a turn of the pacing that nobody uses is kept",
        "adapters/quickbooks/allowance.py",
        """        for window in self._windows:
            if window.taken and window.taken[-1] is leave:
                self._next_turn = leave.turn
            window.taken = deque(each for each in window.taken if each is not leave)
""",
        "",
    ),
)
