import { counted } from '../../../model/counted.ts';
import { isMap, type LoadedDocument } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { hint, writeInstead } from './near.ts';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A `check:` document: what it tests exists, and so do its fixtures, which lie beside it. */
export function checkCheck(checking: Checking, { document, tell }: DocumentCheck): void {
  const { name, value, file } = document;
  const connectors = checking.loaded.documents.filter((each) => each.kind === 'connector').map((each) => each.name);
  const known = [...checking.pipelines, ...connectors];
  if (name !== '' && !known.includes(name)) {
    tell('PIPELINE_UNKNOWN', ['check'], `unknown pipeline "${name}"${hint(name, known)}`, writeInstead(name, known));
  }
  const checked = checking.loaded.documents.find((each) => each.kind === 'pipeline' && each.name === name);
  const tested = checking.loaded.documents.find((each) => each.kind === 'connector' && each.name === name);
  const sources = checked && [checked.value.source].flat().length;
  if (tested && !checked) checkConnection({ tell }, value, tested);
  const folder = join(checking.loaded.root, dirname(file));
  const cases = Array.isArray(value.cases) ? value.cases : [];
  for (const [index, item] of cases.entries()) {
    if (!isMap(item)) continue;
    if (checked) checkPipelineCase({ tell }, item, index);
    else if (tested) checkConnectorCase({ tell }, item, index, tested);
    const files = [item.source].flat().length;
    if (sources !== undefined && files > sources) {
      const message = `The case has ${files} files, and ${name} has ${counted(sources, 'source')}.`;
      tell('CHECK_SOURCES', ['cases', index, 'source'], message, 'Write one file for each source, in order.');
    }
    for (const { path, fixture } of fixturesOf(item)) {
      if (existsSync(join(folder, fixture))) continue;
      const message = `There is no file \`${fixture}\` beside this check.`;
      tell(
        'WORKSPACE_FILE_MISSING',
        ['cases', index, ...path],
        message,
        'Correct the path, which begins at the folder of this document.',
      );
    }
  }
}

const ofConnectors = ['read', 'write', 'call', 'with', 'exchanges'] as const;
const tried = ['read', 'write', 'call'] as const;

/** A pipeline is tried as a whole: its source is a fixture, and nothing is asked. */
function checkPipelineCase({ tell }: Telling, item: Record<string, unknown>, index: number): void {
  for (const word of ofConnectors.filter((each) => item[each] !== undefined))
    tell('CHECK_CASE', ['cases', index, word], `\`${word}\` is for checks of connectors.`, 'Take it out.', {
      at: 'key',
    });
  if (item.source === undefined)
    tell('CHECK_CASE', ['cases', index], 'The case has no `source`.', 'Add `source: fixtures/people.csv`.');
}

/** One part of a connector is tried, against what is asked and answered. */
function checkConnectorCase(
  { tell }: Telling,
  item: Record<string, unknown>,
  index: number,
  connector: LoadedDocument,
): void {
  const at = ['cases', index];
  const words = tried.filter((word) => item[word] !== undefined);
  const [word, second] = words;
  if (word === undefined)
    return tell('CHECK_CASE', at, 'The case says neither `read`, `write` nor `call`.', 'Say which part is tried.');
  if (second !== undefined)
    tell(
      'CHECK_CASE',
      [...at, second],
      `\`${second}\` beside \`${word}\`: a case tries one.`,
      'Make two cases of it.',
      { at: 'key' },
    );
  const parts = isMap(connector.value[word]) ? Object.keys(connector.value[word]) : [];
  const part = String(item[word]);
  if (!parts.includes(part)) {
    const message = `The connector has no ${word} "${part}"${hint(part, parts)}`;
    tell('CHECK_CASE', [...at, word], message, writeInstead(part, parts) ?? 'Correct the name.');
  }
  if (item.exchanges === undefined)
    tell('CHECK_CASE', at, 'The case has no `exchanges`.', 'Add `exchanges: fixtures/exchanges.json`.');
  const needsSource = word !== 'read';
  if (needsSource && item.source === undefined)
    tell(
      'CHECK_CASE',
      at,
      `\`${word}\` needs records, and the case has no \`source\`.`,
      'Add `source: fixtures/people.json`.',
    );
  for (const needless of [
    ...(needsSource ? [] : ['source', 'known']),
    ...(word === 'write' ? ['with'] : []),
    'lookups',
    'params',
  ])
    if (item[needless] !== undefined)
      tell('CHECK_CASE', [...at, needless], `\`${needless}\` says nothing beside \`${word}\`.`, 'Take it out.', {
        at: 'key',
      });
}

/** The options that every connection of the connector must have. */
function checkConnection({ tell }: Telling, value: Record<string, unknown>, { value: rules }: LoadedDocument): void {
  const { required = [] } = (isMap(rules.connection) ? rules.connection : {}) as { required?: string[] };
  const given = isMap(value.connection) ? value.connection : {};
  const lacking = required.filter((option) => given[option] === undefined);
  if (lacking.length === 0) return;
  const message = `The check gives no ${lacking.map((option) => `\`${option}\``).join(' and no ')} to the connection.`;
  tell(
    'CHECK_CASE',
    value.connection === undefined ? ['check'] : ['connection'],
    message,
    'Add it under `connection:`; make secrets up, as no request leaves.',
  );
}

type Telling = Pick<DocumentCheck, 'tell'>;

function fixturesOf(item: Record<string, unknown>): { path: (string | number)[]; fixture: string }[] {
  const sources = Array.isArray(item.source) ? item.source : [item.source];
  const found = sources.map((fixture, index) => ({
    path: Array.isArray(item.source) ? ['source', index] : ['source'],
    fixture,
  }));
  const expected = isMap(item.expect) ? item.expect.sent : undefined;
  const all = [
    ...found,
    { path: ['exchanges'], fixture: item.exchanges },
    { path: ['known'], fixture: item.known },
    { path: ['expect', 'sent'], fixture: expected },
  ];
  return all.filter((each): each is { path: (string | number)[]; fixture: string } => typeof each.fixture === 'string');
}

/** Names of documents of one kind are unique in a workspace. */
export function checkNames(
  documents: readonly LoadedDocument[],
  tell: (document: LoadedDocument, message: string, fix: string) => void,
): void {
  const first = new Map<string, LoadedDocument>();
  for (const document of documents) {
    if (document.kind === 'check' || document.name === '') continue;
    const key = `${document.kind} ${document.name}`;
    const earlier = first.get(key);
    if (!earlier) first.set(key, document);
    else
      tell(
        document,
        `A ${document.kind} "${document.name}" exists already, in ${earlier.file}.`,
        'Give one of them another name.',
      );
  }
}
