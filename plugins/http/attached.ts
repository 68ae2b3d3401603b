import { problem, type AttachedFile, type Scope } from '#sdk';

/** The name under which the file itself stands beside `$file`; no expression can say it. */
const handle = '#file';

/** What requests see of a record's file. */
export const attachedScope = (file: AttachedFile | undefined): Scope =>
  file ? { file: file.facts, [handle]: file } : {};

/** The file of the record that a request is made of. */
export const attachedIn = (scope: Scope): AttachedFile | undefined => scope[handle] as AttachedFile | undefined;

/** The file that a value is: `$file` of this record. */
export function fileOf(value: unknown, scope: Scope): AttachedFile | undefined {
  const file = attachedIn(scope);
  const { path, hash, size } = (value ?? {}) as Partial<AttachedFile['facts']>;
  return file && file.facts.path === path && file.facts.hash === hash && file.facts.size === size ? file : undefined;
}

/** FILE_NOT_ATTACHED, of one record. */
export const notAttached = () =>
  problem('FILE_NOT_ATTACHED', '`file` of the request is to send the file of the record, and this record has none.', {
    fix: 'Write `file: =$file`, for records of a source with `format: file`.',
  });

const types: Readonly<Record<string, string>> = {
  avi: 'video/x-msvideo',
  bmp: 'image/bmp',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  odp: 'application/vnd.oasis.opendocument.presentation',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odt: 'application/vnd.oasis.opendocument.text',
  pdf: 'application/pdf',
  png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  rtf: 'application/rtf',
  svg: 'image/svg+xml',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  txt: 'text/plain',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'application/xml',
  zip: 'application/zip',
};

/** Content type by the ending of a name. */
export function contentTypeOf(name: string): string {
  const [, ending = ''] = /\.([^.]+)$/.exec(name) ?? [];
  return Object.hasOwn(types, ending.toLowerCase())
    ? (types[ending.toLowerCase()] as string)
    : 'application/octet-stream';
}
