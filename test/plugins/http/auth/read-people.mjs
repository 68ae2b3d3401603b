// A process of its own that reads people: read-people.mjs STORE KEY URL CONNECTOR. It says what it read, or the code of
// what it failed of. The connector's document comes as YAML.
import { parse } from 'yaml';
import connector from '../../../../dist/plugins/http/connector.js';
import { compileMarked } from '../../../../dist/src/language/compile/index.js';
import { openStore, openVault } from '../../../../dist/src/store/index.js';
import { systemClock } from '../../../../dist/src/workspace/clock.js';

const [path, key, url, text] = process.argv.slice(2);
const store = await openStore({ url: `sqlite:${path}`, vault: openVault(key) });
const document = parse(text);
delete document.connector;
try {
  const source = await connector.source(compileMarked(connector.options.schema, document), 'crm', 'people').open({
    connection: { url, clientSecret: 'client-secret-1', refreshToken: 'refresh-token-of-the-connection' },
    connectionName: 'crm',
    folder: '/',
    scope: {},
    env: { now: Date.now(), timezone: 'UTC', tables: () => undefined },
    clock: systemClock,
    signal: new AbortController().signal,
    note: () => {},
    sessions: store,
    options: {},
    wanted: [],
    consumed: async () => false,
    dryRun: false,
  });
  const records = [];
  for await (const batch of source.read()) records.push(...batch.records);
  await source.close();
  process.stdout.write(JSON.stringify(records));
} catch (error) {
  process.stdout.write(error.code ?? String(error));
}
await store.close();
