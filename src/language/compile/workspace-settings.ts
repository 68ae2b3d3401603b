import type { Loaded } from '../load/load-workspace.ts';
import { writtenUse } from './written-use.ts';

/** Name and kind of a connection of the workspace, with its options as written. */
export interface WrittenConnection {
  name: string;
  kind: string;
  options: unknown;
}

/** The connections that the workspace file declares, as far as they can be read. */
export function writtenConnections(loaded: Loaded): WrittenConnection[] {
  const { connections } = loaded.workspace?.value ?? {};
  if (typeof connections !== 'object' || connections === null) return [];
  return Object.entries(connections).flatMap(([name, item]) => {
    const use = writtenUse(item, []);
    return use ? [{ name, kind: use.kind, options: use.options }] : [];
  });
}

/** IANA zone of the workspace, UTC where none is written. */
export function timezoneOf(loaded: Loaded): string {
  const { timezone } = loaded.workspace?.value ?? {};
  return typeof timezone === 'string' ? timezone : 'UTC';
}

/** Language of reports and mails, English where none is written. */
export function languageOf(loaded: Loaded): 'ru' | 'en' {
  return loaded.workspace?.value.language === 'ru' ? 'ru' : 'en';
}
