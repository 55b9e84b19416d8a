// Intuit's own OAuth client for JavaScript.
'use strict';

const assert = require('node:assert/strict');
const { createRequire } = require('node:module');
const { operation, consent, control, refused, runAll } = require('./rows.cjs');

const config = JSON.parse(process.argv[2]);
const OAuthClient = createRequire(`${config.packages}/`)('intuit-oauth');
const { Accounting, OpenId, Email } = OAuthClient.scopes;

function newClient(more = {}) {
  const client = new OAuthClient({
    clientId: config.clientId,
    clientSecret: config.clientSecret,
    environment: 'sandbox',
    redirectUri: config.redirectUri,
    ...more,
  });
  client.setAuthorizeURLs({
    authorizeEndpoint: `${config.url}/connect/oauth2`,
    tokenEndpoint: `${config.url}/oauth2/v1/tokens/bearer`,
    revokeEndpoint: `${config.url}/v2/oauth2/tokens/revoke`,
    userInfoEndpoint: `${config.url}/v1/openid_connect/userinfo`,
  });
  OAuthClient.jwks_uri = `${config.url}/op/v1/jwks`;
  OAuthClient.environment.sandbox = `${config.url}/`;
  return client;
}

async function connected(scope = [Accounting], more = {}) {
  const client = newClient(more);
  const redirected = await consent(client.authorizeUri({ scope, state: 'a b' }));
  await client.createToken(redirected);
  client.redirected = redirected;
  return client;
}

const company = (client, path) => `v3/company/${client.getToken().realmId}/${path}`;

operation('authorize and exchange the code', async () => {
  const token = (await connected()).getToken();
  assert.equal(token.realmId, config.realm);
  assert.equal(token.state, 'a b');
  assert.equal(token.token_type, 'bearer');
  assert.equal(token.expires_in, 3600);
  assert.equal(token.x_refresh_token_expires_in, 8726400);
});

operation('a code is good once', async () => {
  const client = await connected();
  await refused(client.createToken(client.redirected), '400');
});

operation('refresh', async () => {
  const client = await connected();
  const before = client.getToken().access_token;
  await client.refresh();
  assert.notEqual(client.getToken().access_token, before);
  assert.ok(client.isAccessTokenValid());
});

operation('refresh with a token of one\'s own', async () => {
  const client = await connected();
  const other = newClient();
  await other.refreshUsingToken(client.getToken().refresh_token);
  assert.ok(other.getToken().access_token);
});

operation('refresh brings a new token after a day, and ends the old one', async () => {
  await control('options', { rotate_after_seconds: 0 });
  const client = await connected();
  const old = client.getToken().refresh_token;
  await client.refresh();
  assert.notEqual(client.getToken().refresh_token, old);
  const error = await refused(newClient().refreshUsingToken(old), 'invalid_grant');
  assert.ok(error.intuit_tid);
  await control('options', { rotate_after_seconds: 86400 });
});

operation('the end of consent is told on request', async () => {
  const client = await connected([Accounting], { includeRefreshTokenHardExpiresIn: true });
  assert.equal(client.getToken().x_refresh_token_hard_expires_in, 157680000);
});

operation('revoke', async () => {
  const client = await connected();
  const token = client.getToken().refresh_token;
  assert.equal((await client.revoke()).status(), 200);
  await refused(newClient().refreshUsingToken(token), 'invalid_grant');
});

operation('a wrong secret', async () => {
  const client = await connected();
  const stranger = newClient({ clientSecret: 'wrong' });
  await refused(stranger.refreshUsingToken(client.getToken().refresh_token), 'invalid_client');
});

operation('id token, checked by its signature', async () => {
  const client = await connected([Accounting, OpenId, Email]);
  assert.equal(await client.validateIdToken(), true);
});

operation('user information', async () => {
  const client = await connected([Accounting, OpenId, Email]);
  assert.equal((await client.getUserInfo()).json.email, 'ap@group.example');
});

operation('call the API', async () => {
  const client = await connected();
  const answer = await client.makeApiCall({ url: company(client, `companyinfo/${config.realm}`) });
  assert.equal(answer.json.CompanyInfo.Country, 'GB');
  assert.ok(answer.headers.intuit_tid);
});

operation('create by the API, and a fault with code and detail', async () => {
  const client = await connected();
  const url = company(client, 'customer');
  const body = { DisplayName: `JS ${Date.now()}` };
  const made = await client.makeApiCall({ url, method: 'POST', body });
  assert.equal(made.json.Customer.SyncToken, '0');
  const error = await refused(client.makeApiCall({ url, method: 'POST', body }), '6240');
  assert.equal(error.fault.type, 'ValidationFault');
  assert.match(error.fault.errors[0].detail, /^The name supplied already exists/);
});

operation('download a file by the address that the API tells', async () => {
  const client = await connected();
  const form = new FormData();
  form.append('file_content_01', new Blob(['a,b\n'], { type: 'text/csv' }), 'hours.csv');
  const headers = { 'Content-Type': 'multipart/form-data' };
  const sent = { url: company(client, 'upload'), method: 'POST', body: form, headers };
  const made = (await client.makeApiCall(sent)).json.AttachableResponse[0].Attachable;
  const address = await client.makeApiCall({ url: company(client, `download/${made.Id}`), responseType: 'text' });
  assert.equal(await (await fetch(address.body)).text(), 'a,b\n');
});

operation('an expired access token', async () => {
  const client = await connected();
  await control('tokens/expire', { realm_id: config.realm, kind: 'access' });
  await refused(client.makeApiCall({ url: company(client, 'preferences') }), '401');
  await client.refresh();
  await client.makeApiCall({ url: company(client, 'preferences') });
});

operation('throttled', async () => {
  const client = await connected();
  await control('faults', { fault: 'throttled', path: '/v3/*' });
  await refused(client.makeApiCall({ url: company(client, 'preferences') }), 'Rate limit');
});

runAll(async () => null);
