import addDays from './add-days.ts';
import base64 from './base64.ts';
import dateFormat from './date-format.ts';
import date from './date.ts';
import type { FunctionDeclaration } from './declare.ts';
import delivered from './delivered.ts';
import formText from './form-text.ts';
import hash from './hash.ts';
import hmac from './hmac.ts';
import inn from './inn.ts';
import jwt from './jwt.ts';
import lookup from './lookup.ts';
import month from './month.ts';
import now from './now.ts';
import pad from './pad.ts';
import password from './password.ts';
import phone from './phone.ts';
import same from './same.ts';
import snils from './snils.ts';
import table from './table.ts';
import today from './today.ts';
import transliterate from './transliterate.ts';
import uuid from './uuid.ts';

/** Our functions, by name. */
export const declarations: readonly FunctionDeclaration[] = Object.freeze([
  addDays,
  base64,
  date,
  dateFormat,
  delivered,
  formText,
  hash,
  hmac,
  inn,
  jwt,
  lookup,
  month,
  now,
  pad,
  password,
  phone,
  same,
  snils,
  table,
  today,
  transliterate,
  uuid,
]);

/** JSONata's own, as of jsonata 2.2.2. `$eval` is closed. */
const jsonataNames =
  'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match ' +
  'contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power ' +
  'random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert ' +
  'type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl ' +
  'toMillis fromMillis clone now millis';

/** Every function that an expression may call, without `$`: JSONata's own and ours, in order. */
export const functionNames: readonly string[] = Object.freeze(
  [...new Set([...jsonataNames.split(' '), ...declarations.map((declaration) => declaration.name)])].sort(),
);

/** For the manual and the editor: name, signature, what it does, an example with its result. */
export const functionReference: readonly Pick<FunctionDeclaration, 'name' | 'signature' | 'about' | 'example'>[] =
  Object.freeze(
    declarations.map(({ name, signature, about, example }) => Object.freeze({ name, signature, about, example })),
  );
