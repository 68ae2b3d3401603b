import { problem, type Problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

interface NumberPlan {
  /** Country calling code. */
  code: string;
  /** What is dialled before a number inside the country; left out in E.164. */
  trunk: string;
  /** Digits of a national number, without trunk. */
  digits: number;
}

/** ITU-T E.164 country codes and the national numbering plans published by the ITU. */
const plans: Record<string, NumberPlan> = {
  RU: { code: '7', trunk: '8', digits: 10 },
  KZ: { code: '7', trunk: '8', digits: 10 },
  BY: { code: '375', trunk: '80', digits: 9 },
  UZ: { code: '998', trunk: '', digits: 9 },
  KG: { code: '996', trunk: '0', digits: 9 },
  AM: { code: '374', trunk: '0', digits: 8 },
};

/**
 * A phone number in E.164 form (`+71234567890`). `country` says how a number without `+` is read. Throws
 * PHONE_UNREADABLE for what is no number.
 */
export function phone(text: string, country = 'RU'): string {
  const plan = Object.hasOwn(plans, country) ? plans[country] : undefined;
  if (!plan) {
    throw problem('EXPRESSION_FAILED', `$phone does not know the country; it knows ${Object.keys(plans).join(', ')}.`);
  }
  const written = text.replace(/^\s*tel:/i, '').replace(/[\s\u00ad\u200b-\u200f\u2010-\u2015().-]/g, '');
  const match = /^(\+|00)?(\d+)$/.exec(written);
  if (!match?.[2]) throw unreadable('it has other characters than digits');
  return match[1] ? international(match[2]) : national(match[2], plan);
}

function national(digits: string, plan: NumberPlan): string {
  const { code, trunk } = plan;
  for (const prefix of [code, trunk, '']) {
    if (digits.startsWith(prefix) && digits.length === prefix.length + plan.digits) {
      return international(code + digits.slice(prefix.length));
    }
  }
  throw unreadable(`it has ${digits.length} digits, expected ${plan.digits} after ${trunk || 'no'} prefix or +${code}`);
}

/** E.164: at most 15 digits, none of the country codes begins with 0. */
function international(digits: string): string {
  if (digits.length < 8 || digits.length > 15 || digits.startsWith('0')) throw unreadable('its length is wrong');
  const plan = Object.values(plans).find((candidate) => digits.startsWith(candidate.code));
  if (plan && digits.length !== plan.code.length + plan.digits) throw unreadable('its length is wrong');
  // No area code of zone 7 begins so; ten digits with 89 are a mobile number with its 8, and a digit lost.
  if (/^7([0-25]|89)/.test(digits)) throw unreadable('no area begins with its first digits');
  return `+${digits}`;
}

function unreadable(why: string): Problem {
  return problem('PHONE_UNREADABLE', `A text is not a phone number: ${why}.`, {
    fix: 'Correct it at the source, or write it as +71234567890.',
  });
}

export default declare({
  name: 'phone',
  signature: "$phone(text, country = 'RU')",
  about:
    'A phone number in international form (E.164). Numbers without `+` are read as of the country: RU, KZ, BY, UZ, KG or AM. What is no number rejects the record.',
  example: { expression: "$phone('8 (912) 345-67-89')", gives: '+79123456789' },
  accepts: '<(sn)-s?:s>',
  call: (_context, text, country) => phone(String(text), country as string | undefined),
});
