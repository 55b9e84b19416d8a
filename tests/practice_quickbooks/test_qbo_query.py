"""The query language over HTTP, by GET and by POST."""

from __future__ import annotations

import pytest

from tests.practice_quickbooks.qbo_company import CompanyClient, Json, read


def fault_of(company: CompanyClient, query: str) -> Json:
    answer = company.call("GET", "query", params={"query": query})
    assert answer.status_code == 400, answer.text
    error: Json = answer.json()["Fault"]["Error"][0]
    return error


def numbers(company: CompanyClient, where: str) -> list[str]:
    response = company.query(f"select * from Invoice {where}")  # noqa: S608
    return [invoice["DocNumber"] for invoice in response.get("Invoice", [])]


@pytest.fixture
def books(gb: CompanyClient) -> CompanyClient:
    tax = "0.0% Z"
    gb.invoice(gb.line("10", tax=tax), DocNumber="Q-1", TxnDate="2026-01-10")
    gb.invoice(
        gb.line("20", tax=tax), DocNumber="Q-2", TxnDate="2026-02-10", customer="Contoso Wales Cyf"
    )
    paid = gb.invoice(gb.line("30", tax=tax), DocNumber="x-3", TxnDate="2026-03-10")
    gb.pay("30", (paid, "30"))
    return gb


def test_an_answer_tells_where_it_starts(books: CompanyClient) -> None:
    response = books.query("select * from Invoice")
    assert len(response["Invoice"]) == 3
    assert (response["startPosition"], response["maxResults"]) == (1, 3)
    assert "totalCount" not in response
    assert books.query("SELECT COUNT(*) FROM Invoice WHERE Balance > '0'") == {"totalCount": 2}


def test_an_empty_answer_has_no_list(books: CompanyClient) -> None:
    assert books.query("select * from Invoice where DocNumber = 'nothing'") == {}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("where DocNumber = 'q-1'", ["Q-1"]),
        ("where docnumber in ('Q-2', 'X-3')", ["Q-2", "x-3"]),
        ("where DocNumber like 'Q%'", ["Q-1", "Q-2"]),
        ("WHERE TxnDate >= '2026-02-10' AND Balance > '0'", ["Q-2"]),
        ("where Balance = 0", ["x-3"]),
        ("where MetaData.LastUpdatedTime > '2020-01-01T00:00:00-08:00'", ["Q-1", "Q-2", "x-3"]),
        ("where MetaData.CreateTime > '2099-01-01'", []),
        ("where TxnDate <= CURRENT_DATE orderby TxnDate desc", ["x-3", "Q-2", "Q-1"]),
        ("order by DocNumber ASC startposition 2 maxresults 1", ["Q-2"]),
        ("maxresults 2", ["Q-1", "Q-2"]),
        ("startposition 3", ["x-3"]),
    ],
)
def test_filters_order_and_pages(books: CompanyClient, where: str, found: list[str]) -> None:
    assert numbers(books, where) == found


def test_by_id_and_by_customer(books: CompanyClient) -> None:
    first = books.query("select * from Invoice")["Invoice"][0]
    assert numbers(books, f"where Id = '{first['Id']}'") == ["Q-1"]
    assert numbers(books, f"where Id in ('{first['Id']}', '7')") == ["Q-1"]
    customer = books.id_of("Customer", "Contoso Wales Cyf")
    assert numbers(books, f"where CustomerRef = '{customer}'") == ["Q-2"]
    assert fault_of(books, f"select * from Invoice where Id > '{first['Id']}'")["code"] == "4001"  # noqa: S608


def test_posting_a_query_is_the_same(books: CompanyClient) -> None:
    answer = books.call(
        "POST",
        "query",
        data=b"select * from Invoice where DocNumber = 'Q-1'",
        headers={"Content-Type": "application/text"},
    )
    assert read(answer)["QueryResponse"]["Invoice"][0]["DocNumber"] == "Q-1"


def test_some_columns_make_a_sparse_row(books: CompanyClient) -> None:
    rows = books.query("select Id, DocNumber from Invoice maxresults 1")["Invoice"]
    assert rows[0].keys() == {"domain", "sparse", "Id", "DocNumber"}
    assert rows[0]["sparse"] is True
    assert "Balance" in books.query("select *, DocNumber from Invoice")["Invoice"][0]


def test_quotes_and_all_alphabets(us: CompanyClient, gb: CompanyClient, de: CompanyClient) -> None:
    for company, name in ((us, "O'Hara & Sons"), (gb, "ælfgifu & SØN ltd")):
        assert company.id_of("Customer", name)
    escaped = us.query("select * from Customer where DisplayName = 'O\\'Hara & Sons'")
    assert len(escaped["Customer"]) == 1
    assert de.query("select * from Customer where DisplayName like '%ä%'") == {}
    assert len(de.query("select * from Customer where DisplayName like 'MÜLLER%'")["Customer"]) == 1


def test_only_active_rows_come_unasked(gb: CompanyClient) -> None:
    active = gb.query("select * from Customer")["Customer"]
    everyone = gb.query("select * from Customer where Active in (true, false)")["Customer"]
    assert len(everyone) == len(active) + 1
    assert gb.query("select count(*) from Customer where Active = false") == {"totalCount": 1}


@pytest.mark.parametrize(
    ("query", "code", "detail"),
    [
        ("select * from Invoice where PrivateNote = 'x'", "4001", "property 'PrivateNote' is not"),
        ("select * from Invoice startposition 0", "4001", "value 0 is too small. Min allowed"),
        ("select * from Invoice maxresults 1001", "4001", "value 1001 is too large"),
        ("select * from Planets", "4001", "Planets"),
        ("select * from Invoice where TxnDate = 'soon'", "4001", "soon"),
        ("select * from Invoice where DocNumber = 'a' or DocNumber = 'b'", "4000", "or"),
        ("select * from Invoice where DocNumber != 'a'", "4000", "QueryParserError"),
        ("select * from Invoice where DocNumber = 'a", "4000", "QueryParserError"),
        ("delete from Invoice", "4000", "QueryParserError"),
        ("select * from Invoice, Payment", "4000", "QueryParserError"),
        ("", "4000", "empty"),
    ],
)
def test_what_is_not_in_the_language(
    books: CompanyClient, query: str, code: str, detail: str
) -> None:
    error = fault_of(books, query)
    assert error["code"] == code
    assert detail in error["Detail"]
