import { InvalidArgumentError } from 'commander';
import { problem } from '../model/problem.ts';
import { readMoment } from '../desk/moment.ts';

/** Collects `--param k=v`, which may be given many times. */
export function collectParam(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  const name = text.slice(0, at);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`The parameter ${name} is given twice.`);
  return { ...before, [name]: text.slice(at + 1) };
}

/** A whole number from 1. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

/** `--as-of` in the workspace's zone, UTC milliseconds. Throws OPTION_INVALID. */
export function asOf(text: string | undefined, timezone: string): { asOf?: number } {
  if (text === undefined) return {};
  const moment = readMoment(text, timezone);
  if (moment !== undefined) return { asOf: moment };
  throw problem('OPTION_INVALID', `--as-of ${text} is not a date or a moment.`, {
    fix: 'Write 2026-11-24, 2026-11-24T02:30 (in the zone of the workspace) or 2026-11-24T02:30:00Z.',
  });
}
