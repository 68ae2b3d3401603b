import { ApiFailure, invalid, notFound } from './failure.ts';
import { pageOf, queryFilter } from './paging.ts';
import { readMap } from './request-body.ts';
import type { Answer, Call, Route } from './route.ts';
import type { LmsState, Task } from './state.ts';

/** Endpoints below /tasks. */
export function taskRoutes(state: LmsState): Route[] {
  const taskOf = (call: Call): Task => {
    const task = state.tasks.find(({ id }) => id === call.params['id']);
    if (!task) throw notFound('task');
    return task;
  };
  return [
    { method: 'GET', path: '/tasks', run: (call) => listTasks(state, call) },
    { method: 'GET', path: '/tasks/{id}', run: (call) => ({ json: shown(taskOf(call)) }) },
    {
      method: 'GET',
      path: '/tasks/{id}/attachments/{attachmentId}',
      run: (call) => download(taskOf(call), call.params['attachmentId'] ?? ''),
    },
    {
      method: 'POST',
      path: '/tasks/{id}/accept',
      commits: true,
      run: (call) => decide(taskOf(call), 'accepted', readMap(call, {})['comment'] ?? null, call.now()),
    },
    {
      method: 'POST',
      path: '/tasks/{id}/reject',
      commits: true,
      run: (call) => decide(taskOf(call), 'rejected', readMap(call, {})['comment'], call.now()),
    },
  ];
}

function listTasks(state: LmsState, call: Call): Answer {
  const page = pageOf(call, state.tasks, queryFilter<Task>(call, ['state', 'userId', 'kind']));
  return { json: { ...page, items: page.items.map(shown) } };
}

function decide(task: Task, state: 'accepted' | 'rejected', comment: unknown, now: Date): Answer {
  if (comment !== null && (typeof comment !== 'string' || !comment))
    throw invalid('comment', 'comment must be a text.');
  if (task.state !== 'submitted') throw new ApiFailure(409, 'already_decided', `The task is already ${task.state}.`);
  Object.assign(task, { state, comment, updatedAt: now.toISOString() });
  return { json: shown(task) };
}

function download(task: Task, attachmentId: string): Answer {
  const attachment = task.attachments.find(({ id }) => id === attachmentId);
  if (!attachment) throw notFound('attachment');
  const { bytes, contentType, name } = attachment;
  // RFC 6266: the plain name is for ASCII only.
  const disposition = `attachment; filename="file"; filename*=UTF-8''${encodeURIComponent(name)}`;
  return { bytes, headers: { 'Content-Type': contentType, 'Content-Disposition': disposition } };
}

function shown(task: Task) {
  const attachments = task.attachments.map(({ bytes, ...attachment }) => ({
    ...attachment,
    sizeBytes: bytes.length,
    url: `/api/v1/tasks/${task.id}/attachments/${attachment.id}`,
  }));
  return { ...task, attachments };
}
