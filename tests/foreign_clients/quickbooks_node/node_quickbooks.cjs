// node-quickbooks: the oldest client for JavaScript.
'use strict';

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { createRequire } = require('node:module');
const { operation, control, refused, fresh, runAll } = require('./rows.cjs');

const config = JSON.parse(process.argv[2]);
const QuickBooks = createRequire(`${config.packages}/`)('node-quickbooks');
QuickBooks.V3_ENDPOINT_BASE_URL = `${config.url}/v3/company/`;
QuickBooks.TOKEN_URL = `${config.url}/oauth2/v1/tokens/bearer`;
QuickBooks.REVOKE_URL = `${config.url}/v2/oauth2/tokens/revoke`;
QuickBooks.USER_INFO_URL = `${config.url}/v1/openid_connect/userinfo`;

const known = {};

function client(tokens = config.tokens) {
  return new QuickBooks(
    config.clientId, config.clientSecret, tokens.access_token, false, config.realm,
    true, false, 75, '2.0', tokens.refresh_token,
  );
}

const call = (qbo, method, ...args) =>
  new Promise((resolve, reject) => {
    qbo[method](...args, (error, body) => (error ? reject(error) : resolve(body)));
  });

const line = (amount) => ({
  Amount: amount,
  DetailType: 'SalesItemLineDetail',
  SalesItemLineDetail: { ItemRef: { value: known.item }, TaxCodeRef: { value: known.tax } },
});
const draft = (more = {}) => ({ CustomerRef: { value: known.customer }, Line: [line(100)], ...more });
const payment = (amount, ...links) => ({
  CustomerRef: { value: known.customer },
  TotalAmt: amount,
  Line: links.map(([id, applied, kind = 'Invoice']) => ({
    Amount: applied, LinkedTxn: [{ TxnId: id, TxnType: kind }],
  })),
});

operation('refresh', async () => {
  const qbo = client();
  const answer = await call(qbo, 'refreshAccessToken');
  assert.equal(answer.expires_in, 3600);
  assert.equal(qbo.token, answer.access_token);
});

operation('create an invoice', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft({ DocNumber: fresh() }));
  assert.deepEqual([made.SyncToken, made.TotalAmt, made.Balance], ['0', 120, 120]);
});

operation('create with a request id, twice', async (qbo) => {
  const requestId = fresh('request');
  const wanted = draft({ DocNumber: fresh() });
  const first = await call(qbo, 'createInvoice', { ...wanted, requestId });
  const again = await call(qbo, 'createInvoice', { ...wanted, requestId });
  assert.equal(again.Id, first.Id);
});

operation('a number that is taken, and one that may repeat', async (qbo) => {
  const wanted = draft({ DocNumber: fresh() });
  await call(qbo, 'createInvoice', { ...wanted });
  await refused(call(qbo, 'createInvoice', { ...wanted }), '6140');
  await call(qbo, 'createInvoice', { ...wanted, allowDuplicateDocNum: true });
});

operation('read an invoice', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft());
  assert.equal((await call(qbo, 'getInvoice', made.Id)).Id, made.Id);
  await refused(call(qbo, 'getInvoice', '987654321'), '610');
});

operation('update an invoice, sparse unless told otherwise', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft({ CustomerMemo: { value: 'kept' } }));
  const change = { Id: made.Id, SyncToken: '0', PrivateNote: 'changed' };
  const changed = await call(qbo, 'updateInvoice', change);
  assert.deepEqual([changed.SyncToken, changed.CustomerMemo.value], ['1', 'kept']);
  await refused(call(qbo, 'updateInvoice', { ...change, sparse: true }), '5010');
});

operation('void an invoice by its record and by its id', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft());
  await call(qbo, 'voidInvoice', { Id: made.Id, SyncToken: '0' });
  assert.equal((await call(qbo, 'getInvoice', made.Id)).TotalAmt, 0);
});

operation('delete an invoice', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft());
  const answer = await call(qbo, 'deleteInvoice', { Id: made.Id, SyncToken: '0' });
  assert.equal(answer.Invoice.status, 'Deleted');
});

operation('send an invoice and download it as PDF', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft());
  const sent = await call(qbo, 'sendInvoicePdf', made.Id, 'ap@nordwind.example');
  assert.equal(sent.EmailStatus, 'EmailSent');
  const pdf = await call(qbo, 'getInvoicePdf', made.Id);
  assert.ok(Buffer.from(pdf).toString('latin1').startsWith('%PDF'));
});

