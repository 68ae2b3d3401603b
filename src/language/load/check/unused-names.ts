import type { WrittenStep } from '../../compile/steps.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';

/** Parameters and names behind `as:` that no expression of the pipeline reads. */
export function checkUnusedNames(
  { findings, read }: Checking,
  { document, tell }: DocumentCheck,
  steps: readonly WrittenStep[],
): void {
  // A mistake may be a misspelt use.
  if (findings.some((each) => each.severity === 'error' && [each.file, each.usedBy].includes(document.file))) return;
  const { params } = document.value;
  for (const name of isMap(params) ? Object.keys(params) : []) {
    if (read.has('params') || read.has(`params.${name}`)) continue;
    const message = `No expression reads the parameter "${name}".`;
    const fix = `Read it as \`$params.${name}\`, or leave it out.`;
    tell('UNUSED', ['params', name], message, fix, { at: 'key', severity: 'warning' });
  }
  for (const { words, path } of steps) {
    const { as } = words;
    if (typeof as !== 'string' || [...read].some((name) => name === as || name.startsWith(`${as}.`))) continue;
    const message = `No expression reads \`$${as}\`.`;
    tell('UNUSED', [...path, 'as'], message, 'Leave `as:` out, or use the name.', { severity: 'warning' });
  }
}
