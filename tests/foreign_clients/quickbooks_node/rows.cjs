// Runs operations one after the other and tells of each on standard output, a JSON line each.
// What only a person or the test can do (consent, switches) is asked for by a line of its own
// and answered on standard input.
'use strict';

const assert = require('node:assert/strict');
const readline = require('node:readline');
const { randomUUID } = require('node:crypto');

const operations = [];
const answers = [];
const waiting = [];
const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => (waiting.length ? waiting.shift()(line) : answers.push(line)));

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function ask(question) {
  say(question);
  const line = answers.length ? answers.shift() : await new Promise((resolve) => waiting.push(resolve));
  return JSON.parse(line);
}

exports.operation = (name, run) => operations.push([name, run]);
exports.consent = (url) => ask({ ask: 'consent', url });
exports.control = (path, sent) => ask({ ask: 'control', path, sent });
exports.fresh = (prefix = 'N') => `${prefix}-${randomUUID().slice(0, 10)}`;

// The promise must fail, and ``code`` must be in what it fails with.
exports.refused = async (promise, code) => {
  try {
    await promise;
  } catch (error) {
    const data = error.response && error.response.data;
    const plain = error instanceof Error ? '' : error;
    const told = JSON.stringify([error.message, error.code, error.originalMessage, data, plain]);
    assert.ok(told.includes(code), `${code} is not in ${told}`);
    return error;
  }
  throw new Error(`nothing was refused with ${code}`);
};

exports.runAll = async (makeContext) => {
  const context = await makeContext();
  for (const [name, run] of operations) {
    try {
      await run(context);
      say({ row: name, error: null });
    } catch (error) {
      say({ row: name, error: String((error && error.stack) || JSON.stringify(error)) });
    }
  }
  input.close();
};
