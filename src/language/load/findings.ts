import type { Code } from '../../model/codes.ts';
import type { RequestHost } from './hosts.ts';

/** A mistake, or something worth a look, at its place. `line` and the columns count from 1, columns in UTF-16 units. */
export interface Finding {
  code: Code;
  severity: 'error' | 'warning';
  /** Relative to the workspace, with `/`. */
  file: string;
  line: number;
  column: number;
  endColumn?: number;
  /** What was found, what was expected, the nearest right name. */
  message: string;
  /** What to write. */
  fix?: string;
  /** JSON Pointer in its document; '' in a template. */
  pointer: string;
  /** Of a mistake in a template: the document that uses it. */
  usedBy?: string;
}

/** By file, then by place; the same finding only once. */
export function sortedFindings(findings: readonly Finding[]): Finding[] {
  const sorted = findings.toSorted(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code),
  );
  return sorted.filter((finding, index) => !isSame(finding, sorted[index - 1]));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isSame = (a: Finding, b: Finding | undefined): boolean =>
  b !== undefined && a.file === b.file && a.line === b.line && a.column === b.column && a.message === b.message;

/** `pipelines/employees.yaml:12:7 error UNKNOWN_KIND …` and, indented under it, what to write. */
export function findingsAsText(findings: readonly Finding[]): string {
  return findings.map(asText).join('\n');
}

function asText({ file, line, column, severity, code, message, fix }: Finding): string {
  const head = `${file}:${line}:${column} ${severity} ${code} ${message}`;
  return fix === undefined ? head : `${head}\n    ${fix.replaceAll('\n', '\n    ')}`;
}

/** One object: `{ format: 1, errors, warnings, findings, hosts }`. */
export function findingsAsJson(findings: readonly Finding[], hosts: readonly RequestHost[] = []): string {
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  return JSON.stringify({ format: 1, errors, warnings: findings.length - errors, findings, hosts });
}

/** Workflow commands of GitHub Actions, which become annotations at the line. */
export function findingsAsGithub(findings: readonly Finding[]): string {
  return findings.map(asAnnotation).join('\n');
}

function asAnnotation({ file, line, column, endColumn, severity, code, message, fix }: Finding): string {
  const place = [`file=${property(file)}`, `line=${line}`, `col=${column}`];
  if (endColumn !== undefined) place.push(`endColumn=${endColumn}`);
  place.push(`title=${property(code)}`);
  return `::${severity} ${place.join(',')}::${data(fix === undefined ? message : `${message}\n${fix}`)}`;
}

// Escapes of workflow commands: github.com/actions/toolkit, packages/core/src/command.ts
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Text, one JSON object, or annotations. */
export const findingsFormats = Object.freeze({
  text: findingsAsText,
  json: findingsAsJson,
  github: findingsAsGithub,
});
