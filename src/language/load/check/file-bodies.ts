import { operations } from '../../../model/record.ts';
import type { Path } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';

/** Requests that send the file of a record: of one record, and only a file has fragments. */
export function checkFileBodies(check: DocumentCheck): void {
  const { write } = check.document.value;
  for (const [name, rule] of isMap(write) ? Object.entries(write) : []) {
    for (const operation of operations) {
      const written = isMap(rule) ? rule[operation] : undefined;
      if (!isMap(written)) continue;
      const at: Path = ['write', name, operation];
      const steps = Array.isArray(written.do) ? written.do : [];
      const requests = [
        { request: written.request, path: [...at, 'request'] },
        ...steps.map((request: unknown, index) => ({ request, path: [...at, 'do', index] })),
      ];
      for (const { request, path } of requests) {
        if (isMap(request)) checkRequest(check, request, path, written.batch !== undefined);
      }
    }
  }
}

function checkRequest({ tell }: DocumentCheck, request: Record<string, unknown>, path: Path, isBatch: boolean): void {
  const sendsFile = request.file !== undefined || /\$file\b/.test(JSON.stringify(request.multipart ?? ''));
  if (isBatch && sendsFile) {
    const word = request.file === undefined ? 'multipart' : 'file';
    const message = 'A batch holds several records, and `$file` is the file of one.';
    tell('FILE_NOT_ATTACHED', [...path, word], message, 'Take `batch` out.', { at: 'key' });
  }
  if (request.fragments !== undefined && request.file === undefined) {
    const message = '`fragments` are of a file, and this request sends none.';
    tell('FILE_NOT_ATTACHED', [...path, 'fragments'], message, 'Write `file: =$file` as its body.', { at: 'key' });
  }
}
