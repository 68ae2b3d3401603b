import { invalid } from './failure.ts';

/** What a client may set. Null is "no value". */
export interface UserFields {
  externalId: string | null;
  login: string;
  email: string | null;
  lastName: string;
  firstName: string | null;
  middleName: string | null;
  department: string | null;
  position: string | null;
  /** YYYY-MM-DD. */
  hiredOn: string | null;
  language: 'ru' | 'en';
  /** E.164. */
  phone: string | null;
}

/** A user as the API shows it. Passwords only go in, so they are nowhere here. */
export interface User extends UserFields {
  id: string;
  status: 'active' | 'blocked';
  version: number;
  /** ISO moments. */
  createdAt: string;
  updatedAt: string;
}

/** Says what is wrong with a value that is not null, or nothing. */
type Rule = (value: string) => string | undefined;

const MAX_TEXT = 255;

function textUpTo(limit: number): Rule {
  return (value) =>
    value.trim() && value.length <= limit ? undefined : `must be a text of 1 to ${limit} characters, not only blanks`;
}

function isRealDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

const rules: Record<string, Rule> = {
  externalId: textUpTo(64),
  login: (value) => (/^[^\s]{1,128}$/.test(value) ? undefined : 'must be a text of 1 to 128 characters without spaces'),
  email: (value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : 'must be an e-mail address'),
  lastName: textUpTo(MAX_TEXT),
  firstName: textUpTo(MAX_TEXT),
  middleName: textUpTo(MAX_TEXT),
  department: textUpTo(MAX_TEXT),
  position: textUpTo(MAX_TEXT),
  hiredOn: (value) => (isRealDate(value) ? undefined : 'must be a date YYYY-MM-DD'),
  language: (value) => (value === 'ru' || value === 'en' ? undefined : 'must be ru or en'),
  phone: (value) => (/^\+\d{7,15}$/.test(value) ? undefined : 'must be a number in E.164, + and 7 to 15 digits'),
  password: (value) => (value.length >= 8 ? undefined : 'must have at least 8 characters'),
};

const required = ['login', 'lastName'];
const empty: UserFields = {
  externalId: null,
  login: '',
  email: null,
  lastName: '',
  firstName: null,
  middleName: null,
  department: null,
  position: null,
  hiredOn: null,
  language: 'ru',
  phone: null,
};

function checkField(name: string, value: unknown): void {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!rule) throw invalid(name, `${name} is not a field that can be set.`);
  if (value === null) {
    if (required.includes(name) || name === 'password') throw invalid(name, `${name} must have a value.`);
    return;
  }
  const wrong = typeof value === 'string' ? rule(value) : 'must be a text';
  if (wrong) throw invalid(name, `${name} ${wrong}.`);
}

/**
 * Checks a change of a user. Throws `invalid` for an unknown field or a wrong value.
 * The password is checked and left out; `hasPassword` says that there was one.
 */
export function readChanges(input: Record<string, unknown>): { fields: Partial<UserFields>; hasPassword: boolean } {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    checkField(name, value);
    if (name === 'language') fields[name] = value ?? empty.language;
    else if (name !== 'password') fields[name] = value;
  }
  return { fields: fields as Partial<UserFields>, hasPassword: 'password' in input };
}

/** Checks a new user and completes it with nulls. Throws `invalid`. */
export function readNewUser(input: Record<string, unknown>): UserFields {
  for (const name of required) if (input[name] === undefined) throw invalid(name, `${name} must have a value.`);
  return { ...empty, ...readChanges(input).fields };
}
