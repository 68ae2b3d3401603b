import {
  contentOf,
  encodeTables,
  forAll,
  packZip,
  spool,
  type Fields,
  type NewMember,
  type OpenFormat,
  type Spool,
  type Table,
} from '#sdk';
import { measured, writeManifest, type MemberFacts } from './manifest.ts';

/** A member and the format of what is in it. */
export interface PackageMember {
  name: string;
  format: OpenFormat;
}

/** As much as the archives that are read back may hold. */
const limitBytes = 8 * 1024 ** 3;

type Batches = AsyncIterable<Fields[]>;
/** What one member is written from; each list of records passes through `count`. */
type Write = (member: PackageMember, place: number, count: (records: Batches) => Batches) => AsyncIterable<Uint8Array>;

/** Every record into each of the members, in one pass. */
export function encodeRecords(
  members: readonly PackageMember[],
  manifest: string,
  records: Batches,
  columns: readonly string[] | undefined,
): AsyncGenerator<Uint8Array> {
  const readers = forAll(records, members.length);
  return pack(members, manifest, ({ format }, place, count) => format.encode(count(readers[place]!), columns));
}

/** Every table into each of the members. */
export function encodeTablesOf(
  members: readonly PackageMember[],
  manifest: string,
  tables: readonly Table[],
): AsyncGenerator<Uint8Array> {
  const readers = tables.map(({ records }) => forAll(records, members.length));
  return pack(members, manifest, ({ format }, place, count) =>
    encodeTables(
      format,
      tables.map((table, at) => ({ ...table, records: count(readers[at]![place]!) })),
    ),
  );
}

/** Members are written side by side, as the records come once, and wait on disk for their turn in the ZIP. */
async function* pack(members: readonly PackageMember[], manifest: string, write: Write): AsyncGenerator<Uint8Array> {
  const written = await Promise.allSettled(members.map((member, place) => writeMember(member, place, write)));
  const done = written.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const failed = written.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    yield* packZip(inOrder(done, manifest));
  } finally {
    for (const { content } of done) await content.close();
  }
}

interface WrittenMember {
  facts: MemberFacts;
  content: Spool;
}

async function writeMember(member: PackageMember, place: number, write: Write): Promise<WrittenMember> {
  let rows = 0;
  async function* count(records: Batches): Batches {
    for await (const batch of records) {
      rows += batch.length;
      yield batch;
    }
  }
  const { bytes, sum } = measured(write(member, place, count));
  const content = await spool(bytes, limitBytes);
  return { facts: { name: member.name, ...sum(), rows }, content };
}

async function* inOrder(members: readonly WrittenMember[], manifest: string): AsyncGenerator<NewMember> {
  for (const { facts, content } of members) yield { name: facts.name, bytes: contentOf(content) };
  yield { name: manifest, bytes: once(writeManifest(members.map(({ facts }) => facts))) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
