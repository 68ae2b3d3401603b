/** Texts, which are stepped over, and numbers. */
const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Fewer digits than this always fit; only an exponent can make them too large. */
const suspicious = /\d{16}|\d{8,}\.\d{8,}|\d\.\d{15}|[eE][+-]?\d{3}|\d[.\d]{16}/;

/** Parses JSON; a number that JavaScript can't hold exactly comes as text, and null is absent. Throws SyntaxError. */
export function parseExactJson(text: string): unknown {
  const exact = suspicious.test(text)
    ? text.replace(textOrNumber, (token) => (token.startsWith('"') || isHeld(token) ? token : JSON.stringify(token)))
    : text;
  return withoutNulls(JSON.parse(exact));
}

/** Does the number come out with the digits it went in with? */
function isHeld(token: string): boolean {
  const number = Number(token);
  return Number.isFinite(number) && digitsOf(token) === digitsOf(String(number));
}

/** Digits without zeros at either end, and the power of ten of the last one: `1.50e3` and `1500` agree. */
function digitsOf(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().replace('-', '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** Drops keys and list items that are null, in place: in an answer null is no value. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.some((item) => item === null) ? value.flatMap(kept) : value.map(withoutNulls);
  const map = value as Record<string, unknown>;
  for (const key of Object.keys(map)) {
    const item = map[key];
    if (item === null) delete map[key];
    else if (typeof item === 'object') map[key] = withoutNulls(item);
  }
  return map;
}

const kept = (item: unknown): unknown[] => (item === null ? [] : [withoutNulls(item)]);
