import type { FileStoreDeclaration, TryConnection } from '../sdk/index.ts';
import { counted } from '../../model/counted.ts';

/** Logs in and looks into the folder where paths start. */
export const tryFileStore =
  ({ open }: FileStoreDeclaration): TryConnection =>
  async (context) => {
    const store = await open(context);
    try {
      const entries = await store.list('.');
      return { shows: counted(entries.length, 'entry', 'entries') };
    } finally {
      await store.close();
    }
  };
