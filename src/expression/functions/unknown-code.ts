import { problem, type Problem } from '../../model/problem.ts';

/** A code longer than this is shortened in a sentence. */
const SHOWN = 40;

const shown = (code: string): string => {
  const plain = code.replace(/[`\p{Cc}]/gu, ' ');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
};

/** LOOKUP_UNKNOWN: the message names the table alone, since a code may be personal; `withValue` names the code as well. */
export const unknownCode = (table: string, code: string): Problem =>
  problem('LOOKUP_UNKNOWN', `A code is not in the table \`${table}\`.`, {
    fix: 'Add it to the table, or give $lookup a third argument as default.',
    withValue: `The code \`${shown(code)}\` is not in the table \`${table}\`.`,
  });

const sentence = /^(?:A code|Another code|The code `(?<code>[^`]*)`) is not in the table `(?<table>[^`]*)`/;

/** What a sentence of {@link unknownCode} names, for a reader of another language; nothing for other sentences. */
export function readUnknownCode(reason: string): { table?: string; code?: string } {
  const { table, code } = sentence.exec(reason)?.groups ?? {};
  return { ...(table === undefined ? {} : { table }), ...(code === undefined ? {} : { code }) };
}

/** The same sentence for many codes, where each cannot be named. */
export const withoutCode = (reason: string): string => reason.replace(/^The code `[^`]*` is/, 'Another code is');
