import { archiveFormat, openZip, packZip, type FormatDeclaration, type Member } from '#sdk';

/** A ZIP whose members are in one of these formats. */
export default (inner: readonly FormatDeclaration[]): FormatDeclaration =>
  archiveFormat(
    {
      name: 'zip',
      summary: 'A ZIP whose members are in another format; each row says its member.',
      read,
      pack: packZip,
    },
    inner,
  );

async function* read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const zip = await openZip(bytes);
  try {
    for (const member of zip.members) yield { name: member.name, bytes: () => member.read() };
  } finally {
    await zip.close();
  }
}
