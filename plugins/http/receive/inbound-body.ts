import { parseExactJson } from '#sdk';
import { decodeForm } from '../decode-form.ts';

/** A body as it is stored: what it is said to be, and its text. */
export interface StoredBody {
  type: 'json' | 'form' | 'text';
  text: string;
}

/** The text of a body, and how it is to be read. Undefined for parts, and for bytes that are no text in the character set they name. */
export function readBody(contentType: string | undefined, bytes: Uint8Array): StoredBody | undefined {
  const written = (contentType ?? '').toLowerCase();
  const type = written.split(';')[0]?.trim() ?? '';
  if (type.startsWith('multipart/')) return undefined;
  const charset = /charset="?([\w.:-]+)/.exec(written)?.[1] ?? 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (type === 'application/x-www-form-urlencoded') return { type: 'form', text };
  if (/[/+]json$/.test(type) || /^\s*[[{]/.test(text)) return { type: 'json', text };
  return { type: 'text', text };
}

/** What expressions see of it: an empty body is an empty map. Undefined where it can not be read. */
export function bodyOf({ type, text }: StoredBody): unknown {
  if (text.trim() === '') return {};
  if (type === 'text') return text;
  if (type === 'form') return decodeForm(text);
  try {
    return parseExactJson(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
