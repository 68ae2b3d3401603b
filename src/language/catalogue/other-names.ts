import { nearestName } from '../../expression/index.ts';

/** Values as other tools name them, in small letters and without signs. */
const otherNames: Readonly<Record<string, string>> = {
  cp1251: 'windows-1251',
  win1251: 'windows-1251',
  ansi1251: 'windows-1251',
  ansi: 'windows-1251',
  '1251': 'windows-1251',
  utf8sig: 'utf-8',
  utf8bom: 'utf-8',
  utf8mb4: 'utf-8',
  cp65001: 'utf-8',
  dos: 'cp866',
  oem: 'cp866',
  oem866: 'cp866',
  ibm866: 'cp866',
  '866': 'cp866',
  koi8: 'koi8-r',
  unicode: 'utf-16',
  ucs2: 'utf-16',
  utf16bom: 'utf-16',
};

const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The allowed value that was meant: the same but for its signs, another name of it, or the nearest. */
export function nearestValue(written: string, allowed: readonly string[]): string | undefined {
  const sought = bare(written);
  const same = allowed.find((value) => sought !== '' && bare(value) === sought);
  const known = Object.hasOwn(otherNames, sought) ? otherNames[sought] : undefined;
  return same ?? allowed.find((value) => value === known) ?? nearestName(written, allowed);
}
