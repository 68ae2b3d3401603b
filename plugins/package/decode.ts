import { memberMissing, openZip, type DecodedBatch, type Decoding, type OpenZip } from '#sdk';
import type { PackageMember } from './encode.ts';
import { doubtOf, measured, readManifest } from './manifest.ts';

/** What is read of a package. */
export interface Wanted {
  members: readonly PackageMember[];
  manifest: string;
  /** Columns that the record's fields name. */
  columns: readonly string[];
}

/** The records of the members, one after another; cut where one is not what the manifest says. Throws ARCHIVE_MEMBER. */
export function decodePackage(packed: AsyncIterable<Uint8Array>, wanted: Wanted): Decoding {
  let last: ReturnType<Decoding['end']> | undefined;
  let cut: string | undefined;
  const notes: string[] = [];

  async function* batches(): AsyncGenerator<DecodedBatch> {
    const zip = await openZip(packed);
    try {
      const said = await readManifest(memberOf(zip, wanted.manifest).read());
      if (!said) cut = `${wanted.manifest} is no manifest of a package`;
      const found = wanted.members.map((member) => ({ ...member, zipped: memberOf(zip, member.name) }));
      for (const { name, format, zipped } of found) {
        const { bytes, sum } = measured(zipped.read());
        const decoding = format.decode(bytes, wanted.columns);
        let rows = 0;
        for await (const batch of decoding.batches) {
          rows += batch.records.length + batch.unreadable.length;
          yield { ...batch, origin: name };
        }
        last = decoding.end();
        const doubt = last.cut ?? (said && doubtOf(said.get(name), { ...sum(), rows }));
        if (doubt !== undefined) cut ??= `${name}: ${doubt}`;
        for (const note of last.notes ?? []) notes.push(`${name}: ${note}`);
      }
    } finally {
      await zip.close();
    }
  }

  return {
    batches: batches(),
    end: () => ({
      dialect: last?.dialect ?? { format: wanted.members[0]!.format.name, options: {} },
      ...(cut === undefined ? {} : { cut }),
      ...(notes.length > 0 ? { notes } : {}),
    }),
  };
}

function memberOf(zip: OpenZip, name: string) {
  const names = zip.members.map((member) => member.name);
  const member = zip.members.find((one) => one.name === name.normalize('NFC'));
  if (!member) throw memberMissing('package', name, names);
  return member;
}
