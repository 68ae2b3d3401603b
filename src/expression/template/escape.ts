import type { Hole, Place } from '../types.ts';
import { valueFault } from './values.ts';

/** Escapes a value for its place; throws TEMPLATE_VALUE for what no escaping helps. */
export type Escape = (text: string, hole: Hole) => string;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

const loneSurrogates = /\p{Surrogate}/gu;

/** RFC 3986: everything but unreserved characters; a lone half of a surrogate pair becomes U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.replace(loneSurrogates, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** As {@link percentEncode}, keeping slashes. */
export function percentEncodePath(text: string): string {
  return text.split('/').map(percentEncode).join('/');
}

const controls = /[\u0000-\u001f\u007f]/;
// XML 1.0 (5th edition), section 2.2, knows no escape for them.
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

const escapes: Record<Exclude<Place, 'url' | 'segment'>, Escape> = {
  query: percentEncode,
  header(text, hole) {
    if (/[\r\n]/.test(text)) throw valueFault('header', 'A line break', hole.offset);
    if (controls.test(text.replace(/\t/g, ''))) throw valueFault('header', 'A control character', hole.offset);
    return text;
  },
  html: (text, hole) => (hole.raw ? text : text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '')),
  text: (text) => text,
  xml(text, hole) {
    if (notInXml.test(text)) throw valueFault('xml', 'A control character', hole.offset);
    return hole.raw ? text : text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  },
  // A name stays one name: what would make a folder of it is replaced.
  fileName: (text) => text.replace(new RegExp(`[/\\\\]|\\.\\.+|${controls.source}`, 'g'), '_'),
  filePath(text, hole) {
    if (/[/\\]/.test(text)) throw valueFault('filePath', 'A value with a slash', hole.offset);
    if (controls.test(text)) throw valueFault('filePath', 'A control character', hole.offset);
    return text;
  },
};

/** How values are escaped where the whole is a plain sequence of texts and values. */
export function escapeFor(place: Exclude<Place, 'url' | 'segment'>): Escape {
  return escapes[place];
}
