import { transportWord } from '../../../connect/sdk/index.ts';
import { markedLeaves } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkMarked } from './marks.ts';
import { runNames, type Names } from './names.ts';

/** A connector document: every expression and template, with the names that its schema says exist there. */
export function checkConnector(checking: Checking, check: DocumentCheck): void {
  const names: Names = { variables: new Set(runNames), compared: false, afterDiff: true };
  for (const leaf of markedLeaves(checking.catalogue.documents.connector, check.document.value)) {
    checkMarked(checking, check, leaf, names);
  }
  checkTransportWord(check);
}

/** The connection's own transport stands under this word in every connection. */
function checkTransportWord({ document, tell }: DocumentCheck): void {
  const { connection } = document.value;
  const properties = isMap(connection) ? connection.properties : undefined;
  if (!isMap(properties) || !Object.hasOwn(properties, transportWord)) return;
  const message = `\`${transportWord}\` is how every connection says its proxy, time-outs and certificates, so no option can have this name.`;
  const path = ['connection', 'properties', transportWord];
  tell('NAME_TAKEN', path, message, 'Give the option another name.', { at: 'key' });
}
