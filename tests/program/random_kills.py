"""Several programs push one selection and are killed and started again at random, until all is in.

``python -m tests.program.random_kills --invoices 500 --seed 7`` prints what came of it. Every
program has a data folder of its own: a journal, a keyring, a lock. A kill is SIGKILL, at a moment
that the seed and the machine's speed decide.
"""

# ruff: noqa: T201 - the command prints
from __future__ import annotations

import argparse
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from psaqb_desktop.adapters.dataverse.schema import STATES
from psaqb_desktop.cli.exit_codes import OK, OUTCOME_UNKNOWN
from psaqb_desktop.domain.sync_record import PostingState
from tests.program.headless import Desktop, Practice, digest_of

COMPANIES = ("GBSI", "USMF")
_KEY = re.compile(r"psaqb:([0-9a-f-]{36})", re.IGNORECASE)
_PLANTED_FOR_ONE_READY = 11
"""So many planted invoices give one that is ready in one of the companies."""

_LONGEST_SECONDS = 3600.0


@dataclass
class Outcome:
    """What stands in the services and on the desktops at the end."""

    invoices: int
    kills: int = 0
    starts: int = 0
    seconds: float = 0.0
    documents: int = 0
    """QuickBooks documents that carry the key of one of the invoices."""
    duplicates: int = 0
    posted: int = 0
    """CRM rows of the invoices that say posted, each naming a document that is there."""
    differing: list[str] = field(default_factory=list)
    """Invoices whose row and document differ, in id or total."""
    open_in_journals: int = 0
    unsettled: int = 0
    is_newest_token: dict[str, bool] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """One document and one posted row for each invoice, and nothing left open."""
        counts = {self.documents, self.posted}
        left = (self.duplicates, self.open_in_journals, self.unsettled, len(self.differing))
        return counts == {self.invoices} and not any(left) and all(self.is_newest_token.values())


