import type { Clock } from '../../model/clock.ts';
import type { Store, Vault } from '../ports.ts';
import { acceptances } from './acceptances.ts';
import { provisionals } from './acknowledgements.ts';
import { commits } from './commit.ts';
import { openConnection, type ConnectionOptions } from './connection.ts';
import { cursors } from './cursors.ts';
import { deliveries } from './deliveries.ts';
import { files } from './files.ts';
import { finding } from './find.ts';
import { inboxes } from './inbox.ts';
import { intents } from './intents.ts';
import { journals } from './journal.ts';
import { checkKey } from './key-check.ts';
import { assertNoLock, locks } from './lock.ts';
import { migrate } from './migrate.ts';
import { migrations, type Migration } from './migrations/index.ts';
import { postponements } from './postponed.ts';
import { records } from './records.ts';
import { rejects } from './rejects.ts';
import { renames } from './renames.ts';
import { runs } from './runs.ts';
import { sealing } from './sealing.ts';
import { allowances } from './allowances.ts';
import { sessions } from './sessions.ts';
import { snapshotFacts } from './snapshot-facts.ts';
import { snapshots } from './snapshot.ts';
import { ticks } from './ticks.ts';

export interface SqliteOptions extends ConnectionOptions {
  path: string;
  vault: Vault;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Default 5 s. */
  heartbeatMs?: number;
  /** IANA zone of the moments that problems name; default UTC. */
  timezone?: string;
  /** Default all there are. */
  migrations?: readonly Migration[];
}

/** Opens a store in a SQLite file. Throws what `openStore` throws. */
export function openSqliteStore(options: SqliteOptions): Store {
  const { vault, clock } = options;
  const connection = openConnection(options.path, options);
  try {
    migrate(connection, options.migrations ?? migrations, clock.now(), (of) => assertNoLock(of, clock.now()));
    checkKey(connection, vault);
  } catch (error) {
    connection.close();
    throw error;
  }
  const sealed = sealing(vault);
  const limits = allowances(connection, clock, vault);
  const held = locks(connection, clock, options.heartbeatMs, options.timezone);
  return {
    lock: async (name, pipeline) => held.lock(name, pipeline),
    ...ticks(connection, clock),
    ...runs(connection, clock, sealed),
    ...intents(connection, clock, sealed),
    ...journals(connection, sealed),
    ...commits(connection, clock, vault, sealed),
    ...provisionals(connection),
    ...snapshotFacts(connection),
    ...snapshots(connection),
    ...records(connection, sealed),
    ...finding(connection, sealed),
    ...rejects(connection, sealed),
    ...renames(connection, sealed),
    ...files(connection, clock, sealed),
    ...cursors(connection, clock, sealed),
    ...postponements(connection, sealed),
    ...inboxes(connection, clock, vault, sealed),
    ...acceptances(connection),
    ...deliveries(connection),
    ...sessions(connection, clock, vault, sealed, held),
    ...limits.port,
    async close() {
      limits.stop();
      await held.close();
      connection.close();
    },
  };
}
