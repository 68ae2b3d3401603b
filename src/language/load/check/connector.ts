import { markedLeaves } from '../../compile/schema-walk.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkMarked } from './marks.ts';
import { runNames, type Names } from './names.ts';

/** A connector document: every expression and template, with the names that its schema says exist there. */
export function checkConnector(checking: Checking, check: DocumentCheck): void {
  const names: Names = { variables: new Set(runNames), compared: false, afterDiff: true };
  for (const leaf of markedLeaves(checking.catalogue.documents.connector, check.document.value)) {
    checkMarked(checking, check, leaf, names);
  }
}
