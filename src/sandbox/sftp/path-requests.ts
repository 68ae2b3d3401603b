import { lstat, mkdir, open, rename, rmdir, stat, truncate, unlink } from 'node:fs/promises';
import { clientPath } from './confined-path.ts';
import { attributesOf, setAttributes } from './file-attributes.ts';
import type { AnswerTo, Workplace } from './file-session.ts';
import { REQUEST, reply, STATUS } from './wire.ts';

/** Answers to requests that name a file by its path. */
export function pathAnswers({ onDisk, note }: Workplace): Record<number, AnswerTo> {
  /** One path in, work on it, "done" out. */
  const simple =
    (op: 'remove' | 'mkdir' | 'rmdir', work: (file: string, mode?: number) => Promise<unknown>): AnswerTo =>
    async (id, fields) => {
      const path = fields.text();
      const { mode } = op === 'mkdir' ? fields.attributes() : {};
      const file = await onDisk(path);
      await note(op, path);
      await work(file, mode);
      return reply.status(id, STATUS.OK);
    };

  const move = async (from: string, to: string, isReplacing: boolean) => {
    const [source, target] = [await onDisk(from), await onDisk(to)];
    await note('rename', from, to);
    if (!isReplacing && (await exists(target)))
      throw Object.assign(new Error('The name is taken.'), { code: 'EEXIST' });
    await rename(source, target);
  };

  return {
    [REQUEST.REMOVE]: simple('remove', (file) => unlink(file)),
    [REQUEST.RMDIR]: simple('rmdir', (file) => rmdir(file)),
    [REQUEST.MKDIR]: simple('mkdir', (file, mode) => mkdir(file, mode ?? 0o755)),
    async [REQUEST.STAT](id, fields) {
      const path = fields.text();
      const file = await onDisk(path);
      await note('stat', path);
      return reply.attributes(id, attributesOf(await stat(file)));
    },
    async [REQUEST.LSTAT](id, fields) {
      const path = fields.text();
      const file = await onDisk(path);
      await note('stat', path);
      return reply.attributes(id, attributesOf(await lstat(file)));
    },
    async [REQUEST.SETSTAT](id, fields) {
      const [path, { sizeBytes, ...attributes }] = [fields.text(), fields.attributes()];
      const file = await onDisk(path);
      await note('setstat', path);
      if (sizeBytes !== undefined) await truncate(file, sizeBytes);
      const handle = await open(file, 'r');
      await setAttributes(handle, attributes).finally(() => handle.close());
      return reply.status(id, STATUS.OK);
    },
    async [REQUEST.REALPATH](id, fields) {
      const path = clientPath(fields.text());
      return reply.names(id, [{ name: path, longName: path }]);
    },
    async [REQUEST.RENAME](id, fields) {
      await move(fields.text(), fields.text(), false);
      return reply.status(id, STATUS.OK);
    },
    async [REQUEST.EXTENDED](id, fields) {
      if (fields.text() !== 'posix-rename@openssh.com') return reply.status(id, STATUS.OP_UNSUPPORTED);
      await move(fields.text(), fields.text(), true);
      return reply.status(id, STATUS.OK);
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
