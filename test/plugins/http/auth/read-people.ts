/**
 * A process of its own that reads people: read-people.ts STORE KEY URL. It says what it read, or the code of what it
 * failed of.
 */
import { isProblem } from '../../../../src/connect/sdk/index.ts';
import { openStore, openVault } from '../../../../src/store/index.ts';
import { systemClock } from '../../../../src/workspace/clock.ts';
import { openRead, readAll } from '../workbench.ts';
import { rotatingDocument } from './rotating-api.ts';

const [path, key, url] = process.argv.slice(2) as [string, string, string];
const store = await openStore({ url: `sqlite:${path}`, vault: openVault(key) });
const connection = { url, clientSecret: 'client-secret-1', refreshToken: 'refresh-token-of-the-connection' };
try {
  const source = await openRead(rotatingDocument(), 'people', connection, { clock: systemClock, sessions: store });
  const { records } = await readAll(source);
  process.stdout.write(JSON.stringify(records));
} catch (error) {
  process.stdout.write(isProblem(error) ? error.code : String(error));
}
await store.close();
