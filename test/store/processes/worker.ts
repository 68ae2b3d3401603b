/**
 * A process of its own on a store: worker.ts PATH KEY JOB. `hold`: locks, begins a run, commits, says so and waits to be
 * killed. `commit`: locks a snapshot of its own and commits 40 batches.
 */
import { openStore, openVault } from '../../../src/store/index.ts';
import { acknowledgement, active, begin } from '../workbench.ts';

const [path, keyText, job, name = 'employees'] = process.argv.slice(2) as [string, string, string, string?];
const vault = openVault(keyText);
const store = await openStore({ url: `sqlite:${path}`, vault });
const lease = await begin(store, `run of ${name}`, name);

if (job === 'hold') {
  await store.commit(lease, `run of ${name}`, name, acknowledgement(vault, [active('7', 'a')]));
  console.log('held');
  setInterval(() => undefined, 1000);
} else {
  for (let batch = 0; batch < 40; batch++) {
    const changes = Array.from({ length: 20 }, (_, index) => active(`${batch}-${index}`, 'x'));
    await store.commit(lease, `run of ${name}`, name, acknowledgement(vault, changes));
    if (batch % 10 === 9) await store.mergeSnapshot(lease, name);
  }
  await lease.release();
  await store.close();
  console.log('done');
}
