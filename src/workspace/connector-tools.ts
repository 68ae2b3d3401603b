import type { ConnectorCheckTools } from '../desk/check/index.ts';
import { formatNamed, type Parts } from './world.ts';

/** What checks of connectors open parts with. `tables` as the world of a run gives them. */
export function connectorTools(
  { loaded, catalogue, kinds }: Pick<Parts, 'loaded' | 'catalogue' | 'kinds'>,
  tables: ConnectorCheckTools['tables'],
): ConnectorCheckTools {
  return {
    loaded,
    catalogue,
    tables,
    formatOf: ({ format }) => kinds.format(format?.kind ?? 'json').open(format?.options ?? {}),
    source: (kind, context) => kinds.source(kind).open(context),
    sink: (kind, context) => kinds.sink(kind).open(context),
    call: (kind, context) => kinds.call(kind).open(context),
    openFormat: (written) => formatNamed({ kinds, catalogue }, written),
  };
}
