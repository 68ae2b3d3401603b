import { isScalar, LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml';
import type { Code } from '../../model/codes.ts';
import type { Finding } from './findings.ts';
import { brokenReference, referencesIn } from './references.ts';
import type { SourceFault } from './source-fault.ts';
import { pathTooDeep, tooDeep } from './depth.ts';
import { refusedMarks } from './refused-marks.ts';
import { wrecksOf } from './wrecks.ts';
import { yamlFaults } from './yaml-errors.ts';
import { pathAt, placeInText, placeOf, placeOfRange, pointerOfPath, scalarAt, type YamlSource } from './yaml-place.ts';

/** One YAML document as it was read. */
export interface ReadDocument {
  source: YamlSource;
  value: unknown;
  findings: Finding[];
  /** Pointers of what YAML tore apart: nothing else is said about what is below. */
  torn: string[];
  /** Could not be read to its end: only its first findings count. */
  broken: boolean;
}

/** An anchor may be repeated as often as this, counted with what repeated things repeat. */
const maxRepetitions = 100;

/** Reads one file. `references`: `${…}` may stand in it (the workspace file). */
export function readFile(file: string, text: string, references: boolean): ReadDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: false,
    stringKeys: true,
    // Compares each key of a map with each other one; told by `refusedMarks` instead.
    uniqueKeys: false,
    logLevel: 'silent',
  }) as Document.Parsed<ParsedNode>[];
  if (!Array.isArray(documents)) return [];
  return documents
    .map((document) => ({ text, lines, document: document as unknown as Document }))
    .filter(({ document }) => !isEmpty(document))
    .map((source) => readDocument(file, source, references));
}

/** Nothing between two `---`, or comments only. */
function isEmpty({ contents, errors }: Document): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.source === ''));
}

function readDocument(file: string, source: YamlSource, references: boolean): ReadDocument {
  const { faults: errors, fatal } = yamlFaults(source.text, source.document);
  const faults = [...errors, ...(fatal ? [] : [...wrecksOf(source), ...refusedMarks(source)])].filter(isFirst);
  const endless = faults.some((fault) => fault.code === 'YAML_ALIAS');
  const findings = faults.map((fault) => findingOf(file, source, fault));
  const torn = faults
    .filter((fault) => fault.code === 'YAML_TORN' || fault.code === 'YAML_NUMBER')
    .map((fault) => tornPointer(source, fault));
  const broken = { source, value: undefined, findings, torn, broken: true };
  if (fatal || endless) return broken;
  const value = valueOf(source);
  const deep = value instanceof RangeError ? [] : pathTooDeep(value);
  if (deep) {
    findings.push({ ...tooDeep, severity: 'error', file, ...placeOf(source, deep), pointer: pointerOfPath(deep) });
    return broken;
  }
  if (value instanceof Error) {
    const message = 'The aliases of this document repeat each other too often.';
    const bomb = { code: 'YAML_ALIAS' as const, begin: source.document.range?.[0] ?? 0, end: 0, message };
    const fix = `Write the values out; at most ${maxRepetitions} repetitions are read.`;
    return { ...broken, findings: [findingOf(file, source, { ...bomb, fix })] };
  }
  findings.push(...referenceFindings(file, source, value, references));
  return { source, value, findings, torn, broken: false };
}

const isFirst = (fault: SourceFault, index: number, all: SourceFault[]): boolean =>
  !all.slice(0, index).some((earlier) => fault.begin < earlier.end && earlier.begin < fault.end);

function valueOf({ document }: YamlSource): unknown {
  try {
    return document.toJS({ maxAliasCount: maxRepetitions });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Whatever else goes wrong in the map around a torn value is a consequence. */
function tornPointer(source: YamlSource, fault: SourceFault): string {
  const path = pathAt(source, fault.begin);
  return pointerOfPath(fault.code === 'YAML_NUMBER' ? path : path.slice(0, -1));
}

function findingOf(file: string, source: YamlSource, fault: SourceFault): Finding {
  const { code, message, fix, begin, end } = fault;
  const pointer = pointerOfPath(pathAt(source, begin));
  return { code, severity: 'error', file, ...placeOfRange(source, begin, end), message, fix, pointer };
}

function referenceFindings(file: string, source: YamlSource, value: unknown, allowed: boolean): Finding[] {
  const findings: Finding[] = [];
  const tell = (code: Code, path: string[], offset: number, message: string, fix: string): void => {
    const place = placeInText(source, path, offset);
    findings.push({ code, severity: 'error', file, ...place, message, fix, pointer: pointerOfPath(path) });
  };
  const walk = (item: unknown, path: string[]): void => {
    if (typeof item === 'object' && item !== null) {
      for (const [key, below] of Object.entries(item)) walk(below, [...path, key]);
      return;
    }
    if (typeof item !== 'string' || !item.includes('${') || !scalarAt(source, path)) return;
    if (allowed) {
      const broken = brokenReference(item);
      if (broken === undefined) return;
      const fix = 'Write ${NAME}, ${NAME:-default} or ${file:/run/secrets/name}.';
      tell('REFERENCE_BROKEN', path, broken, '`${` begins a reference that is not one of the three forms.', fix);
      return;
    }
    for (const { offset, written } of referencesIn(item)) {
      const message = `\`${written}\` stands outside the workspace file, so this document could not be shared.`;
      tell(
        'REFERENCE_OUTSIDE',
        path,
        offset,
        message,
        'Put it under `connections:` in portolan.yaml and name the connection here.',
      );
    }
  };
  walk(value, []);
  return findings;
}
