import { describe, expect, it } from 'vitest';
import { isProblem } from '../../model/problem.ts';
import type { OpenFileStore } from '../files/port.ts';
import { codeOf, collect } from './byte-streams.ts';

/** What a store's author brings: a place that the tests may fill, and ways to provoke failures. */
export interface FileStoreSubject {
  /** A new connection; the signal is the run's. */
  open(signal?: AbortSignal): Promise<OpenFileStore>;
  /** A fresh and empty folder, as the store calls it. */
  newFolder(): Promise<string>;
  /** Puts a file there, by another way than the store; `mtime` in UTC milliseconds. */
  seed(path: string, content: Uint8Array | string, mtime?: number): Promise<void>;
  /** A folder that exists and may not be listed; left out where the account may do anything. */
  denied?(): Promise<string>;
  /** Opening that fails, each with the code of its problem and a secret that must not be in any message. */
  refusals?: { about: string; code: string; open(): Promise<OpenFileStore>; secret?: string }[];
  /** How many handles are open on the other side; left out where that can't be counted. */
  openHandles?(): Promise<number>;
}

/** What every FileStore keeps to; `make` is called once, before the first clause. */
export function fileStoreContract(name: string, make: () => FileStoreSubject): void {
  describe(`${name} as a store of files`, () => {
    const withStore = async (
      act: (store: OpenFileStore, folder: string, subject: FileStoreSubject) => Promise<void>,
    ) => {
      const subject = make();
      const folder = await subject.newFolder();
      const store = await subject.open();
      try {
        await act(store, folder, subject);
      } finally {
        await store.close();
      }
    };
    const put = async (store: OpenFileStore, path: string, content: string | Uint8Array) => {
      const writer = await store.write(path);
      await writer.write(Buffer.from(content as string));
      await writer.end();
    };
    const big = (sizeBytes: number): Buffer => {
      const bytes = Buffer.alloc(sizeBytes);
      for (let at = 0; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
      return bytes;
    };

    it('lists names, sizes, times and folders', () =>
      withStore(async (store, folder, { seed }) => {
        await seed(`${folder}/a.csv`, 'abc', Date.UTC(2026, 0, 2, 3, 4, 5));
        await store.makeFolder(`${folder}/inner`);
        const entries = (await store.list(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
        expect(entries.map(({ name, path, isFolder }) => ({ name, path, isFolder }))).toEqual([
          { name: 'a.csv', path: `${folder}/a.csv`, isFolder: false },
          { name: 'inner', path: `${folder}/inner`, isFolder: true },
        ]);
        expect(entries[0]).toMatchObject({ size: 3, mtime: Date.UTC(2026, 0, 2, 3, 4, 5) });
        expect(await store.stat(`${folder}/a.csv`)).toEqual(entries[0]);
      }));

    it('says that a folder is missing, and knows nothing of a file that is', () =>
      withStore(async (store, folder) => {
        expect(await codeOf(() => store.list(`${folder}/none`))).toBe('FILE_FOLDER_MISSING');
        expect(await codeOf(() => store.write(`${folder}/none/a.csv`))).toBe('FILE_FOLDER_MISSING');
        expect(await codeOf(() => collect(store.read(`${folder}/none.csv`)))).toBe('FILE_MISSING');
        expect(await codeOf(() => store.remove(`${folder}/none.csv`))).toBe('FILE_MISSING');
        expect(await codeOf(() => store.rename(`${folder}/none.csv`, `${folder}/b.csv`))).toBe('FILE_MISSING');
        expect(await store.stat(`${folder}/none.csv`)).toBeUndefined();
      }));

    it('reads what was written, of any size, from any byte on', () =>
      withStore(async (store, folder) => {
        for (const sizeBytes of [0, 1, 32 * 1024, 32 * 1024 + 1, 5_000_001]) {
          const content = big(sizeBytes);
          await put(store, `${folder}/${sizeBytes}.bin`, content);
          expect((await collect(store.read(`${folder}/${sizeBytes}.bin`))).equals(content)).toBe(true);
          const from = Math.floor(sizeBytes / 2) + 1;
          const rest = await collect(store.read(`${folder}/${sizeBytes}.bin`, from));
          expect(rest.equals(content.subarray(from))).toBe(true);
        }
      }));

    it('takes many small chunks in their order', () =>
      withStore(async (store, folder) => {
        const writer = await store.write(`${folder}/many.txt`);
        const chunk = Buffer.alloc(7);
        for (let index = 0; index < 3000; index += 1) {
          // One buffer used again and again, as encoders do.
          chunk.write(`${String(index).padStart(6, '0')}\n`);
          await writer.write(chunk);
        }
        await writer.end();
        const lines = (await collect(store.read(`${folder}/many.txt`))).toString().trim().split('\n');
        expect(lines).toHaveLength(3000);
        expect(lines.every((line, index) => Number(line) === index)).toBe(true);
      }));

    it('bears names in any script, with blanks and marks', () =>
      withStore(async (store, folder) => {
        for (const name of ['Сотрудники за ноябрь.csv', "it's #1 (new)%20.csv", '名簿.csv', 'a;b&c.csv']) {
          await put(store, `${folder}/${name}`, name);
          expect((await collect(store.read(`${folder}/${name}`))).toString()).toBe(name);
          expect((await store.list(folder)).map((entry) => entry.name)).toContain(name);
          await store.rename(`${folder}/${name}`, `${folder}/renamed`);
          await store.remove(`${folder}/renamed`);
        }
      }));

    it('writes over no file, and moves over none unless told so', () =>
      withStore(async (store, folder) => {
        await put(store, `${folder}/a`, 'first');
        await put(store, `${folder}/b`, 'second');
        expect(await codeOf(() => store.write(`${folder}/a`))).toBe('FILE_NAME_TAKEN');
        expect(await codeOf(() => store.rename(`${folder}/b`, `${folder}/a`))).toBe('FILE_NAME_TAKEN');
        expect((await collect(store.read(`${folder}/a`))).toString()).toBe('first');
        await store.rename(`${folder}/b`, `${folder}/a`, true);
        expect((await collect(store.read(`${folder}/a`))).toString()).toBe('second');
        expect(await store.stat(`${folder}/b`)).toBeUndefined();
      }));

    it('says that the folder to move to is missing, and makes folders with all above', () =>
      withStore(async (store, folder) => {
        await put(store, `${folder}/a`, 'x');
        expect(await codeOf(() => store.rename(`${folder}/a`, `${folder}/p/q/a`))).toBe('FILE_FOLDER_MISSING');
        await store.makeFolder(`${folder}/p/q`);
        await store.makeFolder(`${folder}/p/q`);
        await store.rename(`${folder}/a`, `${folder}/p/q/a`);
        expect((await store.list(`${folder}/p/q`)).map((entry) => entry.name)).toEqual(['a']);
      }));

    it('leaves nothing of a file that is given up', () =>
      withStore(async (store, folder) => {
        const writer = await store.write(`${folder}/a`);
        await writer.write(big(300_000));
        await writer.abort();
        await writer.abort();
        expect(await store.list(folder)).toEqual([]);
      }));

    it('frees the handle when a reader stops early', () =>
      withStore(async (store, folder, { openHandles }) => {
        await put(store, `${folder}/a`, big(1_000_000));
        for (let time = 0; time < 20; time += 1) for await (const _chunk of store.read(`${folder}/a`)) break;
        expect(await openHandles?.()).toBe(openHandles ? 0 : undefined);
        expect(await collect(store.read(`${folder}/a`))).toHaveLength(1_000_000);
      }));

    it('stops reading when the run is cancelled', async () => {
      const subject = make();
      const folder = await subject.newFolder();
      await subject.seed(`${folder}/a`, big(3_000_000));
      const stop = new AbortController();
      const store = await subject.open(stop.signal);
      const reading = async () => {
        for await (const _chunk of store.read(`${folder}/a`)) stop.abort(new Error('cancelled by the test'));
      };
      await expect(reading()).rejects.toThrow('cancelled by the test');
      await store.close();
    });

    it('may be closed twice', async () => {
      const store = await make().open();
      await store.close();
      await store.close();
    });

    it('says so when the account may not look into a folder', () =>
      withStore(async (store, _folder, { denied }) => {
        if (denied) expect(await codeOf(async () => store.list(await denied()))).toBe('FILE_DENIED');
      }));

    it('tells each refusal to open by its code, in one sentence and without a secret', async () => {
      for (const { code, open, secret } of make().refusals ?? []) {
        const error = await open().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(isProblem(error) ? error.code : String(error)).toBe(code);
        if (!isProblem(error)) continue;
        expect(error.message).toMatch(/^.+[.]$/);
        expect(error.fix).toBeTruthy();
        if (secret) expect(`${error.message} ${error.fix} ${String(error.cause)}`).not.toContain(secret);
      }
    });
  });
}
