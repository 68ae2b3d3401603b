import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import file from '../../plugins/file/store.ts';
import { codeOf } from '../../src/connect/contract/index.ts';
import { fileSource } from '../../src/connect/files/index.ts';
import { codesOf, opened, sourceHarness } from './source-harness.ts';

let folder: string;
let harness: ReturnType<typeof sourceHarness>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-source-'));
  await mkdir(join(folder, 'out'));
  harness = sourceHarness(file, undefined, folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hour = 3_600_000;
const day = Date.UTC(2026, 10, 24);
async function put(name: string, codes: string[], mtime = day): Promise<void> {
  const content = `code;name\n${codes.map((code) => `${code};x\n`).join('')}`;
  await writeFile(join(folder, name), content);
  await utimes(join(folder, name), mtime / 1000, mtime / 1000);
}
const names = async (inner: string) => (await readdir(join(folder, inner)).catch(() => [])).sort();
const newest = { path: 'out/staff_*.csv', then: { move: 'archive' } } as const;

describe('which files are read', () => {
  it('picks the newest by time, then by name, and puts older ones away unread', async () => {
    await put('out/staff_1.csv', ['old'], day - hour);
    await put('out/staff_2.csv', ['same']);
    await put('out/staff_3.csv', ['newest']);
    const { codes, notes, end } = await harness.run(newest);
    expect(codes).toEqual(['newest']);
    expect(end).toMatchObject({ complete: true });
    expect(notes).toEqual(['staff_1.csv is superseded by staff_3.csv.', 'staff_2.csv is superseded by staff_3.csv.']);
    expect(await names('archive')).toEqual(['staff_1.csv', 'staff_2.csv', 'staff_3.csv']);
    expect(await names('out')).toEqual([]);
  });

  it('reads all, oldest first, or those that are new', async () => {
    await put('out/staff_b.csv', ['1'], day - hour);
    await put('out/staff_a.csv', ['2']);
    expect((await harness.run({ path: 'out/staff_*.csv', pick: 'all' })).codes).toEqual(['1', '2']);
    expect((await harness.run({ path: 'out/staff_*.csv', pick: 'new', none: 'skip' })).nothing).toMatch(
      /2 already read/,
    );
    await put('out/staff_c.csv', ['3'], day + hour);
    expect((await harness.run({ path: 'out/staff_*.csv', pick: 'new' })).codes).toEqual(['3']);
  });

  it('reads what is not older than the file of the source above, part by part, and leaves it there', async () => {
    for (const [index, at] of [day - 1, day, day + hour].entries())
      await put(`out/delta_${index}.csv`, [`${index}`], at);
    const newer = { path: 'out/delta_*.csv', pick: 'newer' } as const;
    expect((await harness.run(newer, { newerThan: day })).codes).toEqual(['1', '2']);
    expect((await harness.run(newer, { newerThan: day, latestFirst: true })).codes).toEqual(['2', '1']);
    expect((await harness.run({ ...newer, none: 'skip' }, { newerThan: day + 2 * hour })).nothing).toMatch(/^No file/);
    expect(await codeOf(() => harness.run(newer, { newerThan: day + 2 * hour }))).toBe('FILE_NONE');
    expect((await harness.run(newer)).nothing).toMatch(/the source above has no file/);
    expect(await names('out')).toEqual(['delta_0.csv', 'delta_1.csv', 'delta_2.csv']);
    const source = opened((await harness.open(newer, { newerThan: day })).source);
    const parts = [];
    for await (const { part } of source.read()) parts.push(part);
    expect([...new Set(parts)]).toEqual([0, 1]);
    expect(source.newestMs?.()).toBe(day + hour);
    await source.close();
  });

  it('reads a file that stays in place again', async () => {
    await put('out/staff_1.csv', ['1']);
    const first = await harness.run({ path: 'out/staff_*.csv' });
    const second = await harness.run({ path: 'out/staff_*.csv' });
    expect([first.codes, second.codes]).toEqual([['1'], ['1']]);
    expect(second.end!.contentHash).toBe(first.end!.contentHash);
  });

  it('understands one path, names of the run, and globs in several segments', async () => {
    await mkdir(join(folder, 'out/moscow'));
    await mkdir(join(folder, 'out/tver'));
    await put('out/moscow/staff-2026-11-24.csv', ['m']);
    await put('out/tver/staff-2026-11-24.csv', ['t']);
    await put('out/.staff.part.csv', ['hidden']);
    expect((await harness.run({ path: 'out/tver/staff-{{$run.date}}.csv' })).codes).toEqual(['t']);
    expect((await harness.run({ path: 'out/*/staff-????-??-24.csv', pick: 'all' })).codes).toEqual(['m', 't']);
    expect((await harness.run({ path: '*/mos*/staff-2026-11-24.csv' })).codes).toEqual(['m']);
    expect(await codeOf(() => harness.run({ path: 'out/*.csv' }))).toBe('FILE_NONE');
  });

  it('fails without a file, or has nothing to do, as it is told; a missing folder is always said', async () => {
    expect(await codeOf(() => harness.run(newest))).toBe('FILE_NONE');
    const { nothing } = await harness.run({ ...newest, none: 'skip' });
    expect(nothing).toBe('No file to read at out/staff_*.csv.');
    expect(await codeOf(() => harness.run({ path: 'nowhere/*.csv', none: 'skip' }))).toBe('FILE_FOLDER_MISSING');
  });

  it('fails on an empty file, and on one with a header alone, unless that is allowed', async () => {
    await writeFile(join(folder, 'out/staff_1.csv'), '');
    expect(await codeOf(() => harness.run(newest))).toBe('FILE_EMPTY');
    const allowed = await harness.run({ path: 'out/staff_1.csv', empty: 'allow' });
    expect([allowed.codes, allowed.end!.complete]).toEqual([[], true]);
    await put('out/staff_1.csv', []);
    expect(await codeOf(() => harness.run(newest))).toBe('FILE_EMPTY');
    expect(await names('out')).toEqual(['staff_1.csv']);
  });

  it('wants a format', async () => {
    await put('out/staff_1.csv', ['1']);
    expect(await codeOf(() => harness.open(newest, { format: undefined as never }))).toBe('FORMAT_MISSING');
  });
});

describe('a file still being written', () => {
  it('is left alone until size and time stay the same between two looks', async () => {
    await put('out/staff_1.csv', ['1'], day - 2 * hour);
    await put('out/staff_2.csv', ['2'], day);
    const context = harness.contextOf({ ...newest, settle: 30_000 });
    context.clock.onSleep = () => appendFile(join(folder, 'out/staff_2.csv'), '3;x\n');
    const source = opened(await fileSource(file).open(context as never));
    expect(await codesOf(source.read())).toEqual(['1']);
    expect(context.clock.slept).toEqual([30_000]);
    expect(context.notes).toEqual(['staff_2.csv is not finished yet and is left alone.']);
    await source.settled();
    expect(await names('out')).toEqual(['staff_2.csv']);
  });

  it('is read after one look when it is an hour older than the newest of its folder', async () => {
    await put('out/staff_1.csv', ['1'], day - hour);
    await put('out/other.txt', ['x'], day);
    const { codes, slept } = await harness.run({ ...newest, settle: 30_000 });
    expect([codes, slept]).toEqual([['1'], []]);
  });

  it('is read after the second look when nothing changed', async () => {
    await put('out/staff_1.csv', ['1']);
    const { codes, slept } = await harness.run({ ...newest, settle: 30_000 });
    expect([codes, slept]).toEqual([['1'], [30_000]]);
    expect(await codeOf(() => harness.run({ path: 'out/staff_1.csv', settle: 1000 }))).toBe('FILE_NONE');
  });

  it('waits for its marker, which is put away with it', async () => {
    await put('out/staff_1.csv', ['1']);
    const written = { ...newest, path: 'out/staff_*', ready: '{{$file.name}}.ok' };
    expect((await harness.run({ ...written, none: 'skip' })).nothing).toMatch(
      /1 still being written or without marker or manifest/,
    );
    await writeFile(join(folder, 'out/staff_1.csv.ok'), '');
    expect((await harness.run(written)).codes).toEqual(['1']);
    expect(await names('archive')).toEqual(['staff_1.csv', 'staff_1.csv.ok']);
  });

  it('fails the run when it changes while it is read', async () => {
    await put('out/staff_1.csv', ['1', '2']);
    const { source } = await harness.open(newest);
    const reading = async () => {
      for await (const _batch of opened(source).read()) await appendFile(join(folder, 'out/staff_1.csv'), '3;x\n');
    };
    expect(await codeOf(reading)).toBe('FILE_CHANGED');
    expect(opened(source).consumptions()).toEqual([]);
    await opened(source).settled();
    expect(await names('out')).toEqual(['staff_1.csv']);
  });

  it('fails the run when it is replaced between choosing and reading, or is gone after it', async () => {
    await put('out/staff_1.csv', ['1']);
    const first = opened((await harness.open(newest)).source);
    await put('out/staff_1.csv', ['1'], day + 5000);
    expect(await codeOf(() => codesOf(first.read()))).toBe('FILE_CHANGED');
    const second = opened((await harness.open(newest)).source);
    const reading = async () => {
      for await (const _batch of second.read()) await rm(join(folder, 'out/staff_1.csv'));
    };
    expect(await codeOf(reading)).toBe('FILE_CHANGED');
  });
});

describe('what becomes of a file', () => {
  it('offers its consumption, and moves it only when it is settled, twice told or not', async () => {
    await put('out/staff_1.csv', ['1']);
    const source = opened((await harness.open(newest)).source);
    await codesOf(source.read());
    const bytes = await readFile(join(folder, 'out/staff_1.csv'));
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect(source.consumptions()).toEqual([
      { store: 'hr', path: 'out/staff_1.csv', size: bytes.length, mtime: day, contentHash: hash },
    ]);
    expect(source.end().contentHash).toBe(hash);
    expect(await names('out')).toEqual(['staff_1.csv']);
    await source.settled();
    await source.settled();
    expect(await names('archive')).toEqual(['staff_1.csv']);
  });

  it('gives a name that is taken in the archive a number', async () => {
    for (const code of ['1', '2', '3']) {
      await put('out/staff_1.csv', [code], day + Number(code) * 1000);
      await harness.run(newest);
    }
    expect(await names('archive')).toEqual(['staff_1.csv', 'staff_1.csv.1', 'staff_1.csv.2']);
    expect(await readFile(join(folder, 'archive/staff_1.csv.2'), 'utf8')).toContain('3;x');
  });

  it('deletes it where that is wanted', async () => {
    await put('out/staff_1.csv', ['1']);
    await harness.run({ path: 'out/*.csv', then: { delete: true } });
    expect(await names('out')).toEqual([]);
  });

  it('moves what an earlier run has settled without reading it, superseded files too', async () => {
    await put('out/staff_1.csv', ['old'], day - hour);
    await put('out/staff_2.csv', ['new']);
    const source = opened((await harness.open(newest)).source);
    await codesOf(source.read());
    // The run commits and is killed before it moves.
    harness.settledBefore.push(...source.consumptions());
    await source.close();
    const { nothing, notes } = await harness.run({ ...newest, none: 'skip' });
    expect(nothing).toMatch(/2 already read/);
    expect(notes).toHaveLength(2);
    expect(await names('archive')).toEqual(['staff_1.csv', 'staff_2.csv']);
  });

  it('leaves a new delivery under the same name where it is', async () => {
    await put('out/staff_1.csv', ['1']);
    const { source, context } = await harness.open(newest);
    await codesOf(opened(source).read());
    await put('out/staff_1.csv', ['2'], day + 60_000);
    await opened(source).settled();
    expect(context.notes).toEqual(['out/staff_1.csv was delivered anew meanwhile and stays where it is.']);
    expect((await harness.run(newest)).codes).toEqual(['2']);
  });

  it('stays as it is in a dry run', async () => {
    await put('out/staff_1.csv', ['1']);
    await put('out/staff_2.csv', ['2'], day + 1000);
    harness.settledBefore.push({
      store: 'hr',
      path: 'out/staff_1.csv',
      size: (await stat(join(folder, 'out/staff_1.csv'))).size,
      mtime: day,
      contentHash: 'x',
    });
    const { source } = await harness.open(newest, { dryRun: true });
    expect(await codesOf(opened(source).read())).toEqual(['2']);
    await opened(source).settled();
    expect(await names('out')).toEqual(['staff_1.csv', 'staff_2.csv']);
  });
});

describe('how a read ends', () => {
  it('is not complete when it is ended early, and nothing is consumed', async () => {
    await put(
      'out/staff_1.csv',
      Array.from({ length: 5000 }, (_, index) => String(index)),
    );
    const source = opened((await harness.open(newest)).source);
    for await (const _batch of source.read()) break;
    expect(source.end()).toMatchObject({ complete: false, reason: 'the read was ended early' });
    expect(source.consumptions()).toEqual([]);
    await source.settled();
    expect(await names('out')).toEqual(['staff_1.csv']);
  });

  it('is not complete before it began', async () => {
    await put('out/staff_1.csv', ['1']);
    expect(opened((await harness.open(newest)).source).end().complete).toBe(false);
  });

  it('is not complete when the file ends in the middle of a row', async () => {
    await writeFile(join(folder, 'out/staff_1.csv'), 'code;name\n1;x\n2');
    const { codes, end } = await harness.run(newest);
    expect(codes).toEqual(['1']);
    expect(end).toMatchObject({ complete: false, reason: 'staff_1.csv: the file ends in the middle of a row' });
  });

  it('reads gzip by its content, and half a gzip is not complete', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `${(index * 7919) % 99_991};${Math.sin(index)}\n`);
    const packed = gzipSync(`code;name\n${rows.join('')}`);
    await writeFile(join(folder, 'out/staff_1.csv'), packed);
    const whole = await harness.run({ path: 'out/staff_1.csv' });
    expect([whole.codes.length, whole.end!.complete]).toEqual([20_000, true]);
    await writeFile(join(folder, 'out/staff_1.csv'), packed.subarray(0, packed.length / 2));
    const half = await harness.run({ path: 'out/staff_1.csv' });
    expect(half.codes.length).toBeGreaterThan(5000);
    expect(half.end).toMatchObject({ complete: false });
  });

  it('gives one hash for the same files, another for other content or order', async () => {
    await put('out/staff_1.csv', ['1'], day - hour);
    await put('out/staff_2.csv', ['2']);
    const all = { path: 'out/staff_*.csv', pick: 'all' } as const;
    const first = (await harness.run(all)).end!.contentHash;
    expect((await harness.run(all)).end!.contentHash).toBe(first);
    await put('out/staff_1.csv', ['1'], day + hour);
    expect((await harness.run(all)).end!.contentHash).not.toBe(first);
  });

  it('gives the same records again, unless the file has changed', async () => {
    await put('out/staff_1.csv', ['1', '2']);
    const source = opened((await harness.open(newest)).source);
    await codesOf(source.read());
    expect(await codesOf(source.again!())).toEqual(['1', '2']);
    const { contentHash } = source.end();
    await put('out/staff_1.csv', ['9']);
    expect(await codeOf(() => codesOf(source.again!()))).toBe('FILE_CHANGED');
    expect(source.end()).toMatchObject({ complete: true, contentHash });
  });

  it('stops with the run', async () => {
    await put('out/staff_1.csv', ['1']);
    const stop = new AbortController();
    const source = opened((await harness.open(newest, { signal: stop.signal })).source);
    stop.abort(new Error('cancelled by the test'));
    await expect(codesOf(source.read())).rejects.toThrow('cancelled by the test');
  });
});
