// Serves the workspace in this folder and ends itself with SIGKILL: `AT=stored` when an event is on the disk and not
// answered, `AT=LABEL` at a labelled point of a run. Tells its port on standard output.
import { serve } from '../../dist/src/serve/index.js';
import { openWorkspace } from '../../dist/src/workspace/index.js';

const { AT } = process.env;
const end = () => process.kill(process.pid, 'SIGKILL');
const workspace = await openWorkspace(process.cwd(), {
  reached: (label) => {
    if (label === AT) end();
  },
  wrapStore: (store) => ({
    ...store,
    async receiveEvent(...args) {
      const came = await store.receiveEvent(...args);
      if (AT === 'stored') end();
      return came;
    },
  }),
});
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
await serve(workspace, {
  host: '127.0.0.1',
  port: 0,
  signal: stopping.signal,
  log: (line) => process.stderr.write(`${line}\n`),
  listening: (port) => process.stdout.write(`${port}\n`),
});
await workspace.close();
