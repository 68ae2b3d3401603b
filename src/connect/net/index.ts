export { openAnswering, type GivenAnswer, type MadeRequest } from './answering.ts';
export { decompressed, readAnswer, type HttpAnswer } from './answer.ts';
export { parseExactJson } from './exact-json.ts';
export type { Failure } from './failure.ts';
export { judgeHost, type HostRules } from './hosts.ts';
export {
  defaultHttpLimits,
  openHttpClient,
  type Exchange,
  type HttpClient,
  type HttpLimits,
  type HttpMethod,
  type HttpRequest,
  type HttpRoute,
  type Network,
  type ObservedExchange,
} from './http-client.ts';
export { openHttpStreams, type HttpStreamAnswer, type HttpStreamRequest, type HttpStreams } from './http-stream.ts';
export { readLinkHeader } from './link-header.ts';
export { repeatByMethod } from './repeat.ts';
export { scrubber, type Scrub } from './scrub.ts';
export { bodySha256, isUpload, type UploadBody } from './upload-body.ts';
export { authorityField } from './authority-field.ts';
export { connectionTransportField, transportWord, type ConnectionTransport } from './transport-field.ts';
