// Every operation of dynamics-web-api that the practice CRM models. Told by its environment where
// the service is; prints one JSON line per operation: {"name": …, "error": null | text}.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const { PACKAGES, CRM_URL, CRM_TOKEN } = process.env;
const { DynamicsWebApi } = createRequire(`${PACKAGES}/package.json`)("dynamics-web-api");

let tokensAsked = 0;
const api = new DynamicsWebApi({
  serverUrl: CRM_URL,
  dataApi: { version: "9.2" },
  onTokenRefresh: async () => {
    tokensAsked += 1;
    return { accessToken: CRM_TOKEN };
  },
});

const fresh = (prefix = "Node") => `${prefix} ${randomUUID().slice(0, 10)}`;
const hex = () => randomUUID().replaceAll("-", "").slice(0, 10);
const label = (text) => ({
  "@odata.type": "Microsoft.Dynamics.CRM.Label",
  LocalizedLabels: [
    { "@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", Label: text, LanguageCode: 1033 },
  ],
});
const idOf = (answer) => /[0-9a-f-]{36}/i.exec(answer)[0];
const anAccount = async (more = {}) =>
  idOf(await api.create({ collection: "accounts", data: { name: fresh(), ...more } }));
const account = (key, ...select) => api.retrieve({ collection: "accounts", key, select });
const refused = async (status, code, call) => {
  const error = await call().then(
    () => assert.fail("The call was not refused."),
    (caught) => caught,
  );
  assert.equal(error.status, status, error.message);
  assert.equal(String(error.code).toLowerCase(), code.toLowerCase(), error.message);
  return error;
};
const aTable = async (...attributes) => {
  const SchemaName = `new_N${hex()}`;
  const answer = await api.createEntity({
    data: {
      "@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata",
      SchemaName,
      DisplayName: label(SchemaName),
      DisplayCollectionName: label(`${SchemaName}s`),
      OwnershipType: "UserOwned",
      HasActivities: false,
      HasNotes: false,
      Attributes: [
        {
          "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
          SchemaName: "new_Name",
          IsPrimaryName: true,
          MaxLength: 100,
          RequiredLevel: { Value: "None" },
          FormatName: { Value: "Text" },
          DisplayName: label("Name"),
        },
      ],
    },
  });
  const key = idOf(answer);
  for (const data of attributes) await api.createAttribute({ entityKey: key, data });
  const made = await api.retrieveEntity({ key, select: ["EntitySetName", "LogicalName"] });
  return { key, schemaName: SchemaName, set: made.EntitySetName, logical: made.LogicalName };
};
const text = (SchemaName, more = {}) => ({
  "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
  SchemaName,
  MaxLength: 50,
  FormatName: { Value: "Text" },
  DisplayName: label(SchemaName),
  ...more,
});

