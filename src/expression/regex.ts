import { RE2JS, RE2JSSyntaxException } from 're2js';

/** What `\s` means in JavaScript. RE2 knows the ASCII ones only, and texts from spreadsheets are full of U+00A0. */
const blanks =
  '\\t\\n\\x0b\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const notBlanks =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}' +
  '\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

/** `\s` and `\S` written out, inside and outside of classes. */
function spellBlanks(source: string): string {
  let inClass = false;
  return source.replace(/\\.|[[\]]/gs, (piece) => {
    if (piece === '[') inClass = true;
    if (piece === ']') inClass = false;
    if (piece !== '\\s' && piece !== '\\S') return piece;
    const ranges = piece === '\\s' ? blanks : notBlanks;
    return inClass ? ranges : `[${ranges}]`;
  });
}

/** Why a pattern can't be used, in plain words; undefined when it can. */
export function patternFault(pattern: RegExp): string | undefined {
  try {
    translated(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return faultOf(pattern.source, String(error.message));
  }
}

function faultOf(source: string, message: string): string {
  if (/\(\?<?[=!]/.test(source)) return 'it looks ahead or behind (`(?=`, `(?!`, `(?<=`, `(?<!`)';
  if (/\\[1-9]|\\k</.test(source)) return 'it refers back to a group (`\\1`)';
  if (message.includes('repeat count')) return 'it repeats more than 1000 times';
  return 'it holds a construct that is not known';
}

const compiled = new WeakMap<RegExp, RE2JS>();

function translated(pattern: RegExp): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const flags = (pattern.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (pattern.multiline ? RE2JS.MULTILINE : 0);
  const made = RE2JS.compile(RE2JS.translateRegExp(spellBlanks(pattern.source)), flags);
  compiled.set(pattern, made);
  return made;
}

/**
 * Matches in time linear to the text, so that no pattern can hang a run: JavaScript's own engine took 48 s for
 * `/^(a+)+$/` on 31 characters. Made by jsonata for each use of a pattern, always global.
 */
export function LinearRegex(this: unknown, pattern: RegExp) {
  const regex = translated(pattern);
  return {
    lastIndex: 0,
    exec(text: string): (RegExpExecArray & { index: number }) | null {
      const matcher = regex.matcher(text);
      if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
        this.lastIndex = 0;
        return null;
      }
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
      this.lastIndex = matcher.end();
      return Object.assign(groups, { index: matcher.start(), input: text }) as unknown as RegExpExecArray;
    },
  };
}
