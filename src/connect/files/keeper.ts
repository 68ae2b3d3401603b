import { isProblem } from '../../model/problem.ts';
import type { FileStoreDeclaration, OpenContext } from '../sdk/declare.ts';
import type { OpenFileStore } from './port.ts';

/** An open store that is opened when it is needed first, and again when its connection was lost. */
export interface StoreKeeper {
  /** Does it once; after a transient problem once more on a new connection. `act` must bear being repeated. */
  use<T>(act: (store: OpenFileStore) => Promise<T>): Promise<T>;
  /** The open store, for streams that can't be repeated. */
  store(): Promise<OpenFileStore>;
  close(): Promise<void>;
}

/** Keeps a store open over hours: an idle connection may be gone when files are to be moved at last. */
export function keepStore(declaration: FileStoreDeclaration, context: OpenContext<unknown>): StoreKeeper {
  let opened: Promise<OpenFileStore> | undefined;

  const store = async (): Promise<OpenFileStore> => {
    const opening = (opened ??= declaration.open(context));
    try {
      return await opening;
    } catch (error) {
      if (opened === opening) opened = undefined;
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    const closing = opened;
    opened = undefined;
    await closing?.then((open) => open.close()).catch(() => {});
  };
  return {
    store,
    close,
    async use(act) {
      try {
        return await act(await store());
      } catch (error) {
        if (!isProblem(error) || error.class !== 'transient' || context.signal.aborted) throw error;
        await close();
        return act(await store());
      }
    },
  };
}
