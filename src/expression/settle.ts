import type { MaybePromise } from './types.ts';

/** Told by `then`, as jsonata does. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Goes on with a value, at once where it is there already. */
export function whenReady<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? (value as Promise<T>).then(next) : next(value as T);
}

/** Goes on with all values, at once where all are there already. */
export function whenAllReady<T, R>(values: MaybePromise<T>[], next: (values: T[]) => MaybePromise<R>): MaybePromise<R> {
  return values.some(isPromise) ? Promise.all(values).then(next) : next(values as T[]);
}
