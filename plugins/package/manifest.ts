import { createHash } from 'node:crypto';

/** What a package says of one of its members. */
export interface MemberFacts {
  name: string;
  bytes: number;
  /** SHA-256 of its bytes, unpacked, in hexadecimal digits. */
  sha256: string;
  /** Records, without headers. */
  rows: number;
}

/** The manifest as it lies in the package. */
export const writeManifest = (members: readonly MemberFacts[]): Uint8Array =>
  Buffer.from(`${JSON.stringify({ version: 1, members }, null, 2)}\n`);

/** A manifest is a few lines; what is larger is none. */
const limitBytes = 1024 * 1024;

/** What each member should be, by name; undefined for what is no manifest. */
export async function readManifest(
  bytes: AsyncIterable<Uint8Array>,
): Promise<ReadonlyMap<string, MemberFacts> | undefined> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of bytes) {
    sizeBytes += part.length;
    if (sizeBytes > limitBytes) return undefined;
    parts.push(part);
  }
  try {
    const { version, members } = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
    if (version !== 1 || !Array.isArray(members) || !members.every(isFacts)) return undefined;
    return new Map(members.map((facts) => [facts.name, facts]));
  } catch {
    return undefined;
  }
}

const isFacts = (value: unknown): value is MemberFacts => {
  const { name, bytes, sha256, rows } = (value ?? {}) as Partial<Record<keyof MemberFacts, unknown>>;
  return (
    typeof name === 'string' && typeof bytes === 'number' && typeof sha256 === 'string' && typeof rows === 'number'
  );
};

/** Bytes on their way, measured. `sum` is known when they have passed. */
export function measured(bytes: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* passing(): AsyncGenerator<Uint8Array> {
    for await (const part of bytes) {
      hash.update(part);
      sizeBytes += part.length;
      yield part;
    }
  }
  return { bytes: passing(), sum: () => ({ bytes: sizeBytes, sha256: hash.digest('hex') }) };
}

/** Why a member is not what the manifest says, without its name; undefined where it is. */
export function doubtOf(said: MemberFacts | undefined, found: Omit<MemberFacts, 'name'>): string | undefined {
  if (!said) return 'the manifest does not name it';
  if (said.bytes !== found.bytes) return `it has ${found.bytes} bytes, and ${said.bytes} by the manifest`;
  if (said.sha256.toLowerCase() !== found.sha256) return 'its bytes are not those that the manifest names';
  if (said.rows !== found.rows) return `it has ${found.rows} records, and ${said.rows} by the manifest`;
  return undefined;
}
