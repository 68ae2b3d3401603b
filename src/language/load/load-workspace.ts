import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '../../expression/index.ts';
import { sortedFindings, type Finding } from './findings.ts';
import { readFile, type ReadDocument } from './read-file.ts';
import { documentFiles, findWorkspace, workspaceFile } from './workspace-files.ts';
import { placeOf, type YamlSource } from './yaml-place.ts';

/** First keys of documents. */
export const documentKinds = ['workspace', 'pipeline', 'connector', 'check'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A document as it is written: references stay references, so it can be printed, stored and shown. */
export interface LoadedDocument {
  kind: DocumentKind;
  /** The value of its first key; '' where that is no text. */
  name: string;
  /** Relative to the workspace, with `/`. */
  file: string;
  value: Record<string, unknown>;
  source: YamlSource;
  /** Pointers below which nothing more is to be said. */
  torn: readonly string[];
}

/** A workspace's documents, and what is wrong with their text. */
export interface Loaded {
  /** Absolute folder of the workspace. */
  root: string;
  /** Every file that was read, relative. */
  files: readonly string[];
  /** Undefined when portolan.yaml can't be read. */
  workspace: LoadedDocument | undefined;
  documents: readonly LoadedDocument[];
  findings: readonly Finding[];
}

/**
 * Reads every document of the workspace at `start` or above it. Touches no network and no secret. Mistakes of the text
 * are findings; throws only WORKSPACE_NOT_FOUND.
 */
export function loadWorkspace(start: string): Loaded {
  const root = findWorkspace(start);
  const files = documentFiles(root);
  return loadTexts(
    root,
    files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') })),
  );
}

/** The same from texts that are already there; `root` is where templates and tables are looked for. */
export function loadTexts(root: string, texts: readonly { file: string; text: string }[]): Loaded {
  const documents: LoadedDocument[] = [];
  const findings: Finding[] = [];
  for (const { file, text } of texts) {
    for (const read of readFile(file, text, file === workspaceFile)) {
      findings.push(...read.findings);
      const document = read.broken ? undefined : recognised(file, read, findings);
      if (document) documents.push(document);
    }
  }
  const workspace = documents.find((document) => document.kind === 'workspace');
  return Object.freeze({
    root,
    files: Object.freeze(texts.map(({ file }) => file)),
    workspace,
    documents: Object.freeze(documents.filter((document) => document !== workspace)),
    findings: Object.freeze(sortedFindings(findings)),
  });
}

/** A document says what it is in its first key. */
function recognised(file: string, read: ReadDocument, findings: Finding[]): LoadedDocument | undefined {
  const { value, source, torn } = read;
  const expected = file === workspaceFile ? ['workspace'] : ['pipeline', 'connector', 'check'];
  const keys = isMap(value) ? Object.keys(value) : [];
  const [first] = keys;
  const tell = (path: string[], message: string, fix: string): void => {
    const place = placeOf(source, path, 'key');
    findings.push({
      code: 'DOCUMENT_UNKNOWN',
      severity: 'error',
      file,
      ...place,
      message,
      fix,
      pointer: path.map((part) => `/${part}`).join(''),
    });
  };
  if (!isMap(value) || first === undefined) {
    tell([], `A document is a map that begins with ${listed(expected)}.`, `Write \`${expected[0]}: NAME\` first.`);
    return undefined;
  }
  if (expected.includes(first)) {
    const name = value[first];
    return { kind: first as DocumentKind, name: typeof name === 'string' ? name : '', file, value, source, torn };
  }
  const elsewhere = expected.find((kind) => keys.includes(kind));
  if (elsewhere !== undefined) {
    const fix = `Move \`${elsewhere}: ${String(value[elsewhere])}\` to the top.`;
    tell([first], `A document says what it is in its first key; \`${first}\` stands before \`${elsewhere}\`.`, fix);
  } else if (first === 'workspace') {
    tell([first], `\`workspace:\` belongs into ${workspaceFile} at the top of the workspace.`, 'Move it there.');
  } else {
    const near = nearestName(first, expected);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    const message = `unknown kind of document "${first}"; expected ${listed(expected)}${hint}`;
    tell([first], message, `Write \`${near ?? expected[0]}: NAME\` as the first key.`);
  }
  return undefined;
}

const listed = (kinds: readonly string[]): string =>
  kinds.length === 1
    ? `\`${kinds[0]}:\``
    : `${kinds
        .slice(0, -1)
        .map((kind) => `\`${kind}:\``)
        .join(', ')} or \`${kinds.at(-1)}:\``;

/** A map of a document. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
