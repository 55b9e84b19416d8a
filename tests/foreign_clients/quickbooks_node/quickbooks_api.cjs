// quickbooks-api: a client in TypeScript that reads. Its addresses are built in, so the
// process's own fetch sends what is meant for Intuit to the practice service.
'use strict';

const assert = require('node:assert/strict');
const { pathToFileURL } = require('node:url');
const { operation, consent, control, refused, runAll } = require('./rows.cjs');

const config = JSON.parse(process.argv[2]);
const realFetch = globalThis.fetch;
globalThis.fetch = (address, init) => {
  const url = new URL(address);
  assert.match(url.hostname, /\.intuit\.com$/);
  return realFetch(`${config.url}${url.pathname}${url.search}`, init);
};
const practice = (url) => `${config.url}${new URL(url).pathname}${new URL(url).search}`;

let library;

function newAuth() {
  const { AuthProvider, AuthScopes } = library;
  return new AuthProvider(config.clientId, config.clientSecret, config.redirectUri, [
    AuthScopes.Accounting,
  ]);
}

async function connected() {
  const auth = newAuth();
  const redirected = new URL(await consent(practice(auth.generateAuthUrl('s'))));
  const answer = redirected.searchParams;
  assert.equal(answer.get('state'), 's');
  await auth.exchangeCode(answer.get('code'), answer.get('realmId'));
  return auth;
}

const yesterday = () => new Date(Date.now() - 86400e3);
const tomorrow = () => new Date(Date.now() + 86400e3);

operation('authorize and exchange the code', async () => {
  const token = await (await connected()).getToken();
  assert.equal(token.realmId, config.realm);
  assert.ok(token.accessTokenExpiryDate > new Date());
});

operation('refresh', async () => {
  const auth = await connected();
  const before = (await auth.getToken()).accessToken;
  assert.notEqual((await auth.refresh()).accessToken, before);
});

operation('keep a token sealed and open it again', async () => {
  const auth = await connected();
  const sealed = await auth.serializeToken('k'.repeat(32));
  const other = newAuth();
  await other.deserializeToken(sealed, 'k'.repeat(32));
  await other.refresh();
});

operation('revoke', async () => {
  const auth = await connected();
  const token = { ...(await auth.getToken()) };
  assert.equal(await auth.revoke(), true);
  await auth.setToken(token);
  await refused(auth.refresh(), 'invalid_grant');
});

operation('company information', async (api) => {
  assert.equal((await api.companyInfo.getCompanyInfo()).Country, 'GB');
});

operation('preferences', async (api) => {
  const found = await api.preferences.getPreferences();
  assert.equal(found.results[0].SalesFormsPrefs.CustomTxnNumbers, true);
});

for (const [kind, singular, plural] of [
  ['invoices', 'Invoice', 'Invoices'],
  ['payments', 'Payment', 'Payments'],
  ['creditMemos', 'CreditMemo', 'CreditMemos'],
  ['customers', 'Customer', 'Customers'],
  ['accounts', 'Account', 'Accounts'],
]) {
  operation(`${plural}: all, by id, by date, updated, by a query of one's own`, async (api) => {
    const part = api[kind];
    const all = await part[`getAll${plural}`]();
    assert.ok(all.results.length > 0);
    const id = all.results[0].Id;
    assert.equal((await part[`get${singular}ById`](id)).Id, id);
    const within = await part[`get${plural}ForDateRange`](yesterday(), tomorrow());
    assert.ok(within.results.some((each) => each.Id === id));
    const updated = await part[`getUpdated${plural}`](yesterday());
    assert.ok(updated.results.length > 0);
    const own = (await part.getQueryBuilder()).whereId(id);
    const found = await part[`raw${singular}Query`](own);
    assert.equal((found.results || found)[0].Id, id);
  });
}

operation('invoices: pages', async (api) => {
  const seen = new Set();
  for (let page = 1, more = true; more; page += 1) {
    const answer = await api.invoices.getAllInvoices({
      searchOptions: { page, maxResults: 2, orderBy: { field: 'Id', direction: 'ASC' } },
    });
    answer.results.forEach((each) => seen.add(each.Id));
    more = answer.hasNextPage;
  }
  assert.equal(seen.size, config.invoices);
});

operation('invoices: paid and unpaid', async (api) => {
  const paid = await api.invoices.getAllInvoices({ status: 'paid' });
  const unpaid = await api.invoices.getAllInvoices({ status: 'unpaid' });
  assert.ok(paid.results.every((each) => each.Balance === 0));
  assert.equal(paid.results.length + unpaid.results.length, config.invoices);
});

operation('invoices: by due date', async (api) => {
  const due = new Date('2026-09-30T00:00:00Z');
  const found = await api.invoices.getInvoicesByDueDate(due);
  assert.ok(found.results.length > 0);
  assert.ok(found.results.every((each) => each.DueDate === '2026-09-30'));
});

operation('an expired access token', async (api) => {
  await control('tokens/expire', { realm_id: config.realm, kind: 'access' });
  await refused(api.companyInfo.getCompanyInfo(), '3200');
  await api.authProvider.refresh();
  await api.companyInfo.getCompanyInfo();
});

operation('estimates and bills, which are not modelled, are refused', async (api) => {
  await refused(api.estimates.getAllEstimates(), '4001');
  await refused(api.bills.getAllBills(), '4001');
});

runAll(async () => {
  const root = `${config.packages}/node_modules/quickbooks-api/dist/app.js`;
  library = await import(pathToFileURL(root).href);
  return new library.ApiClient(await connected(), library.Environment.Sandbox);
});
