import { openZip, packZip, type NewMember } from '../../src/connect/sdk/index.ts';
import { collect } from '../../src/connect/contract/index.ts';
import { inPieces } from '../../src/connect/contract/byte-streams.ts';

/** The ZIP with the text of one member changed, as a program that opened and saved it would. */
export async function zipChanged(zip: Buffer, name: RegExp, change: (text: string) => string): Promise<Buffer> {
  const opened = await openZip(inPieces(zip, 65_536));
  async function* members(): AsyncGenerator<NewMember> {
    for (const member of opened.members) {
      const content = await collect(member.read());
      const bytes = name.test(member.name) ? Buffer.from(change(content.toString('utf8'))) : content;
      yield { name: member.name, bytes: inPieces(bytes, 65_536) };
    }
  }
  try {
    return await collect(packZip(members()));
  } finally {
    await opened.close();
  }
}
