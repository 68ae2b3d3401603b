// Runs the pipeline of the workspace in this folder, and ends itself with SIGKILL when a labelled point is reached for
// the n-th time. `JOURNAL=off` puts a store before the engine that forgets every intent.
import { openWorkspace } from '../../dist/src/workspace/index.js';

const { LABEL, TIMES = '1', JOURNAL, PIPELINE = 'employees', AS_OF } = process.env;
let left = Number(TIMES);

const forgetful = (store) =>
  new Proxy(store, {
    get: (target, name) => (name === 'openIntents' ? async () => {} : target[name]),
  });

const workspace = await openWorkspace(process.cwd(), {
  reached: (label) => {
    if (label === LABEL && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
  ...(JOURNAL === 'off' ? { wrapStore: forgetful } : {}),
});
const result = await workspace.run(PIPELINE, AS_OF ? { asOf: Date.parse(AS_OF) } : {});
await workspace.close();
process.stdout.write(JSON.stringify(result));
process.exitCode = result.status === 'done' ? 0 : 1;
