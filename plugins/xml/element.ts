import type { Fields } from '#sdk';
import { refuseName, type Writing } from './written-names.ts';
import { noCharacter, noValue } from './write-faults.ts';

/** One value as an element: a map has attributes (`@id`), text (`#text`) and children, and no value writes nothing. */
export function elementOf(name: string, value: unknown, writing: Writing, place: string = name): string {
  if (value === undefined || value === null) return '';
  if (!isMap(value)) {
    const text = textOf(value, place);
    return text === '' ? `<${name}/>` : `<${name}>${escaped(text, place)}</${name}>`;
  }
  let attributes = '';
  let content = '';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    if (key === '#text') content += escaped(textOf(item, place), place);
    else if (key.startsWith('@')) attributes += attribute(key, item, writing, place);
    else content += children(key, item, writing, `${place}/${key}`);
  }
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function children(name: string, value: unknown, writing: Writing, place: string): string {
  refuseName(name, place, writing);
  if (!Array.isArray(value)) return elementOf(name, value, writing, place);
  return value.map((item) => elementOf(name, item, writing, place)).join('');
}

function attribute(key: string, value: unknown, writing: Writing, place: string): string {
  const name = key.slice(1);
  refuseName(name, `${place}/${key}`, writing);
  const text = escaped(textOf(value, `${place}/${key}`), `${place}/${key}`);
  // A reader makes a blank of each of them (XML 1.0, section 3.3.3).
  return ` ${name}="${text.replace(/["\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)}"`;
}

function textOf(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw noValue(place, Array.isArray(value) ? 'list' : 'map');
}

// Everything but the characters of XML 1.0, section 2.2.
const noXmlCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const special = /[&<>\r]/g;
const replacements: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

function escaped(text: string, place: string): string {
  const wrong = noXmlCharacter.exec(text)?.[0];
  if (wrong !== undefined) throw noCharacter(place, wrong);
  return text.replace(special, (character) => replacements[character]!);
}