const operations = {
  "sign in with a token": async () => {
    const before = tokensAsked;
    await api.callFunction("WhoAmI");
    assert.equal(tokensAsked, before + 1);
  },
  "a wrong token is refused": async () => {
    const stranger = new DynamicsWebApi({
      serverUrl: CRM_URL,
      dataApi: { version: "9.2" },
      onTokenRefresh: async () => "no such token",
    });
    const error = await stranger.callFunction("WhoAmI").catch((caught) => caught);
    assert.equal(error.status, 401);
  },
  "create a row": async () => {
    const name = fresh("O'Neill & Söhne");
    const key = idOf(await api.create({ collection: "accounts", data: { name } }));
    assert.equal((await account(key, "name")).name, name);
  },
  "create with representation": async () => {
    const row = await api.create({
      collection: "accounts",
      data: { name: fresh(), description: "kept" },
      returnRepresentation: true,
      select: ["description"],
    });
    assert.equal(row.description, "kept");
    assert.equal(row.name, undefined);
  },
  "an unknown relation": async () => {
    await refused(400, "0x80048d19", () =>
      api.create({
        collection: "accounts",
        data: { name: fresh(), nosuchrelation: [{ lastname: "x" }] },
      }),
    );
  },
  "choose the id of a row": async () => {
    const wanted = randomUUID();
    assert.equal(await anAccount({ accountid: wanted }), wanted);
    await refused(412, "0x80040237", () => anAccount({ accountid: wanted }));
  },
  "retrieve a row": async () => {
    const key = await anAccount();
    const row = await account(key, "name");
    assert.equal(row.accountid, key);
    assert.match(row["@odata.etag"], /^W\/"\d+"$/);
  },
  "retrieve a missing row": () =>
    refused(404, "0x80040217", () => account(randomUUID(), "name")),
  "retrieve with expand": async () => {
    const { value } = await api.retrieveMultiple({
      collection: "invoices",
      select: ["name"],
      top: 1,
      expand: [{ property: "invoice_details", select: ["quantity"], top: 2 }],
    });
    assert.ok(value[0].invoice_details.length >= 1);
  },
  "retrieve unchanged": async () => {
    const key = await anAccount();
    const row = await account(key, "name");
    const again = await api.retrieve({
      collection: "accounts",
      key,
      select: ["name"],
      ifnonematch: row["@odata.etag"],
    }).catch((caught) => caught);
    assert.ok(again === null || again === undefined || again.status === 304, String(again));
  },
  "formatted values": async () => {
    const { value } = await api.retrieveMultiple({
      collection: "invoices",
      select: ["statecode", "_customerid_value"],
      top: 1,
      includeAnnotations: "*",
    });
    assert.equal(typeof value[0].statecode_Formatted, "string");
    assert.match(value[0]._customerid_value_LogicalName, /^(account|contact)$/);
    assert.match(value[0]._customerid_value_NavigationProperty, /^customerid_/);
  },
  "update a row": async () => {
    const key = await anAccount();
    await api.update({ collection: "accounts", key, data: { name: "Changed" } });
    assert.equal((await account(key, "name")).name, "Changed");
  },
  "update with representation": async () => {
    const key = await anAccount();
    const row = await api.update({
      collection: "accounts",
      key,
      data: { description: "new" },
      returnRepresentation: true,
      select: ["description"],
    });
    assert.equal(row.description, "new");
  },
  "update with a stale ETag": async () => {
    const key = await anAccount();
    const { "@odata.etag": ifmatch } = await account(key, "name");
    await api.update({ collection: "accounts", key, data: { name: "First" } });
    // The client takes a failed precondition for the answer "not updated".
    const done = await api.update({ collection: "accounts", key, data: { name: "2" }, ifmatch });
    assert.equal(done, false);
    assert.equal((await account(key, "name")).name, "First");
  },
  "update a missing row": () =>
    refused(404, "0x80040217", () =>
      api.update({ collection: "accounts", key: randomUUID(), data: { name: "never" } }),
    ),
  "update one property": async () => {
    const key = await anAccount();
    await api.updateSingleProperty({
      collection: "accounts",
      key,
      fieldValuePair: { description: "alone" },
    });
    assert.equal((await account(key, "description")).description, "alone");
  },
  "clear one property": async () => {
    const key = await anAccount({ description: "away" });
    await api.deleteRecord({ collection: "accounts", key, property: "description" });
    assert.equal((await account(key, "description")).description, null);
  },
  "upsert by id": async () => {
    const key = randomUUID();
    await api.upsert({ collection: "accounts", key, data: { name: "Made" } });
    await api.upsert({ collection: "accounts", key, data: { name: "Changed" } });
    assert.equal((await account(key, "name")).name, "Changed");
  },
  "upsert only to create": async () => {
    const key = await anAccount();
    const done = await api.upsert({
      collection: "accounts",
      key,
      data: { name: "never" },
      ifnonematch: "*",
    });
    assert.equal(done, null);
    assert.notEqual((await account(key, "name")).name, "never");
  },
  "upsert only to change": async () => {
    const key = randomUUID();
    const done = await api.upsert({
      collection: "accounts",
      key,
      data: { name: "never" },
      ifmatch: "*",
    });
    assert.equal(done, null);
  },
  "delete a row": async () => {
    const key = await anAccount();
    await api.deleteRecord({ collection: "accounts", key });
    await refused(404, "0x80040217", () => account(key, "name"));
  },
  "delete with a stale ETag": async () => {
    const key = await anAccount();
    const { "@odata.etag": ifmatch } = await account(key, "name");
    await api.update({ collection: "accounts", key, data: { name: "Kept" } });
    assert.equal(await api.deleteRecord({ collection: "accounts", key, ifmatch }), false);
    assert.equal((await account(key, "name")).name, "Kept");
  },
  "bind a lookup": async () => {
    const parent = await anAccount();
    const key = idOf(
      await api.create({
        collection: "contacts",
        data: { lastname: fresh(), "parentcustomerid_account@odata.bind": `accounts(${parent})` },
      }),
    );
    const row = await api.retrieve({
      collection: "contacts",
      key,
      select: ["_parentcustomerid_value"],
    });
    assert.equal(row._parentcustomerid_value, parent);
  },
  "list with filter and order": async () => {
    const mark = fresh();
    for (const letter of "bac") await anAccount({ name: `${mark} ${letter}` });
    const { value } = await api.retrieveMultiple({
      collection: "accounts",
      select: ["name"],
      filter: `startswith(name,'${mark}')`,
      orderBy: ["name desc"],
    });
    assert.deepEqual(
      value.map((row) => row.name.at(-1)),
      ["c", "b", "a"],
    );
  },
  "list with count": async () => {
    const answer = await api.retrieveMultiple({
      collection: "invoices",
      select: ["name"],
      count: true,
      maxPageSize: 3,
    });
    assert.ok(answer.oDataCount > 3);
    assert.equal(answer.value.length, 3);
  },
  pages: async () => {
    const request = { collection: "invoices", select: ["name"], maxPageSize: 7 };
    let page = await api.retrieveMultiple(request);
    const seen = page.value.map((row) => row.invoiceid);
    while (page.oDataNextLink) {
      page = await api.retrieveMultiple(request, page.oDataNextLink);
      assert.ok(page.value.length <= 7);
      seen.push(...page.value.map((row) => row.invoiceid));
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.equal(seen.length, (await api.retrieveAll(request)).value.length);
  },
  "count rows": async () => {
    const all = await api.count({ collection: "invoices" });
    const active = await api.count({ collection: "invoices", filter: "statecode eq 0" });
    assert.ok(all > active && active > 0);
    assert.equal(await api.countAll({ collection: "invoices", select: ["name"] }), all);
  },
  "group and sum": async () => {
    const { value } = await api.retrieveMultiple({
      collection: "invoices",
      apply: "groupby((statecode),aggregate(totalamount with sum as total))",
    });
    assert.ok(value.length > 1 && value.every((row) => typeof row.total === "number"));
  },
  "follow changes": async () => {
    const first = await api.retrieveMultiple({
      collection: "accounts",
      select: ["name"],
      trackChanges: true,
    });
    assert.ok(first.oDataDeltaLink);
  },
  "a query option that is refused": () =>
    refused(400, "0x80060888", () =>
      api.retrieveMultiple({ collection: "accounts", queryParams: ["$skip=3"] }),
    ),
  "an unknown column": () =>
    refused(400, "0x80060888", () =>
      api.retrieveMultiple({ collection: "accounts", select: ["nosuchcolumn"] }),
    ),
  "an unknown entity set": () =>
    refused(404, "0x80060888", () => api.retrieveMultiple({ collection: "nosuchset" })),
  FetchXML: () =>
    refused(501, "0x80060888", () =>
      api.fetch({
        collection: "accounts",
        fetchXml: '<fetch><entity name="account"><attribute name="name"/></entity></fetch>',
      }),
    ),
  "saved query": () =>
    refused(501, "0x80060888", () =>
      api.retrieveMultiple({ collection: "accounts", savedQuery: randomUUID() }),
    ),
  "associate rows": async () => {
    const left = await aTable();
    const right = await aTable();
    const schemaName = `new_${hex()}`;
    await api.createRelationship({
      data: {
        "@odata.type": "Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata",
        SchemaName: schemaName,
        Entity1LogicalName: left.logical,
        Entity2LogicalName: right.logical,
      },
    });
    const first = idOf(await api.create({ collection: left.set, data: { new_name: "1" } }));
    const second = idOf(await api.create({ collection: right.set, data: { new_name: "2" } }));
    const pair = {
      collection: left.set,
      primaryKey: first,
      relationshipName: schemaName,
      relatedCollection: right.set,
      relatedKey: second,
    };
    const found = async () =>
      (
        await api.retrieve({
          collection: left.set,
          key: first,
          select: ["new_name"],
          expand: [{ property: schemaName, select: ["new_name"] }],
        })
      )[schemaName].length;
    await api.associate(pair);
    assert.equal(await found(), 1);
    await api.disassociate(pair);
    assert.equal(await found(), 0);
  },
  "associate through a lookup": async () => {
    const parent = await anAccount();
    const key = idOf(await api.create({ collection: "contacts", data: { lastname: fresh() } }));
    const pair = {
      collection: "contacts",
      primaryKey: key,
      navigationProperty: "parentcustomerid_account",
      relatedCollection: "accounts",
      relatedKey: parent,
    };
    const found = async () =>
      (await api.retrieve({ collection: "contacts", key, select: ["_parentcustomerid_value"] }))
        ._parentcustomerid_value;
    await api.associateSingleValued(pair);
    assert.equal(await found(), parent);
    await api.disassociateSingleValued(pair);
    assert.equal(await found(), null);
  },
  "unbound function": async () => {
    const answer = await api.callFunction("WhoAmI");
    assert.match(answer.UserId, /^[0-9a-f-]{36}$/);
  },
  "bound action": async () => {
    const { value } = await api.retrieveMultiple({
      collection: "invoices",
      select: ["ispricelocked"],
      filter: "ispricelocked eq false and statecode eq 0",
      top: 1,
    });
    const key = value[0].invoiceid;
    await api.callAction({
      collection: "invoices",
      key,
      actionName: "Microsoft.Dynamics.CRM.LockInvoicePricing",
    });
    const row = await api.retrieve({ collection: "invoices", key, select: ["ispricelocked"] });
    assert.equal(row.ispricelocked, true);
  },
  "unbound action": () => api.callAction({ actionName: "PublishAllXml" }),
  CreateMultiple: async () => {
    const targets = Array.from({ length: 20 }, () => ({
      "@odata.type": "Microsoft.Dynamics.CRM.account",
      name: fresh(),
    }));
    const { Ids } = await api.callAction({
      collection: "accounts",
      actionName: "Microsoft.Dynamics.CRM.CreateMultiple",
      action: { Targets: targets },
    });
    assert.equal(new Set(Ids).size, 20);
  },
  "batch of reads and writes": async () => {
    const key = await anAccount();
    api.startBatch();
    api.retrieveMultiple({ collection: "accounts", select: ["name"], top: 2 });
    api.update({ collection: "accounts", key, data: { name: "From a batch" } });
    api.retrieve({ collection: "accounts", key, select: ["name"] });
    const answers = await api.executeBatch();
    assert.equal(answers.length, 3);
    assert.equal(answers[0].value.length, 2);
    assert.equal((await account(key, "name")).name, "From a batch");
  },
  "change set": async () => {
    api.startBatch();
    api.create({ collection: "accounts", data: { name: fresh() }, contentId: "1" });
    api.create({
      collection: "contacts",
      data: { lastname: fresh(), "parentcustomerid_account@odata.bind": "$1" },
    });
    const [parent, child] = (await api.executeBatch()).map(idOf);
    const row = await api.retrieve({
      collection: "contacts",
      key: child,
      select: ["_parentcustomerid_value"],
    });
    assert.equal(row._parentcustomerid_value, parent);
  },
  "change set undone": async () => {
    const name = fresh();
    api.startBatch();
    api.create({ collection: "accounts", data: { name } });
    api.update({ collection: "accounts", key: randomUUID(), data: { name } });
    await assert.rejects(api.executeBatch());
    assert.equal(await api.count({ collection: "accounts", filter: `name eq '${name}'` }), 0);
  },
  "batch that goes on after an error": async () => {
    const name = fresh();
    api.startBatch();
    api.retrieve({ collection: "accounts", key: randomUUID() });
    api.create({ collection: "accounts", data: { name }, inChangeSet: false });
    const answers = await api.executeBatch({ continueOnError: true });
    assert.equal(answers[0].status, 404);
    assert.equal(await api.count({ collection: "accounts", filter: `name eq '${name}'` }), 1);
  },
  "error with code and message": async () => {
    const error = await refused(400, "0x80048d19", () => anAccount({ nosuchcolumn: 1 }));
    assert.match(error.message, /nosuchcolumn/);
  },
  "create a table": async () => {
    const table = await aTable(text("new_Code"));
    const key = idOf(
      await api.create({ collection: table.set, data: { new_name: "n", new_code: "c" } }),
    );
    const row = await api.retrieve({ collection: table.set, key, select: ["new_code"] });
    assert.equal(row.new_code, "c");
  },
  "change a table": async () => {
    const table = await aTable();
    const data = await api.retrieveEntity({ key: table.key });
    delete data.oDataContext;
    data.DisplayName = label("Renamed");
    await api.updateEntity({ data, mergeLabels: true });
    const { DisplayName } = await api.retrieveEntity({ key: table.key, select: ["DisplayName"] });
    assert.equal(DisplayName.UserLocalizedLabel.Label, "Renamed");
  },
  "list tables": async () => {
    const { value } = await api.retrieveEntities({
      select: ["LogicalName"],
      filter: "LogicalName eq 'invoice'",
    });
    assert.deepEqual(
      value.map((each) => each.LogicalName),
      ["invoice"],
    );
  },
  "create a column": async () => {
    const table = await aTable();
    await api.createAttribute({ entityKey: table.key, data: text("new_Later") });
    await api.create({ collection: table.set, data: { new_later: "there" } });
  },
  "secure a column": async () => {
    const table = await aTable(text("new_Secret"));
    const request = {
      entityKey: table.key,
      attributeKey: "LogicalName='new_secret'",
      castType: "Microsoft.Dynamics.CRM.StringAttributeMetadata",
    };
    const data = await api.retrieveAttribute(request);
    delete data.oDataContext;
    delete data["@odata.context"];
    data["@odata.type"] = "Microsoft.Dynamics.CRM.StringAttributeMetadata";
    data.IsSecured = true;
    await api.updateAttribute({ entityKey: table.key, data, mergeLabels: true });
    assert.equal((await api.retrieveAttribute(request)).IsSecured, true);
  },
  "list columns": async () => {
    const entityKey = "LogicalName='invoice'";
    const { value } = await api.retrieveAttributes({
      entityKey,
      select: ["LogicalName", "AttributeType"],
      filter: "LogicalName eq 'totalamount'",
    });
    assert.equal(value[0].AttributeType, "Money");
  },
  picklists: async () => {
    const column = await api.retrieveAttribute({
      entityKey: "LogicalName='invoice'",
      attributeKey: "LogicalName='paymenttermscode'",
      castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
      select: ["LogicalName"],
      expand: [{ property: "OptionSet", select: ["Options"] }],
    });
    const labels = column.OptionSet.Options.map((each) => each.Label.UserLocalizedLabel.Label);
    assert.ok(labels.includes("Net 45"));
  },
  "lookup column": async () => {
    const table = await aTable();
    const SchemaName = `new_account_${table.logical}`;
    const answer = await api.createRelationship({
      data: {
        "@odata.type": "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        SchemaName,
        ReferencedEntity: "account",
        ReferencedAttribute: "accountid",
        ReferencingEntity: table.logical,
        CascadeConfiguration: { Delete: "RemoveLink" },
        Lookup: {
          "@odata.type": "Microsoft.Dynamics.CRM.LookupAttributeMetadata",
          SchemaName: "new_AccountId",
          DisplayName: label("Account"),
        },
      },
    });
    const found = await api.retrieveRelationship({ key: idOf(answer) });
    assert.equal(found.SchemaName, SchemaName);
    const parent = await anAccount();
    await api.create({
      collection: table.set,
      data: { "new_AccountId@odata.bind": `/accounts(${parent})` },
    });
  },
  "list relationships": async () => {
    const { value } = await api.retrieveRelationships({
      castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
      select: ["SchemaName", "ReferencedEntity"],
      filter: "ReferencedEntity eq 'invoice'",
    });
    assert.ok(value.length > 0);
  },
  "delete a relationship": async () => {
    const table = await aTable();
    const answer = await api.createRelationship({
      data: {
        "@odata.type": "Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata",
        SchemaName: `new_${hex()}`,
        Entity1LogicalName: table.logical,
        Entity2LogicalName: "account",
      },
    });
    const key = idOf(answer);
    await api.deleteRelationship({ key });
    await assert.rejects(api.retrieveRelationship({ key }), { status: 404 });
  },
  "alternate key": async () => {
    const table = await aTable(text("new_Code"));
    await api.create({
      collection: "EntityDefinitions",
      key: table.key,
      navigationProperty: "Keys",
      data: { SchemaName: `${table.schemaName}_key`, KeyAttributes: ["new_code"] },
    });
    const at = (code) => ({ collection: table.set, key: `new_code='${code}'` });
    await api.upsert({ ...at("A1"), data: { new_name: "first" } });
    await api.upsert({ ...at("A1"), data: { new_name: "second" } });
    assert.equal((await api.retrieve({ ...at("A1"), select: ["new_name"] })).new_name, "second");
    await refused(404, "0x80060891", () => api.retrieve(at("B2")));
  },
  "global choices": async () => {
    await refused(501, "0x80060888", () => api.retrieveGlobalOptionSets());
    const data = { Name: `new_${hex()}`, OptionSetType: "Picklist", Options: [] };
    await refused(501, "0x80060888", () => api.createGlobalOptionSet({ data }));
  },
  "change a relationship": async () => {
    const table = await aTable();
    const answer = await api.createRelationship({
      data: {
        "@odata.type": "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        SchemaName: `new_${hex()}`,
        ReferencedEntity: "account",
        ReferencedAttribute: "accountid",
        ReferencingEntity: table.logical,
        CascadeConfiguration: { Delete: "RemoveLink" },
        Lookup: {
          "@odata.type": "Microsoft.Dynamics.CRM.LookupAttributeMetadata",
          SchemaName: "new_AccountId",
          DisplayName: label("Account"),
        },
      },
    });
    const key = idOf(answer);
    const castType = "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata";
    const known = await api.retrieveRelationship({ key, castType });
    known.CascadeConfiguration.Delete = "Restrict";
    await api.updateRelationship({ data: known, castType });
    const parent = await anAccount();
    await api.create({
      collection: table.set,
      data: { "new_AccountId@odata.bind": `/accounts(${parent})` },
    });
    await refused(405, "0x80048405", () =>
      api.deleteRecord({ collection: "accounts", key: parent }),
    );
  },
  "upload a file": async () => {
    const key = await anAccount();
    const data = new Uint8Array([1, 2, 3]);
    await refused(404, "0x80060888", () =>
      api.uploadFile({ collection: "accounts", key, fileName: "x.bin", property: "new_file", data }),
    );
  },
  "FetchXML over all pages": () =>
    refused(501, "0x80060888", () =>
      api.fetchAll({ collection: "accounts", fetchXml: '<fetch><entity name="account"/></fetch>' }),
    ),
  $metadata: async () => {
    const document = await api.retrieveCsdlMetadata();
    assert.match(document, /<EntityType Name="invoice"/);
  },
};

for (const [name, run] of Object.entries(operations)) {
  let error = null;
  try {
    await run();
  } catch (caught) {
    error = `${caught.stack ?? ""}\n${JSON.stringify(caught)}`;
  }
  console.log(JSON.stringify({ name, error }));
}
