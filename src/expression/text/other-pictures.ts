/** What `strftime` writes, and our picture for it. */
const strftime: Readonly<Record<string, string>> = {
  Y: 'YYYY',
  y: 'YY',
  m: 'MM',
  d: 'DD',
  e: 'D',
  B: 'MMMM',
  b: 'MMM',
  H: 'HH',
  M: 'mm',
  S: 'ss',
  f: 'SSS',
  F: 'YYYY-MM-DD',
  T: 'HH:mm:ss',
  R: 'HH:mm',
};

/** Parts without their leading zero, as `%-d`. */
const short: Readonly<Record<string, string>> = { d: 'D', m: 'M', H: 'H' };

/**
 * A picture of another tool in our letters: `%d.%m.%Y` of strftime, `dd.MM.yyyy` of Java and .NET, `dd.mm.yyyy` of
 * spreadsheets, `d.m.Y` of PHP. What comes may still hold letters that are no picture. Undefined for what can't be translated whole.
 */
export function otherPicture(picture: string): string | undefined {
  if (picture.includes('%')) return ofStrftime(picture);
  return /^(?:([dmYyHis])(?!\1)|[\W\d])+$/.test(picture) ? ofSingleLetters(picture) : ofLetters(picture);
}

function ofStrftime(picture: string): string | undefined {
  let isWhole = true;
  const translated = picture.replace(/%([-#]?)([A-Za-z])/g, (written, mark: string, letter: string) => {
    const field = mark === '' ? strftime[letter] : short[letter];
    isWhole &&= field !== undefined;
    return field ?? written;
  });
  return isWhole ? translated : undefined;
}

/** PHP's letters are those of strftime, but for minutes and seconds. */
const ofSingleLetters = (picture: string): string =>
  picture.replace(/[A-Za-z]/g, (letter) => ({ i: 'mm', s: 'ss' })[letter] ?? strftime[letter] ?? letter);

/** Minutes stand behind hours; every other `m` is a month. */
function ofLetters(picture: string): string | undefined {
  if (!/^[yYmMdDHhsST\W\d]+$/.test(picture) || !/[yd]/.test(picture)) return undefined;
  let isTime = false;
  return picture.replace(/([A-Za-z])\1*/g, (field) => {
    if (/^[HhYyDd]/.test(field)) isTime = /^[Hh]/.test(field);
    if (/^[ydh]/.test(field)) return field.toUpperCase();
    return /^[mM]/.test(field) ? (isTime ? field.toLowerCase() : field.toUpperCase()) : field;
  });
}
