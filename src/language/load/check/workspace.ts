import { markedLeaves } from '../../compile/schema-walk.ts';
import { pointerOfPath } from '../yaml-place.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkMarked } from './marks.ts';
import { runNames } from './names.ts';
import { tablesOf } from '../tables.ts';

/** The workspace file: its zone, its tables, its secrets, and what nobody uses. */
export function checkWorkspaceFile(checking: Checking, check: DocumentCheck): void {
  const { document, tell } = check;
  const { timezone } = document.value;
  if (typeof timezone === 'string' && !isZone(timezone)) {
    tell(
      'TIMEZONE_UNKNOWN',
      ['timezone'],
      `\`${timezone}\` is not a time zone.`,
      'Write an IANA name such as Europe/Moscow or UTC.',
    );
  }
  const names = {
    variables: new Set([...runNames, 'env']),
    fields: new Set<string>(),
    compared: false,
    afterDiff: false,
  };
  for (const leaf of markedLeaves(checking.catalogue.documents.workspace, document.value)) {
    checkMarked(checking, check, leaf, names);
  }
  for (const { name, fault } of tablesOf(checking.loaded)) {
    const path = ['tables', name];
    const isTold = checking.findings.some(
      (each) => each.file === document.file && each.pointer === pointerOfPath(path),
    );
    if (fault && !isTold) tell(fault.code, path, fault.message, fault.fix);
  }
}

/** After everything else has been looked at. */
export function checkUnused(checking: Checking, { document, tell }: DocumentCheck): void {
  const { connections, tables } = document.value;
  const unused = (part: string, name: string, what: string): void => {
    const fix = 'Leave it out, or use it.';
    tell('UNUSED', [part, name], `No document uses the ${what} "${name}".`, fix, { at: 'key', severity: 'warning' });
  };
  for (const name of isMap(connections) ? Object.keys(connections) : []) {
    if (!checking.used.connections.has(name)) unused('connections', name, 'connection');
  }
  for (const name of isMap(tables) ? Object.keys(tables) : []) {
    if (!checking.used.tables.has(name)) unused('tables', name, 'table');
  }
}

function isZone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}
