import type {
  CallDeclaration,
  DocumentDeclaration,
  FileStoreDeclaration,
  FormatDeclaration,
  NothingToRead,
  OpenContext,
  OpenFormat,
  OpenSink,
  OpenSource,
  ReceiveDeclaration,
  SinkContext,
  SinkDeclaration,
  SourceContext,
  SourceDeclaration,
  Trial,
  TryConnection,
} from './declare.ts';
import type { Field, TypeOf } from './field.ts';
import type { OpenFileStore } from '../files/port.ts';

type Options = Field<unknown>;
type Typed<O, C> = { options: TypeOf<O>; connection: TypeOf<C> };

/** Declares a source; `open` is given options and connection compiled and typed. */
export function defineSource<O extends Options, C extends Options = Field<undefined>>(
  it: Omit<SourceDeclaration, 'kind' | 'open' | 'options' | 'connection'> & {
    options: O;
    connection?: C;
    open(
      context: Omit<SourceContext<unknown, unknown>, 'options' | 'connection'> & Typed<O, C>,
    ): Promise<OpenSource | NothingToRead>;
  },
): SourceDeclaration {
  return Object.freeze({ kind: 'source', ...it }) as unknown as SourceDeclaration;
}

/** Declares a sink; see {@link OpenSink} for what the engine asks of it. */
export function defineSink<O extends Options, C extends Options = Field<undefined>>(
  it: Omit<SinkDeclaration, 'kind' | 'open' | 'options' | 'connection' | 'tryConnection'> & {
    options: O;
    connection?: C;
    open(context: Omit<SinkContext<unknown, unknown>, 'options' | 'connection'> & Typed<O, C>): Promise<OpenSink>;
    tryConnection?(
      context: Omit<OpenContext<unknown>, 'connection'> & { connection: TypeOf<C> },
    ): Promise<Trial | undefined>;
  },
): SinkDeclaration {
  return Object.freeze({ kind: 'sink', ...it }) as unknown as SinkDeclaration;
}

/** Declares a place that holds files. */
export function defineFileStore<C extends Options = Field<undefined>>(
  it: Omit<FileStoreDeclaration, 'kind' | 'open' | 'connection'> & {
    connection?: C;
    open(context: Omit<OpenContext<unknown>, 'connection'> & { connection: TypeOf<C> }): Promise<OpenFileStore>;
  },
): FileStoreDeclaration {
  return Object.freeze({ kind: 'fileStore', ...it }) as unknown as FileStoreDeclaration;
}

/** Declares a format. */
export function defineFormat<O extends Options>(
  it: Omit<FormatDeclaration, 'kind' | 'open' | 'check' | 'options'> & {
    options: O;
    check?(options: TypeOf<O>, use: 'read' | 'write'): void;
    open(options: TypeOf<O>): OpenFormat;
  },
): FormatDeclaration {
  return Object.freeze({ kind: 'format', ...it }) as unknown as FormatDeclaration;
}

/** Declares a kind of document that a plugin interprets. */
export function defineDocument<O extends Options>(
  it: Omit<DocumentDeclaration, 'kind' | 'options' | 'source' | 'sink' | 'call' | 'receive' | 'tryConnection'> & {
    options: O;
    source(document: TypeOf<O>, name: string, read: string): Pick<SourceDeclaration, 'open'>;
    sink(document: TypeOf<O>, name: string, target: string): Pick<SinkDeclaration, 'open'>;
    call(document: TypeOf<O>, name: string, operation: string): CallDeclaration;
    receive(document: TypeOf<O>, name: string, event: string): ReceiveDeclaration;
    tryConnection(document: TypeOf<O>): TryConnection;
  },
): DocumentDeclaration {
  return Object.freeze({ kind: 'document', ...it }) as unknown as DocumentDeclaration;
}
