import { timingSafeEqual } from 'node:crypto';
import { problem } from '../../model/problem.ts';
import type { Vault } from '../ports.ts';
import type { Connection } from './connection.ts';
import { statement } from './statement.ts';

const NAME = 'workspace key';
const read = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('facts').select('value').where('name', '=', arg('name')),
);
const save = statement<{ name: string; value: Uint8Array }>()((query, arg) =>
  query.insertInto('facts').values({ name: arg('name'), value: arg('value') }),
);

/** A new store remembers a value that only its workspace key makes. Throws STORE_KEY_WRONG for another key. */
export function checkKey(connection: Connection, vault: Vault): void {
  const value = vault.derive('store', 'key check');
  const known = connection.get(read, { name: NAME })?.value ?? remember(connection, value);
  if (known.length === value.length && timingSafeEqual(known, value)) return;
  throw problem('STORE_KEY_WRONG', 'The store was made with another workspace key than the one given', {
    fix: 'Give the key file that belongs to this store under `key:` in portolan.yaml; another one cannot open what is sealed.',
  });
}

/** Two processes may open a new store at once, so what is there by now counts. */
const remember = (connection: Connection, value: Uint8Array): Uint8Array =>
  connection.write(() => {
    const known = connection.get(read, { name: NAME })?.value;
    if (!known) connection.run(save, { name: NAME, value });
    return known ?? value;
  });
