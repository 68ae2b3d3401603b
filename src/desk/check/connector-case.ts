import type { Network } from '../../connect/net/index.ts';
import type {
  NothingToRead,
  OpenCall,
  OpenContext,
  OpenSink,
  OpenSource,
  SinkContext,
  SourceContext,
} from '../../connect/sdk/index.ts';
import type { Opening } from '../../engine/run/world.ts';
import type { Catalogue } from '../../language/catalogue/index.ts';
import { compileMarked, compilePipeline } from '../../language/compile/index.ts';
import type { Pipeline, Use } from '../../language/compile/pipeline.ts';
import type { Loaded, LoadedDocument } from '../../language/load/index.ts';
import type { Fields } from '../../model/record.ts';
import type { Clock } from '../../model/clock.ts';
import type { ConnectorCase } from './check-document.ts';
import type { CheckTools } from './run-check.ts';

/** Opens parts of connectors as a run would. */
export interface ConnectorTools {
  loaded: Loaded;
  catalogue: Catalogue;
  source(kind: string, context: SourceContext<unknown, unknown>): Promise<OpenSource | NothingToRead>;
  sink(kind: string, context: SinkContext<unknown, unknown>): Promise<OpenSink>;
  call(kind: string, context: OpenContext<unknown>): Promise<OpenCall>;
  openFormat(written: unknown): ReturnType<NonNullable<OpenContext<unknown>['openFormat']>>;
}

/** Records of a read, or answers of an operation, go into this sink, which only writes them down. */
const WRITTEN_DOWN = { file: { path: 'check.json' }, format: 'json' };

/**
 * The pipeline that does what a case says: reads into a sink that writes down, writes what a comparison with `known` makes
 * of a fixture, or calls an operation once for each record of a fixture.
 */
export function pipelineOf(connector: string, each: ConnectorCase, { loaded, catalogue }: ConnectorTools): Pipeline {
  const value = writtenPipeline(connector, each, loaded);
  const document = { kind: 'pipeline', name: connector, file: '', value } as unknown as LoadedDocument;
  const others = loaded.documents.filter(({ kind }) => kind !== 'pipeline');
  return compilePipeline({ ...loaded, documents: [...others, document] }, connector, catalogue);
}

function writtenPipeline(connector: string, each: ConnectorCase, loaded: Loaded): Fields {
  const fixture = { file: { path: 'fixture.json' }, format: 'json', feed: 'full' };
  const rules = loaded.documents.find(({ kind, name }) => kind === 'connector' && name === connector)?.value ?? {};
  const common = { pipeline: connector };
  if (each.read !== undefined) {
    const key = ruleOf(rules.read, each.read).key ?? "'any'";
    return { ...common, source: { [`${connector}.${each.read}`]: each.with }, record: { key }, sink: WRITTEN_DOWN };
  }
  if (each.call !== undefined) {
    const steps = [
      { call: { [`${connector}.${each.call}`]: each.with }, as: 'answer' },
      { map: { answer: '=$answer' } },
    ];
    return { ...common, source: fixture, record: { key: '$string($)' }, steps, sink: WRITTEN_DOWN };
  }
  const { key } = ruleOf(rules.write, each.write ?? '');
  const steps = [{ diff: { guard: { floor: 1_000_000 } } }];
  return { ...common, source: fixture, record: { key }, steps, sink: `${connector}.${each.write}` };
}

const ruleOf = (rules: unknown, name: string): { key?: string | string[] } =>
  ((rules ?? {}) as Record<string, { key?: string | string[] }>)[name] ?? {};

/** What a connector is opened with in a check: its connection as written there, and no network. */
export function contextsOf(
  connector: string,
  written: unknown,
  { catalogue, loaded, openFormat }: Pick<ConnectorTools, 'catalogue' | 'loaded' | 'openFormat'>,
  network: Network,
  clock: Clock,
): (opening: Opening) => OpenContext<unknown> {
  const connection = compileMarked(catalogue.connections[connector]?.options ?? {}, written);
  const same = { connection, connectionName: 'check', folder: loaded.root, clock, network, openFormat };
  return ({ scope, env, signal, note }) => ({ ...same, scope, env, signal, note });
}

/** Opens the parts of one connector with what `context` makes; all else is as in every check. */
export function opensOf(
  connector: string,
  tools: Pick<ConnectorTools, 'source' | 'sink' | 'call'>,
  context: (opening: Opening) => OpenContext<unknown>,
): NonNullable<CheckTools['opens']> {
  return {
    source: (use, opening) =>
      isOf(connector, use)
        ? tools.source(use.kind, { ...opening, ...context(opening), options: use.options })
        : undefined,
    sink: (use, opening) =>
      isOf(connector, use) ? tools.sink(use.kind, { ...context(opening), options: use.options }) : undefined,
    openCall: (use, opening) => tools.call(use.kind, context(opening)),
  };
}

/** Is the use a part of this connector? */
const isOf = (connector: string, { kind }: Pick<Use, 'kind'>): boolean => kind.startsWith(`${connector}.`);
