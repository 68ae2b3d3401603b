import type { Code } from '../../../model/codes.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Path } from '../../compile/schema-walk.ts';
import type { WrittenConnection } from '../../compile/workspace-settings.ts';
import type { Finding } from '../findings.ts';
import type { Loaded, LoadedDocument } from '../load-workspace.ts';
import { placeInText, placeOf, pointerOfPath } from '../yaml-place.ts';

/** What the checks of one workspace share. */
export interface Checking {
  loaded: Loaded;
  catalogue: Catalogue;
  connections: readonly WrittenConnection[];
  /** Names of declared tables; undefined where `tables:` can't be read. */
  tables: readonly string[];
  pipelines: readonly string[];
  /** What some document mentions, so that the rest can be told as unused. */
  used: { connections: Set<string>; tables: Set<string> };
  /** `$name` and `$name.member` (without `$`) that the document under check has read so far. */
  read: Set<string>;
  findings: Finding[];
}

/** Where exactly a mistake stands, and how bad it is. */
export interface Spot {
  at?: 'key' | 'value';
  /** In a text value, counted as it was read. */
  offset?: number;
  severity?: 'error' | 'warning';
}

/** Tells one mistake at a path of a document. */
export type Tell = (code: Code, path: Path, message: string, fix?: string, spot?: Spot) => void;

/** One document under check. `isMute` says that a value is already known to be wrong, so nothing more is said of it. */
export interface DocumentCheck {
  document: LoadedDocument;
  tell: Tell;
  isMute(path: Path): boolean;
  /** Whether anything at or below a path is known to be wrong: then its keys can't be trusted. */
  isDoubtful(path: Path): boolean;
}

/** Checks of one document tell into the workspace's findings; what lies below `mute` or a torn value stays silent. */
export function documentCheck(checking: Checking, document: LoadedDocument, mute: readonly string[]): DocumentCheck {
  const silent = [...mute, ...document.torn];
  const isMute = (path: Path): boolean => {
    const pointer = pointerOfPath(path);
    return silent.some((muted) => pointer === muted || pointer.startsWith(`${muted}/`));
  };
  const isDoubtful = (path: Path): boolean =>
    isMute(path) || silent.some((muted) => muted.startsWith(`${pointerOfPath(path)}/`));
  const tell: Tell = (code, path, message, fix, spot = {}) => {
    if (isMute(path)) return;
    checking.findings.push(findingAt(document, code, path, message, fix, spot));
  };
  return { document, tell, isMute, isDoubtful };
}

/** A finding at a path of a document. */
export function findingAt(
  document: LoadedDocument,
  code: Code,
  path: Path,
  message: string,
  fix?: string,
  { at, offset, severity = 'error' }: Spot = {},
): Finding {
  const place = offset === undefined ? placeOf(document.source, path, at) : placeInText(document.source, path, offset);
  const pointer = pointerOfPath(path);
  return { code, severity, file: document.file, ...place, message, ...(fix === undefined ? {} : { fix }), pointer };
}
