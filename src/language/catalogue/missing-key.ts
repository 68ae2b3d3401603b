import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Schema } from '../../connect/sdk/index.ts';
import { isEscape } from './also-texts.ts';
import { expectedBy } from './expected.ts';
import type { Fault } from './fault.ts';
import { asYaml, quoted } from './words.ts';

/** A key that must be there: what it is, and what could stand there. */
export function missingKey(error: ErrorObject, schema: Schema): Fault {
  const key = (error.params as { missingProperty: string }).missingProperty;
  const option = (schema.properties as Record<string, Schema> | undefined)?.[key];
  const about = typeof option?.description === 'string' ? firstSentence(option.description) : option && inWords(option);
  return {
    pointer: error.instancePath,
    atKey: true,
    code: 'MISSING_KEY',
    found: `no ${quoted(key)}`,
    expected: quoted(key),
    sentence: `${quoted(key)} is missing${about === undefined ? '' : `: ${about}`}`,
    write: `add \`${key}: ${exampleOf(option, key)}\``,
  };
}

const firstSentence = (text: string): string => {
  const end = text.search(/[.;:](\s|$)/);
  const sentence = end < 0 ? text : text.slice(0, end);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
};

const inWords = (option: Schema): string =>
  `${expectedBy(plainOf(option))}${option.secret === true ? ', and a secret' : ''}`;

/** Without the form that is only an escape (`${…}`). */
function plainOf(option: Schema): Schema {
  const form = (option.anyOf as Schema[] | undefined)?.find((each) => !isEscape(each.pattern));
  return form ? { ...option, ...form, anyOf: undefined } : option;
}

/** What could stand there, as it is written. */
export function exampleOf(written: Schema | undefined, key = ''): string {
  const option = written && plainOf(written);
  if (option?.secret === true) return `'\${${variableFor(key)}}'`;
  const listed = [option?.examples, option?.enum].find((some) => Array.isArray(some) && some.length > 0) as unknown[];
  const example = listed?.[0] ?? option?.default ?? examplesOfFormats[String(option?.format)];
  if (example !== undefined) return typeof example === 'string' ? example : asYaml(example);
  const [type] = [option?.type].flat();
  return examplesOfTypes[String(type)] ?? '…';
}

/** `apiToken` stands in the environment as API_TOKEN. */
const variableFor = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase();

const examplesOfFormats: Readonly<Record<string, string>> = {
  uri: 'https://api.client.example',
  email: 'lms@client.example',
  date: '2026-11-24',
};
const examplesOfTypes: Readonly<Record<string, string>> = { integer: '1', number: '1', boolean: 'true' };
