import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Rooms in the order of the floors: a room imports only from rooms above it. `docs/architecture.md` has the same table. */
const floors = [
  'model',
  'expression',
  'connect',
  'store',
  'language',
  'engine',
  'tell',
  'desk',
  'workspace',
  'serve',
  'sandbox',
  'cli',
];

/** What of the plugins the house asks for by name. */
const lists = ['plugins/index.ts', 'plugins/formats.ts', 'plugins/shipped.ts'];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const imported = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] as string,
  );

const roomOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

test('every floor imports only from the floors above it', () => {
  const wrong: string[] = [];
  for (const file of sources('src')) {
    const room = roomOf(file) as string;
    for (const name of imported(file)) {
      if (!name.startsWith('.')) continue;
      const target = posix.normalize(posix.join(dirname(file), name));
      const other = roomOf(target);
      if (!other) {
        if (!(room === 'workspace' && lists.includes(target))) wrong.push(`${file} → ${target}`);
        continue;
      }
      const isAbove = floors.indexOf(other) <= floors.indexOf(room);
      if (!isAbove) wrong.push(`${file} → ${other}`);
    }
    if (!floors.includes(room)) wrong.push(`${file}: the room ${room} is in no floor`);
  }
  expect(wrong).toEqual([]);
});

test('a plugin imports the SDK, its own files, its own packages and nothing else', () => {
  const wrong: string[] = [];
  for (const file of sources('plugins')) {
    if (lists.includes(file)) continue;
    const home = file.split('/').slice(0, 2).join('/');
    for (const name of imported(file)) {
      if (!name.startsWith('.')) continue;
      const target = posix.normalize(posix.join(dirname(file), name));
      if (!target.startsWith(`${home}/`)) wrong.push(`${file} → ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

/** Notations that are read for several purposes: documents and data in YAML; data, answers of WebDAV and sheets in XML. */
const readTwice = ['yaml: plugins/yaml, src/language', 'saxes: plugins/webdav, plugins/xlsx, plugins/xml'];

test('each npm package has one owner room, parsers of two notations excepted', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const owners = new Map<string, Set<string>>();
  for (const file of [...sources('src'), ...sources('plugins')]) {
    if (file.startsWith('src/sandbox/')) continue;
    for (const name of imported(file)) {
      const [first = '', second = ''] = name.split('/');
      const packageName = first.startsWith('@') ? `${first}/${second}` : first;
      if (!(packageName in dependencies)) continue;
      const owner = file.split('/').slice(0, 2).join('/');
      owners.set(packageName, (owners.get(packageName) ?? new Set()).add(owner));
    }
  }
  const shared = [...owners]
    .filter(([, rooms]) => rooms.size > 1)
    .map(([name, rooms]) => `${name}: ${[...rooms].sort().join(', ')}`);
  expect(shared.filter((line) => !readTwice.includes(line))).toEqual([]);
});

test('no folder or file is a drawer of leftovers', () => {
  const names = [...sources('src'), ...sources('plugins'), ...sources('test')].filter((file) =>
    /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(file),
  );
  expect(names).toEqual([]);
});
