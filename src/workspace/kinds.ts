import { declarations } from '../../plugins/index.ts';
import { fileSink, fileSource, tryFileStore } from '../connect/files/index.ts';
import type {
  CallDeclaration,
  DocumentDeclaration,
  FormatDeclaration,
  ReceiveDeclaration,
  SinkDeclaration,
  SourceDeclaration,
  TryConnection,
} from '../connect/sdk/index.ts';
import type { Catalogue } from '../language/catalogue/index.ts';
import { compileConnector } from '../language/compile/index.ts';
import type { Loaded } from '../language/load/index.ts';
import { problem } from '../model/problem.ts';
import { shipped } from './catalogue.ts';

/** How kinds are opened; the only place that knows connectors by name. */
export interface Kinds {
  source(kind: string): Pick<SourceDeclaration, 'open'>;
  sink(kind: string): Pick<SinkDeclaration, 'open'>;
  call(kind: string): CallDeclaration;
  /** The door for events of a connector document. */
  receive(kind: string): ReceiveDeclaration;
  format(kind: string): FormatDeclaration;
  /** How a connection of that kind is tried. */
  trial(kind: string): TryConnection;
}

/** Opens plugins by kind: a bare name is a plugin's own, `CONNECTOR.NAME` is a read or target of a connector document. */
export function kindsOf(loaded: Loaded, catalogue: Catalogue): Kinds {
  const plugin = declarations();
  const declared = (
    kind: string,
  ): { interpreter: DocumentDeclaration; document: unknown; name: string; part: string } => {
    const [name = '', ...rest] = kind.split('.');
    const interpreter = plugin.find(
      (it): it is DocumentDeclaration => it.kind === 'document' && it.name === 'connector',
    );
    if (!interpreter) throw unknown(kind);
    const isOwn = loaded.documents.some((document) => document.kind === 'connector' && document.name === name);
    return {
      interpreter,
      document: compileConnector(isOwn ? loaded : shipped(), name, catalogue),
      name,
      part: rest.join('.'),
    };
  };
  return {
    source(kind) {
      const found = plugin.find((it) => it.name === kind && (it.kind === 'source' || it.kind === 'fileStore'));
      if (found?.kind === 'source') return found;
      if (found?.kind === 'fileStore') return fileSource(found);
      const { interpreter, document, name, part } = declared(kind);
      return interpreter.source(document, name, part);
    },
    sink(kind) {
      const found = plugin.find((it) => it.name === kind && (it.kind === 'sink' || it.kind === 'fileStore'));
      if (found?.kind === 'sink') return found;
      if (found?.kind === 'fileStore') return fileSink(found);
      const { interpreter, document, name, part } = declared(kind);
      return interpreter.sink(document, name, part);
    },
    call(kind) {
      const { interpreter, document, name, part } = declared(kind);
      return interpreter.call(document, name, part);
    },
    receive(kind) {
      const { interpreter, document, name, part } = declared(kind);
      return interpreter.receive(document, name, part);
    },
    format(kind) {
      const found = plugin.find((it): it is FormatDeclaration => it.kind === 'format' && it.name === kind);
      if (!found) throw unknown(kind);
      return found;
    },
    trial(kind) {
      const found = plugin.find((it) => it.name === kind && (it.kind === 'sink' || it.kind === 'fileStore'));
      if (found?.kind === 'sink') return found.tryConnection ?? (async () => undefined);
      if (found?.kind === 'fileStore') return tryFileStore(found);
      const { interpreter, document } = declared(kind);
      return interpreter.tryConnection(document);
    },
  };
}

const unknown = (kind: string) =>
  problem('UNKNOWN_KIND', `“${kind}” is not known here`, { fix: 'Run `portolan connectors` to see what is.' });
