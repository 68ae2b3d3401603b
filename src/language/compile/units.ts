import type { Share } from '../../connect/sdk/index.ts';
import { problem } from '../../model/problem.ts';

const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};

/** Milliseconds of `30s`, `5m`, `2 days`. Throws VALUE_UNREADABLE. */
export function durationMs(written: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(written.trim()) ?? [];
  const factor = unitMs[unit] ?? unitMs[unit.replace(/s$/, '')];
  if (amount === undefined || factor === undefined) {
    throw unreadable(`\`${written}\` is not a duration`, 'Write a number and a unit: 500ms, 30s, 5m, 2h, 2 days.');
  }
  return Number(amount) * factor;
}

const unitBytes: Record<string, number> = {
  B: 1,
  KB: 1024,
  KIB: 1024,
  MB: 1024 ** 2,
  MIB: 1024 ** 2,
  GB: 1024 ** 3,
  GIB: 1024 ** 3,
};

/** Bytes of `64KB`, `1MB` (1024 based); a bare number is bytes already. Throws VALUE_UNREADABLE. */
export function sizeBytes(written: string | number): number {
  if (typeof written === 'number') return written;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(written.trim()) ?? [];
  const factor = unitBytes[unit.toUpperCase()];
  if (amount === undefined || factor === undefined) {
    throw unreadable(`\`${written}\` is not a size`, 'Write a number and a unit: 64KB, 1MB.');
  }
  return Math.round(Number(amount) * factor);
}

/** `5%` is a share of 0..1, `20` a count. Throws VALUE_UNREADABLE. */
export function shareOf(written: string | number): Share {
  if (typeof written === 'number') return Object.freeze({ count: written });
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(written.trim())?.[1];
  if (percent !== undefined && Number(percent) <= 100) return Object.freeze({ share: Number(percent) / 100 });
  if (/^\d+$/.test(written)) return Object.freeze({ count: Number(written) });
  throw unreadable(`\`${written}\` is not a share or a count`, 'Write a share such as 5%, or a count such as 20.');
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** Requests per second of `10/s`, `600/m`. Throws VALUE_UNREADABLE. */
export function ratePerSecond(written: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\/(s|m|h)$/.exec(written.trim()) ?? [];
  if (amount === undefined || Number(amount) === 0) {
    throw unreadable(`\`${written}\` is not a rate`, 'Write a number and a unit: 10/s, 600/m.');
  }
  return Number(amount) / (unitSeconds[unit] ?? 1);
}

/** Grace of a missing record: `2 days`, `3 feeds`. Throws VALUE_UNREADABLE. */
export function graceOf(written: string): { feeds: number } | { days: number } {
  const [, amount, unit] = /^(\d+)\s*(feeds?|days?)$/.exec(written.trim()) ?? [];
  if (amount === undefined || unit === undefined) {
    throw unreadable(`\`${written}\` is not a grace`, 'Write days or distinct feeds: `2 days`, `3 feeds`.');
  }
  return Object.freeze(unit.startsWith('feed') ? { feeds: Number(amount) } : { days: Number(amount) });
}

const unreadable = (sentence: string, fix: string): Error => problem('VALUE_UNREADABLE', `${sentence}.`, { fix });
