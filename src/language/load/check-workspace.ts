import { checkAgainst, type Catalogue, type Fault } from '../catalogue/index.ts';
import { writtenConnections } from '../compile/workspace-settings.ts';
import { checkCheck, checkNames } from './check/check-document.ts';
import { checkConnector } from './check/connector.ts';
import { documentCheck, findingAt, type Checking } from './check/context.ts';
import { checkPipeline } from './check/pipeline.ts';
import { checkUnused, checkWorkspaceFile } from './check/workspace.ts';
import { sortedFindings, type Finding } from './findings.ts';
import { isMap, type Loaded, type LoadedDocument } from './load-workspace.ts';
import { pathOfPointer } from './yaml-place.ts';

/**
 * Every mistake of every document, in one go: by file and line. `catalogue` must hold the workspace's own connectors.
 * `files`: only what stands in these files (relative to the workspace), looked at with the whole workspace in mind.
 * Reads no network, evaluates no expression, fills in no secret.
 */
export function checkWorkspace(loaded: Loaded, catalogue: Catalogue, files?: readonly string[]): Finding[] {
  const { tables } = loaded.workspace?.value ?? {};
  const checking: Checking = {
    loaded,
    catalogue,
    connections: writtenConnections(loaded),
    tables: isMap(tables) ? Object.keys(tables) : [],
    pipelines: loaded.documents.filter(({ kind }) => kind === 'pipeline').map(({ name }) => name),
    used: { connections: new Set(), tables: new Set() },
    read: new Set(),
    findings: [...loaded.findings],
  };
  for (const document of loaded.documents) checkDocument(checking, document);
  checkNames(loaded.documents, (document, message, fix) => {
    checking.findings.push(findingAt(document, 'NAME_TAKEN', [document.kind], message, fix));
  });
  if (loaded.workspace) {
    checkDocument(checking, loaded.workspace);
    // A mistake elsewhere may be a misspelt use; an empty workspace has only begun.
    const isRight = checking.findings.every(({ severity }) => severity === 'warning');
    if (isRight && checking.pipelines.length > 0) checkUnused(checking, documentCheck(checking, loaded.workspace, []));
  }
  const found = sortedFindings(checking.findings);
  return files === undefined
    ? found
    : found.filter(({ file, usedBy }) => files.includes(file) || (usedBy !== undefined && files.includes(usedBy)));
}

function checkDocument(checking: Checking, document: LoadedDocument): void {
  const schema = checking.catalogue.documents[document.kind];
  const faults = checkAgainst(schema, document.value, { unfilled: document.kind === 'workspace' });
  const silent = documentCheck(checking, document, []);
  const told = faults.filter((fault) => !silent.isMute(pathOfPointer(fault.pointer)));
  for (const fault of told) checking.findings.push(findingOfFault(document, fault));
  // A missing key says nothing about what is there.
  const wrong = told.filter(({ code }) => code !== 'MISSING_KEY');
  const check = documentCheck(
    checking,
    document,
    wrong.map(({ pointer }) => pointer),
  );
  if (document.kind === 'pipeline') checkPipeline(checking, check);
  if (document.kind === 'connector') checkConnector(checking, check);
  if (document.kind === 'check') checkCheck(checking, check);
  if (document.kind === 'workspace') checkWorkspaceFile(checking, check);
}

function findingOfFault(
  document: LoadedDocument,
  { pointer, atKey, code, found, expected, nearest, write, sentence: whole }: Fault,
): Finding {
  const near = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
  const fix = write ?? (nearest === undefined ? undefined : `write \`${nearest}\``);
  const sentence = fix === undefined ? undefined : `${fix[0]?.toUpperCase()}${fix.slice(1)}.`;
  const message = whole ?? `found ${found}, expected ${expected}${near}`;
  return findingAt(document, code, pathOfPointer(pointer), message, sentence, { at: atKey ? 'key' : 'value' });
}
