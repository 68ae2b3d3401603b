export * from './declare.ts';
export * from './define.ts';
export type * from './sessions.ts';
export * from './inbox.ts';
export { field, type Field, type TypeOf, type Share, type WorkspaceText, type Schema, type Mark } from './field.ts';
export { problem, isProblem, type Problem, type ProblemClass } from '../../model/problem.ts';
export type * from '../../model/record.ts';
export { operations } from '../../model/record.ts';
export { counted } from '../../model/counted.ts';
export type { Clock } from '../../model/clock.ts';
export type * from '../files/port.ts';
export { newPushSource, type PushSource } from '../files/push-source.ts';
export {
  fileFailed,
  fileProblem,
  tellFaults,
  type FaultReader,
  type FileFault,
  type FilePlace,
  type TellFault,
} from '../files/file-faults.ts';
export type { Expression, Shape, Template, Scope, Environment } from '../../expression/index.ts';
export * from '../net/index.ts';
export * from '../pace/index.ts';
export { charset, charsetNames, type Charset, type CharsetName } from '../bytes/charsets.ts';
export {
  bomField,
  byteOrderMark,
  encodingField,
  encodingNames,
  refuseMark,
  textWriting,
  unmappable,
  type Encoding,
  type TextWriting,
} from '../bytes/encoding-field.ts';
export { openText, type OpenText } from '../bytes/open-text.ts';
export { isByteOrderMark } from '../bytes/text-start.ts';
export { nearestText } from '../bytes/nearest-text.ts';
export { newTrailer, refuseTrailer, trailerField, withTrailer } from '../bytes/trailer.ts';
export { textLines, type LineBlock } from '../bytes/text-lines.ts';
export { formatDate, formPairs, makeJwt, parseDate } from '../../expression/index.ts';
export { streamDecoder, type StreamDecoder } from '../bytes/stream-decoder.ts';
export { headerOfCells, givenHeader, type Header } from '../table/header-names.ts';
export { headerWords } from '../table/header-words.ts';
export { namesInRows } from '../table/joined-names.ts';
export { recordMaker } from '../table/record-maker.ts';
export { contentOf, diskFull, namelessFile, spool, type Spool } from '../bytes/spool.ts';
export { openZip, type OpenZip, type ZipMember } from '../bytes/unzip.ts';
export { packZip, type NewMember } from '../bytes/pack-zip.ts';
export { peek } from '../bytes/peek.ts';
export { forAll } from '../table/for-all.ts';
export { encodeTables, type Table } from '../table/tables.ts';
export { isStyledCell, styledCell, type StyledCell } from '../table/styled-cell.ts';
export { kindsSchema, oneOrList, type PlacedKind } from './kinds-schema.ts';
export { archiveFormat, type ArchiveKind, type Member } from '../archive/archive-format.ts';
export { innerFormats, memberMissing, refuseMemberName } from '../archive/inner-format.ts';
export { readTar } from '../archive/read-tar.ts';
export { packTar } from '../archive/pack-tar.ts';
