import { expect, test } from 'vitest';
import { findingsAsGithub, findingsAsJson, findingsAsText, type Finding } from '../../../src/language/load/index.ts';

const findings: Finding[] = [
  {
    code: 'UNKNOWN_KIND',
    severity: 'error',
    file: 'pipelines/a,b.yaml',
    line: 12,
    column: 7,
    endColumn: 13,
    message: 'found `fliter`, 100% wrong',
    fix: 'Write:\n`filter`.',
    pointer: '/steps/0/fliter',
  },
  { code: 'UNUSED', severity: 'warning', file: 'portolan.yaml', line: 3, column: 1, message: 'No use.', pointer: '/a' },
];

test('text says file, line, column, severity and code, and indents what to write', () => {
  expect(findingsAsText(findings)).toBe(
    [
      'pipelines/a,b.yaml:12:7 error UNKNOWN_KIND found `fliter`, 100% wrong',
      '    Write:',
      '    `filter`.',
      'portolan.yaml:3:1 warning UNUSED No use.',
    ].join('\n'),
  );
});

test('JSON is one object that counts errors and warnings', () => {
  expect(JSON.parse(findingsAsJson(findings))).toEqual({
    format: 1,
    errors: 1,
    warnings: 1,
    findings,
    hosts: [],
  });
});

test('annotations escape what would end them early', () => {
  expect(findingsAsGithub(findings).split('\n')).toEqual([
    '::error file=pipelines/a%2Cb.yaml,line=12,col=7,endColumn=13,title=UNKNOWN_KIND::found `fliter`, 100%25 wrong%0AWrite:%0A`filter`.',
    '::warning file=portolan.yaml,line=3,col=1,title=UNUSED::No use.',
  ]);
});
