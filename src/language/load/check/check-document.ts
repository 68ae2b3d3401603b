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
  const sources = checked && [checked.value.source].flat().length;
  const folder = join(checking.loaded.root, dirname(file));
  const cases = Array.isArray(value.cases) ? value.cases : [];
  for (const [index, item] of cases.entries()) {
    if (!isMap(item)) continue;
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

function fixturesOf(item: Record<string, unknown>): { path: (string | number)[]; fixture: string }[] {
  const sources = Array.isArray(item.source) ? item.source : [item.source];
  const found = sources.map((fixture, index) => ({
    path: Array.isArray(item.source) ? ['source', index] : ['source'],
    fixture,
  }));
  const expected = isMap(item.expect) ? item.expect.sent : undefined;
  const all = [...found, { path: ['known'], fixture: item.known }, { path: ['expect', 'sent'], fixture: expected }];
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
