import { archiveFormat, packTar, readTar, type FormatDeclaration } from '#sdk';

/** A tar, packed by gzip or not, whose members are in one of these formats. */
export default (inner: readonly FormatDeclaration[]): FormatDeclaration =>
  archiveFormat(
    {
      name: 'tar',
      summary: 'A tar or tar.gz whose members are in another format; each row says its member.',
      read: readTar,
      pack: packTar,
    },
    inner,
  );
