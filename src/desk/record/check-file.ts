import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withItem, yamlText } from '../../language/load/index.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import type { RecordedCase } from './record-case.ts';

/** Where a recorded case goes; all paths absolute. */
export interface CasePlace {
  /** The `check:` document; it may not be there yet. */
  check: string;
  exchanges: string;
  source: string;
  known: string;
  sent: string;
}

/** Places beside the check's document, named after the case. Throws RECORD_EXISTS where one is taken. */
export function placeOf(check: string, caseName: string): CasePlace {
  const slug =
    caseName
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || 'case';
  const fixture = (what: string): string => join(dirname(check), 'fixtures', `${slug}.${what}.json`);
  const place = {
    check,
    exchanges: fixture('exchanges'),
    source: fixture('source'),
    known: fixture('known'),
    sent: fixture('sent'),
  };
  const taken = Object.entries(place).find(([what, path]) => what !== 'check' && existsSync(path));
  if (taken) {
    throw problem('RECORD_EXISTS', `${taken[1]} is there already, and nothing is written over it.`, {
      fix: 'Name the case otherwise by --case, or remove the file and its case.',
    });
  }
  return place;
}

/** Writes the fixtures and adds the case to its document, made where there is none. What it answers undoes that. */
export function writeCase(
  place: CasePlace,
  { check, now, name, asks }: { check: string; now: string; name: string; asks: Fields },
  { connection, with: given, exchanges, source, known, sent, expect }: RecordedCase,
): () => void {
  const before = existsSync(place.check) ? readFileSync(place.check, 'utf8') : undefined;
  const made: string[] = [];
  const put = (path: string, value: unknown): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`, { flag: 'wx' });
    made.push(path);
    return path.slice(dirname(place.check).length + 1);
  };
  const written = {
    name,
    ...asks,
    ...(Object.keys(given).length > 0 ? { with: given } : {}),
    ...(source === undefined ? {} : { source: put(place.source, source) }),
    ...(known === undefined ? {} : { known: put(place.known, known) }),
    exchanges: put(place.exchanges, exchanges),
    expect: { ...expect, ...(sent === undefined ? {} : { sent: put(place.sent, sent) }) },
  };
  const text =
    before === undefined ? yamlText({ check, now, connection, cases: [written] }) : withItem(before, 'cases', written);
  writeFileSync(place.check, text);
  return () => {
    for (const path of made) rmSync(path);
    if (before === undefined) rmSync(place.check);
    else writeFileSync(place.check, before);
  };
}
