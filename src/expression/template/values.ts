import { problem, type Problem } from '../../model/problem.ts';
import { kindOf } from '../failure.ts';
import type { Hole, Place } from '../types.ts';

/** The words for a place, for messages. */
const placeNames: Record<Place, string> = {
  segment: 'a URL path',
  url: 'a URL',
  query: 'a query',
  header: 'a header',
  html: 'a HTML text',
  text: 'a text',
  xml: 'an XML text',
  fileName: 'a file name',
  filePath: 'a file path',
};

/** TEMPLATE_VALUE: what can't stand here, and at which hole. */
export function valueFault(place: Place, found: string, offset?: number): Problem {
  return problem('TEMPLATE_VALUE', `${found} cannot stand in ${placeNames[place]}.`, {
    where: offset === undefined ? {} : { offset },
    fix: 'Give the expression a default with `??`, or filter such records out.',
  });
}

/** A value as text: no value is '', numbers as `&` joins them. Lists and maps are refused. */
export function textOf(value: unknown, place: Place, hole: Hole): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return String(Number(value.toPrecision(15)));
  throw valueFault(place, kindOf(value).replace(/^a/, 'A'), hole.offset);
}
