import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/**
 * Which keys the tests write, each as `PARENT > KEY`: in documents of YAML (files, and texts inside TypeScript) and in
 * object literals. A free name may stand between the two, so that the key above the parent counts as well, and so do
 * the words of the file's own path: what `test/plugins/csv` writes is written under `csv`.
 */
export function keysInUse(folder: string, leaveOut: string): Set<string> {
  const all = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.includes(leaveOut)) continue;
    const pairs = new Set<string>();
    if (/\.ya?ml$/.test(entry.name)) ofYaml(readFileSync(path, 'utf8'), [], pairs);
    else if (entry.name.endsWith('.ts'))
      ofCode(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest), [], pairs);
    const words = relative(folder, path).split(/[-/.]/);
    for (const pair of pairs) {
      all.add(pair);
      const key = pair.slice(pair.indexOf(' > '));
      for (const word of words) all.add(word + key);
    }
  }
  return all;
}

function add(pairs: Set<string>, key: string, above: string[]): void {
  for (const parent of above.length === 0 ? [''] : above.slice(-2)) pairs.add(`${parent} > ${key}`);
}

function ofYaml(text: string, above: string[], pairs: Set<string>): void {
  for (const document of parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false })) {
    try {
      if ('toJS' in document) ofValue(document.toJS(), above, pairs);
    } catch {
      // Texts that are no document: nothing is written there.
    }
  }
}

function ofValue(value: unknown, above: string[], pairs: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) ofValue(item, above, pairs);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      add(pairs, key, above);
      ofValue(inner, [...above, key], pairs);
    }
  // A bare name is that kind with its defaults.
  else if (typeof value === 'string' && above.length > 0 && /^[\w.]+$/.test(value)) add(pairs, value, above);
}

function ofCode(node: ts.Node, above: string[], pairs: Set<string>): void {
  if (ts.isTemplateExpression(node)) {
    ofText([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('x'), above, pairs);
  } else if (ts.isStringLiteralLike(node)) {
    ofText(node.text, above, pairs);
  }
  const name = nameOf(node);
  if (name !== undefined && !ts.isVariableDeclaration(node)) add(pairs, name, above);
  const inside = name === undefined ? above : [...above, name];
  ts.forEachChild(node, (inner) => ofCode(inner, inside, pairs));
}

/** A text may be a document, or what stands under the name before it. */
function ofText(text: string, above: string[], pairs: Set<string>): void {
  if (!text.includes(':')) return ofValue(text, above, pairs);
  for (const place of [above, []]) ofYaml(dedent(text), place, pairs);
}

/** The name under which a literal stands: of a property, or of the variable that holds a part of a document. */
function nameOf(node: ts.Node): string | undefined {
  const isNamed =
    ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isVariableDeclaration(node);
  if (!isNamed) return undefined;
  const { name } = node;
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined;
}

function dedent(text: string): string {
  const lines = text.split('\n');
  const margins = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const margin = Math.min(...margins);
  return Number.isFinite(margin) ? lines.map((line) => line.slice(margin)).join('\n') : text;
}