operation('credit memo: create, update, send, delete', async (qbo) => {
  const made = await call(qbo, 'createCreditMemo', draft());
  assert.equal(made.RemainingCredit, 120);
  const changed = await call(qbo, 'updateCreditMemo', { Id: made.Id, SyncToken: '0', PrivateNote: 'c' });
  const sent = await call(qbo, 'sendCreditMemoPdf', made.Id, 'ap@nordwind.example');
  assert.equal(sent.SyncToken, String(Number(changed.SyncToken) + 1));
  await call(qbo, 'deleteCreditMemo', sent);
  await refused(call(qbo, 'getCreditMemo', made.Id), '610');
});

operation('payment: create, update, void, delete', async (qbo) => {
  const invoice = await call(qbo, 'createInvoice', draft());
  const made = await call(qbo, 'createPayment', payment(50, [invoice.Id, 50]));
  assert.equal((await call(qbo, 'getInvoice', invoice.Id)).Balance, 70);
  const less = { ...payment(20, [invoice.Id, 20]), Id: made.Id, SyncToken: made.SyncToken };
  const changed = await call(qbo, 'updatePayment', less);
  assert.equal((await call(qbo, 'getInvoice', invoice.Id)).Balance, 100);
  const voided = await call(qbo, 'voidPayment', { Id: changed.Id, SyncToken: changed.SyncToken });
  assert.equal((await call(qbo, 'getInvoice', invoice.Id)).Balance, 120);
  await call(qbo, 'deletePayment', voided.Payment || voided);
  await refused(call(qbo, 'getPayment', made.Id), '610');
});

operation('apply a credit memo by a payment of nothing', async (qbo) => {
  const invoice = await call(qbo, 'createInvoice', draft());
  const memo = await call(qbo, 'createCreditMemo', draft());
  const links = [[invoice.Id, 120], [memo.Id, 120, 'CreditMemo']];
  await call(qbo, 'createPayment', payment(0, ...links));
  assert.equal((await call(qbo, 'getInvoice', invoice.Id)).Balance, 0);
});

operation('customers: create, find, update', async (qbo) => {
  const name = `O'Hara & Søn 100% ${fresh()}`;
  const made = await call(qbo, 'createCustomer', { DisplayName: name });
  const found = await call(qbo, 'findCustomers', { DisplayName: name });
  assert.equal(found.QueryResponse.Customer[0].Id, made.Id);
  const changed = await call(qbo, 'updateCustomer', { Id: made.Id, SyncToken: '0', Notes: 'n' });
  assert.equal(changed.DisplayName, name);
  await refused(call(qbo, 'createCustomer', { DisplayName: name }), '6240');
});

operation('lists: item, class, department, term, vendor, payment method', async (qbo) => {
  const income = (await call(qbo, 'findAccounts', { AccountType: 'Income' })).QueryResponse.Account[0];
  const rows = [
    ['Item', { Name: fresh(), Type: 'Service', IncomeAccountRef: { value: income.Id } }],
    ['Class', { Name: fresh() }],
    ['Department', { Name: fresh() }],
    ['Term', { Name: fresh('T'), DueDays: 9 }],
    ['Vendor', { DisplayName: fresh('V') }],
    ['PaymentMethod', { Name: fresh('M') }],
  ];
  for (const [kind, wanted] of rows) {
    const made = await call(qbo, `create${kind}`, wanted);
    assert.equal((await call(qbo, `get${kind}`, made.Id)).Id, made.Id, kind);
  }
});

operation('company, preferences, exchange rate, tax code, tax rate', async (qbo) => {
  assert.equal((await call(qbo, 'getCompanyInfo', config.realm)).Country, 'GB');
  assert.equal((await call(qbo, 'getPreferences')).SalesFormsPrefs.CustomTxnNumbers, true);
  const rate = await call(qbo, 'getExchangeRate', { sourcecurrencycode: 'EUR' });
  assert.equal(rate.ExchangeRate.Rate, 0.85);
  const code = await call(qbo, 'getTaxCode', known.tax);
  const rateId = code.SalesTaxRateList.TaxRateDetail[0].TaxRateRef.value;
  assert.equal((await call(qbo, 'getTaxRate', rateId)).RateValue, 20);
});

operation('queries: operators, order, pages, count', async (qbo) => {
  for (const amount of [1, 2, 3]) {
    await call(qbo, 'createInvoice', draft({ DocNumber: fresh('Q'), Line: [line(amount)] }));
  }
  const like = await call(qbo, 'findInvoices', [
    { field: 'DocNumber', value: 'Q-%', operator: 'LIKE' },
    { field: 'Balance', value: '1', operator: '>' },
    { field: 'desc', value: 'DocNumber' },
    { field: 'limit', value: 2 },
  ]);
  assert.equal(like.QueryResponse.maxResults, 2);
  const numbers = like.QueryResponse.Invoice.map((each) => each.DocNumber);
  assert.deepEqual(numbers, [...numbers].sort().reverse());
  const ids = like.QueryResponse.Invoice.map((each) => each.Id);
  const chosen = await call(qbo, 'findInvoices', { Id: ids });
  assert.equal(chosen.QueryResponse.Invoice.length, 2);
  const counted = await call(qbo, 'findInvoices', { count: true });
  const all = await call(qbo, 'findInvoices', { fetchAll: true, limit: 2 });
  assert.equal(all.QueryResponse.Invoice.length, counted.QueryResponse.totalCount);
});

