/**
 * Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02), the version that OpenSSH speaks. ssh2 has a server half of its
 * own, but it can't announce `posix-rename@openssh.com`, without which a client can't replace a file by renaming.
 */
export const REQUEST = {
  INIT: 1,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  EXTENDED: 200,
} as const;

export const STATUS = { OK: 0, EOF: 1, NO_SUCH_FILE: 2, PERMISSION_DENIED: 3, FAILURE: 4, OP_UNSUPPORTED: 8 } as const;
const RESPONSE = { VERSION: 2, STATUS: 101, HANDLE: 102, DATA: 103, NAME: 104, ATTRS: 105 } as const;
const ATTRIBUTE = { SIZE: 1, UID_GID: 2, PERMISSIONS: 4, TIMES: 8 } as const;

/** Attributes of a file; those that a request leaves out are absent. Times in seconds. */
export interface Attributes {
  sizeBytes?: number;
  uid?: number;
  gid?: number;
  mode?: number;
  accessedAt?: number;
  modifiedAt?: number;
}

/** Reads the fields of a packet one after another. Throws RangeError on a packet that is too short. */
export function packetReader(packet: Buffer) {
  let at = 0;
  const skip = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  const uint32 = (): number => packet.readUInt32BE(skip(4));
  const bytes = (): Buffer => {
    const length = uint32();
    const start = skip(length);
    if (at > packet.length) throw new RangeError('The packet is too short.');
    return packet.subarray(start, at);
  };
  return {
    byte: () => packet.readUInt8(skip(1)),
    uint32,
    uint64: () => Number(packet.readBigUInt64BE(skip(8))),
    bytes,
    text: () => bytes().toString('utf8'),
    attributes: (): Attributes => {
      const flags = uint32();
      const found: Attributes = {};
      if (flags & ATTRIBUTE.SIZE) found.sizeBytes = Number(packet.readBigUInt64BE(skip(8)));
      if (flags & ATTRIBUTE.UID_GID) [found.uid, found.gid] = [uint32(), uint32()];
      if (flags & ATTRIBUTE.PERMISSIONS) found.mode = uint32();
      if (flags & ATTRIBUTE.TIMES) [found.accessedAt, found.modifiedAt] = [uint32(), uint32()];
      return found;
    },
  };
}

export type PacketReader = ReturnType<typeof packetReader>;

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function attributeBytes(attributes: Required<Attributes>): Buffer {
  const { sizeBytes, uid, gid, mode, accessedAt, modifiedAt } = attributes;
  const size = Buffer.allocUnsafe(8);
  size.writeBigUInt64BE(BigInt(sizeBytes));
  const flags = ATTRIBUTE.SIZE | ATTRIBUTE.UID_GID | ATTRIBUTE.PERMISSIONS | ATTRIBUTE.TIMES;
  return Buffer.concat([uint32(flags), size, ...[uid, gid, mode, accessedAt, modifiedAt].map(uint32)]);
}

function packet(type: number, parts: Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(length);
  head.writeUInt8(type, 4);
  return Buffer.concat([head, ...parts]);
}

/** A name in a folder. `longName` is a line of `ls -l`: clients read type and rights from it. */
export interface NamedFile {
  name: string;
  longName: string;
  attributes?: Required<Attributes>;
}

/** The answers of the server. */
export const reply = {
  version: () => packet(RESPONSE.VERSION, [uint32(3), text('posix-rename@openssh.com'), text('1')]),
  status: (id: number, code: number, message = '') =>
    packet(RESPONSE.STATUS, [uint32(id), uint32(code), text(message), text('')]),
  handle: (id: number, handle: string) => packet(RESPONSE.HANDLE, [uint32(id), text(handle)]),
  data: (id: number, data: Buffer) => packet(RESPONSE.DATA, [uint32(id), uint32(data.length), data]),
  attributes: (id: number, attributes: Required<Attributes>) =>
    packet(RESPONSE.ATTRS, [uint32(id), attributeBytes(attributes)]),
  names: (id: number, files: NamedFile[]) =>
    packet(RESPONSE.NAME, [
      uint32(id),
      uint32(files.length),
      ...files.flatMap(({ name, longName, attributes }) => [
        text(name),
        text(longName),
        attributes ? attributeBytes(attributes) : uint32(0),
      ]),
    ]),
};

/** More than a client may send in one packet; OpenSSH has the same limit. */
const MAX_PACKET_BYTES = 256 * 1024;

/** Cuts the stream of a channel into packets. Throws on a packet that is too large. */
export async function* readPackets(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readUInt32BE(at);
      if (length === 0 || length > MAX_PACKET_BYTES) throw new RangeError('The packet has a wrong length.');
      if (rest.length - at - 4 < length) break;
      yield rest.subarray(at + 4, at + 4 + length);
      at += 4 + length;
    }
    rest = rest.subarray(at);
  }
}