class RandomKills:
    """A practice world with some desktops on it, all connected to the same companies."""

    def __init__(
        self,
        folder: Path,
        *,
        invoices: int,
        programs: int = 2,
    ) -> None:
        planted = max(400, invoices * _PLANTED_FOR_ONE_READY)
        self.practice = Practice.start(folder / "practice", invoices=planted)
        # Each refresh brings a new token; the old one lives for a day, as Intuit documents: a kill
        # between Intuit's answer and this machine's disk could not be made good otherwise.
        self.practice.quickbooks_options(rotate_after_seconds=0, old_token_dies=False)
        self.desktops = [
            Desktop.set_up(folder / f"desktop-{number}", self.practice)
            for number in range(1, programs + 1)
        ]
        self.waiting: list[str] = []
        self.numbers: list[str] = []
        self._ids: set[str] = set()
        try:
            self._connect()
            assert len(self.waiting) >= invoices, f"only {len(self.waiting)} invoices are ready"
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        first = self.desktops[0]
        first.run("provision")
        for company in COMPANIES:
            first.connect(company)
            first.link(company)
            self.waiting += first.ready(company)

    def select(self, count: int) -> list[str]:
        """Take so many of the waiting invoices as the selection of the next push."""
        self.numbers, self.waiting = self.waiting[:count], self.waiting[count:]
        wanted = set(self.numbers)
        listed = self.desktops[0].run("list", "--all")["invoices"]
        self._ids = {one["id"].casefold() for one in listed if one["number"] in wanted}
        return self.numbers

    def run(
        self,
        seed: int,
        *,
        between: tuple[float, float] = (0.0, 0.0),
        every: tuple[int, int] | None = None,
    ) -> Outcome:
        """Let the programs live and die until the selection is posted, then look.

        A kill comes ``between`` so many seconds after the last one, or, whatever the machine's
        speed, after ``every`` so many new documents.
        """
        chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        outcome = Outcome(len(self.numbers))
        began = time.monotonic()
        running: list[subprocess.Popen[str] | None] = [None] * len(self.desktops)
        while self._rows_posted() < len(self.numbers):
            assert time.monotonic() - began < _LONGEST_SECONDS, "it does not come to an end"
            for place, desktop in enumerate(self.desktops):
                process = running[place]
                if process is None or process.poll() is not None:
                    numbers = chance.sample(self.numbers, len(self.numbers))
                    running[place] = desktop.start_quietly("push", *numbers, "--yes")
                    outcome.starts += 1
            if every is None:
                time.sleep(chance.uniform(*between))
            else:
                self._wait_for_documents(chance.randint(*every), running)
            outcome.kills += self._kill(running, chance)
        for process in running:
            if process is not None:
                process.wait(timeout=600)
        outcome.seconds = time.monotonic() - began
        self.look(outcome)
        return outcome

    def close(self) -> None:
        self.practice.stop()

    def _wait_for_documents(
        self, more: int, running: Sequence[subprocess.Popen[str] | None]
    ) -> None:
        """Wait until there are so many more documents, or no program is left to make them."""
        wanted = self._count_documents() + more
        while self._count_documents() < wanted:
            if all(each is None or each.poll() is not None for each in running):
                return
            time.sleep(0.02)

    def _count_documents(self) -> int:
        """Count by the service's own notes of its calls: asking as a client is limited."""
        url = f"{self.practice.quickbooks_url}/_practice/calls"
        counts: dict[str, int] = requests.get(url, timeout=30).json()["counts"]
        made = ("/invoice", "/creditmemo")
        return sum(
            n for what, n in counts.items() if what.startswith("POST ") and what.endswith(made)
        )

    def _kill(self, running: Sequence[subprocess.Popen[str] | None], chance: random.Random) -> int:
        """Kill one of the programs, or all of them at once."""
        alive = [each for each in running if each is not None and each.poll() is None]
        chosen = alive if chance.random() < 0.25 else alive and [chance.choice(alive)]
        for process in chosen:
            process.kill()
            process.wait()
        return len(chosen)

    def look(self, outcome: Outcome) -> None:
        """Settle what is open on each desktop, then ask services and journals what there is."""
        for desktop in self.desktops:
            settled = desktop.run("settle", codes=(OK, OUTCOME_UNKNOWN))
            outcome.unsettled += sum(1 for one in settled["results"] if one["findings"])
            outcome.open_in_journals += _open_pushes(desktop)
        self.desktops[0].run("doctor", codes=(0, 1))
        documents: dict[tuple[object, object], dict[str, Any]] = {}
        keys: Counter[str] = Counter()
        for company in COMPANIES:
            for document in self.practice.all_documents(company):
                found = _KEY.search(document.get("PrivateNote", ""))
                if found and found.group(1).casefold() in self._ids:
                    keys[found.group(1).casefold()] += 1
                    documents[document["Id"], document["DocNumber"]] = document
            newest = self.practice.newest_refresh_digest(company)
            stored = digest_of(self.practice.crm_refresh_token(company))
            outcome.is_newest_token[company] = stored == newest
        outcome.documents = sum(keys.values())
        outcome.duplicates = sum(count - 1 for count in keys.values())
        for row in self._rows():
            named = documents.get((row["psaqb_quickbooksid"], row["psaqb_number"]))
            total = f"{float(row['psaqb_total'] or 0):.2f}"
            if named is None or f"{named['TotalAmt']:.2f}" != total:
                outcome.differing.append(str(row["psaqb_number"]))
            else:
                outcome.posted += row["psaqb_state"] == STATES.value(PostingState.POSTED)

    def _rows_posted(self) -> int:
        posted = STATES.value(PostingState.POSTED)
        return sum(1 for row in self._rows() if row["psaqb_state"] == posted)

    def _rows(self) -> list[dict[str, Any]]:
        rows = self.practice.crm_rows(
            "psaqb_invoicesyncs",
            select="psaqb_invoicekey,psaqb_state,psaqb_quickbooksid,psaqb_number,psaqb_total",
        )
        return [row for row in rows if str(row["psaqb_invoicekey"]).casefold() in self._ids]


def _open_pushes(desktop: Desktop) -> int:
    count = 0
    for path in desktop.data.glob("data/journal-*.sqlite3"):
        with sqlite3.connect(path) as journal:
            (found,) = journal.execute(
                "SELECT count(*) FROM pushes WHERE is_current AND step NOT IN (?, ?)",
                ("recorded", "abandoned"),
            ).fetchone()
        journal.close()
        count += found
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once and print; 0 where everything is as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=500)
    parser.add_argument("--programs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--least", type=float, default=4.0, help="seconds between kills, at least")
    parser.add_argument("--most", type=float, default=14.0, help="and at most")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        world = RandomKills(Path(folder), invoices=options.invoices, programs=options.programs)
        try:
            world.select(options.invoices)
            outcome = world.run(options.seed, between=(options.least, options.most))
        finally:
            world.close()
    print(f"{options.programs} programs, {options.invoices} invoices, seed {options.seed}")
    print(f"{outcome.kills} kills, {outcome.starts} starts in {outcome.seconds:.0f} s")
    print(f"{outcome.documents} documents, {outcome.duplicates} duplicates")
    print(f"{outcome.posted} posted in the CRM, {len(outcome.differing)} differing")
    print(f"{outcome.open_in_journals} open in journals, {outcome.unsettled} unsettled")
    print(f"refresh token in the CRM is the newest: {outcome.is_newest_token}")
    return 0 if outcome.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