operation('a query that cannot be answered', async (qbo) => {
  await refused(call(qbo, 'findInvoices', { PrivateNote: 'x' }), '4001');
});

operation('batch', async (qbo) => {
  const number = fresh();
  const answer = await call(qbo, 'batch', [
    { bId: '1', operation: 'create', Invoice: draft({ DocNumber: number }) },
    { bId: '2', operation: 'create', Invoice: draft({ DocNumber: 'N'.repeat(22) }) },
    { bId: '3', Query: 'select count(*) from Term' },
  ]);
  const byId = Object.fromEntries(answer.BatchItemResponse.map((each) => [each.bId, each]));
  assert.equal(byId[1].Invoice.DocNumber, number);
  assert.equal(byId[2].Fault.Error[0].code, '2050');
  assert.ok(byId[3].QueryResponse.totalCount >= 5);
  const many = Array.from({ length: 31 }, (_, n) => ({ bId: `${n}`, Query: 'select * from Term' }));
  await refused(call(qbo, 'batch', many), '1040');
});

operation('change data capture', async (qbo) => {
  const made = await call(qbo, 'createInvoice', draft());
  await call(qbo, 'deleteInvoice', { Id: made.Id, SyncToken: '0' });
  const since = new Date(Date.now() - 3600e3);
  const answer = await call(qbo, 'changeDataCapture', ['Invoice', 'Payment'], since);
  const [invoices] = answer.CDCResponse[0].QueryResponse;
  assert.equal(invoices.Invoice.find((each) => each.Id === made.Id).status, 'Deleted');
});

operation('attach a file to an invoice', async (qbo) => {
  const invoice = await call(qbo, 'createInvoice', draft());
  const stream = Readable.from([Buffer.from([0, 255, 13, 10, 65])]);
  const made = await call(qbo, 'upload', 'hours.pdf', 'application/pdf', stream, 'Invoice', invoice.Id);
  assert.equal(made.AttachableRef[0].EntityRef.value, invoice.Id);
  const read = await call(qbo, 'getAttachable', made.Id);
  assert.equal(read.Size, 5);
  const file = Buffer.from(await (await fetch(read.TempDownloadUri)).arrayBuffer());
  assert.deepEqual([...file], [0, 255, 13, 10, 65]);
  await call(qbo, 'deleteAttachable', read);
});

operation('attach a note', async (qbo) => {
  const made = await call(qbo, 'createAttachable', { Note: 'called' });
  const changed = await call(qbo, 'updateAttachable', { Id: made.Id, SyncToken: '0', Note: 'twice' });
  assert.equal(changed.Note, 'twice');
  const found = await call(qbo, 'findAttachables', { Note: 'twice' });
  assert.equal(found.QueryResponse.Attachable[0].Id, made.Id);
});

operation('an entity or report that is not modelled is refused', async (qbo) => {
  await refused(call(qbo, 'createEstimate', draft()), '500');
  await refused(call(qbo, 'reportProfitAndLoss', {}), '500');
});

operation('throttled', async (qbo) => {
  await control('faults', { fault: 'throttled', path: '/v3/*' });
  const error = await refused(call(qbo, 'getPreferences'), '3001');
  assert.equal(error.response.status, 429);
});

operation('an expired access token', async () => {
  const qbo = client();
  await call(qbo, 'refreshAccessToken');
  await control('tokens/expire', { realm_id: config.realm, kind: 'access' });
  await refused(call(qbo, 'getPreferences'), '3200');
  await call(qbo, 'refreshAccessToken');
  await call(qbo, 'getPreferences');
});

operation('revoke', async () => {
  const qbo = client();
  const token = qbo.refreshToken;
  await call(qbo, 'revokeAccess', true);
  const other = client({ access_token: '', refresh_token: token });
  await refused(call(other, 'refreshAccessToken'), 'invalid_grant');
});

runAll(async () => {
  const qbo = client();
  const first = async (method, criteria) => {
    const answer = (await call(qbo, method, criteria)).QueryResponse;
    return Object.values(answer).find(Array.isArray)[0].Id;
  };
  known.customer = await first('findCustomers', { DisplayName: 'Nordwind Logistics plc' });
  known.item = await first('findItems', { Name: 'Consulting' });
  known.tax = await first('findTaxCodes', { Name: '20.0% S' });
  return qbo;
});
