import { defineDocument, problem } from '#sdk';
import { openCall } from './call/open-call.ts';
import { connectorField } from './document.ts';
import { openEvents } from './receive/open-events.ts';
import { openReceive } from './receive/open-receive.ts';
import { openRead } from './read/open-read.ts';
import { tryConnection } from './try-connection.ts';
import { openTarget } from './write/open-target.ts';

/** `connector:` documents: an HTTP API, declared. */
export default defineDocument({
  name: 'connector',
  summary: 'An HTTP API, declared: login, reads with pages, writes in batches, limits and retries.',
  options: connectorField,

  source: (connector, name, read) => ({
    open(context) {
      const inbound = connector.receive?.[read];
      if (inbound) return openEvents(inbound, `${name}.${read}`, context);
      const rule = connector.read?.[read];
      if (!rule) throw unknown('read', name, read);
      return openRead(connector, rule, { connector: name, part: read }, context);
    },
  }),

  sink: (connector, name, target) => ({
    open(context) {
      const rule = connector.write?.[target];
      if (!rule) throw unknown('target', name, target);
      return openTarget(connector, rule, target, context);
    },
  }),

  call: (connector, name, operation) => ({
    open(context) {
      const rule = connector.call?.[operation];
      if (!rule) throw unknown('operation', name, operation);
      return openCall(connector, rule, operation, context);
    },
  }),

  receive: (connector, name, event) => ({
    open(context) {
      const rule = connector.receive?.[event];
      if (!rule) throw unknown('event', name, event);
      return openReceive(rule, context);
    },
  }),

  tryConnection: (connector) => (context) => tryConnection(connector, context),
});

const unknown = (what: string, name: string, wanted: string) =>
  problem('UNKNOWN_KIND', `The connector ${name} has no ${what} ${wanted}.`, {
    fix: 'Correct the name in the pipeline.',
  });
