import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { LineCounter } from 'yaml';
import type { Mark } from '../../../connect/sdk/index.ts';
import { compileTemplate } from '../../../expression/index.ts';
import type { Code } from '../../../model/codes.ts';
import { isProblem } from '../../../model/problem.ts';
import { placeOfFile } from '../../compile/compile-marked.ts';
import type { MarkedLeaf, Path } from '../../compile/schema-walk.ts';
import type { LoadedDocument } from '../load-workspace.ts';
import { isBelow, referencesIn } from '../references.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkReading, checkShape, checkTemplate, type ExpressionCheck } from './expressions.ts';
import { withNames, type Names } from './names.ts';

/** Checks one marked value: expressions, templates, files and secrets. `folder` is where files of the document start. */
export function checkMarked(
  checking: Checking,
  { document, tell, isMute }: DocumentCheck,
  { mark, value, path }: MarkedLeaf,
  names: Names,
): void {
  if (isMute(path) || value === null) return;
  const check: ExpressionCheck = { checking, tell, names: namesAt(mark, names) };
  switch (mark.as) {
    case 'condition':
    case 'expression':
      return checkReading(check, value, path, mark.as);
    case 'shape':
      return checkShape(check, value, path);
    case 'template':
      return checkTemplate(check, value, path, mark.place);
    case 'workspaceFile':
      return checkFile(check, value, path, mark, document);
    case 'secret':
      return checkSecret(check, value, path);
    default:
      return undefined;
  }
}

function namesAt(mark: Mark, names: Names): Names {
  const more = 'names' in mark ? withNames(names, mark.names) : names;
  const input = 'input' in mark ? mark.input : undefined;
  if (input === 'none') return { ...more, types: undefined, fields: new Set(), because: 'no record is known here' };
  if (input !== 'answer') return more;
  const { fields: _ofTheRecord, types: _ofThem, ...free } = more;
  return free;
}

/** A secret in plain text would be in every copy of the workspace. */
function checkSecret({ tell }: ExpressionCheck, value: unknown, path: Path): void {
  if (typeof value === 'string' && referencesIn(value).length > 0) return;
  const name = String(path.at(-1) ?? 'secret');
  const variable = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  const fix = `Write '\${${variable}}' or '\${file:/run/secrets/${name}}', and put the value there.`;
  tell('SECRET_PLAIN', path, `\`${name}\` is a secret and stands here in plain text.`, fix);
}

/** A file beside the workspace must be there, and a template in it must be right. */
function checkFile(
  check: ExpressionCheck,
  value: unknown,
  path: Path,
  mark: Mark & { as: 'workspaceFile' },
  { kind, file: user }: LoadedDocument,
): void {
  if (typeof value !== 'string') return;
  const { root } = check.checking.loaded;
  // A connector is a folder of its own that can be handed on: its files lie beside it.
  const full = kind === 'connector' ? resolve(root, dirname(user), value) : resolve(root, value);
  if (!isBelow(full, [root])) {
    check.tell(
      'WORKSPACE_FILE_MISSING',
      path,
      `\`${value}\` lies outside the workspace.`,
      'Move the file into the workspace.',
    );
    return;
  }
  if (!existsSync(full) || !statSync(full).isFile()) {
    const begin = kind === 'connector' ? 'the folder of the connector' : 'the folder of portolan.yaml';
    const fix = `Correct the path, which begins at ${begin}, or make the file.`;
    check.tell('WORKSPACE_FILE_MISSING', path, `There is no file \`${value}\` in the workspace.`, fix);
    return;
  }
  // A link may lead out, and a run would refuse it.
  if (!isBelow(realpathSync(full), [realpathSync(root)])) {
    const fix = 'Put the file itself into the workspace, instead of a link to it.';
    check.tell('WORKSPACE_FILE_MISSING', path, `\`${value}\` is a link that leads outside the workspace.`, fix);
    return;
  }
  if (mark.place)
    checkTemplateFile(check, relative(root, full), readFileSync(full, 'utf8'), placeOfFile(mark.place, value), user);
}

/** Mistakes in a template's file stand there, not where it is named. */
function checkTemplateFile(
  check: ExpressionCheck,
  file: string,
  text: string,
  place: NonNullable<(Mark & { as: 'workspaceFile' })['place']>,
  user: string,
): void {
  const lines = new LineCounter();
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  lines.lineStarts.unshift(0);
  const tell: ExpressionCheck['tell'] = (code, _path, message, fix, spot = {}) => {
    const { line, col } = lines.linePos(spot.offset ?? 0);
    const severity = spot.severity ?? 'error';
    const finding = {
      code,
      severity,
      file,
      line,
      column: col,
      message: `${message.replace(/\.$/, '')} (in ${user})`,
      pointer: '',
      usedBy: user,
    };
    check.checking.findings.push({ ...finding, ...(fix === undefined ? {} : { fix }) });
  };
  try {
    compileTemplate(text, place);
  } catch (error) {
    if (!isProblem(error)) throw error;
    tell(error.code as Code, [], error.message, error.fix, { offset: error.where.offset ?? 0 });
    return;
  }
  checkTemplate({ ...check, tell }, text, [], place);
}
