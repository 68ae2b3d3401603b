import type { SaxesParser, SaxesTagNS } from 'saxes';

/** One resource that a PROPFIND tells of. */
export interface Resource {
  /** Names of its path, decoded. */
  names: string[];
  isFolder: boolean;
  /** In bytes; undefined where the server says none. */
  size: number | undefined;
  /** UTC milliseconds; undefined where the server says none. */
  mtime: number | undefined;
}

const dav = 'DAV:';
const maxDepth = 50;
const maxTextLength = 10_000;

/** Reads the XML of a 207 as it comes (RFC 4918, 13). Throws NotMultistatus for what is none. */
export async function readMultistatus(body: AsyncIterable<Uint8Array>): Promise<Resource[]> {
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ xmlns: true });
  const resources = collectFrom(parser);
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.write(decoder.decode(chunk, { stream: true }));
  parser.write(decoder.decode()).close();
  return resources();
}

/** The answer is another thing than a multistatus: broken XML, a web page. */
export class NotMultistatus extends Error {}

function collectFrom(parser: SaxesParser<{ xmlns: true }>): () => Resource[] {
  const found: Resource[] = [];
  let open: string[] = [];
  let text = '';
  let href = '';
  let all: Facts = {};
  let part: Facts = {};
  let isOk = true;

  parser.on('error', (error) => {
    throw new NotMultistatus(error.message);
  });
  // Entities of a document type could make gigabytes of a line.
  parser.on('doctype', () => {
    throw new NotMultistatus('it has a document type');
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const name = tag.uri === dav ? tag.local : '';
    if (open.length === 0 && name !== 'multistatus') throw new NotMultistatus('its root is no multistatus');
    if (open.length > maxDepth) throw new NotMultistatus('it is nested too deeply');
    open.push(name);
    text = '';
    if (name === 'response') [href, all] = ['', {}];
    if (name === 'propstat') [part, isOk] = [{}, true];
    if (name === 'collection' && open.at(-2) === 'resourcetype') part.isFolder = true;
  });
  const add = (more: string) => {
    text += more;
    if (text.length > maxTextLength) throw new NotMultistatus('a text in it is too long');
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const name = open.at(-1);
    open = open.slice(0, -1);
    const parent = open.at(-1);
    const value = text.trim();
    text = '';
    if (name === 'href' && parent === 'response') href = value;
    if (name === 'getcontentlength' && /^\d+$/.test(value)) part.size = Number(value);
    if (name === 'getlastmodified' && !Number.isNaN(Date.parse(value))) part.mtime = Date.parse(value);
    if (name === 'status' && parent === 'propstat') isOk = / 200\b/.test(value);
    if (name === 'propstat' && isOk) all = { ...all, ...part };
    if (name === 'response') found.push(resourceOf(href, all));
  });
  return () => found;
}

interface Facts {
  isFolder?: boolean;
  size?: number;
  mtime?: number;
}

function resourceOf(href: string, { isFolder = false, size, mtime }: Facts): Resource {
  const path = /^https?:\/\//i.test(href) && URL.canParse(href) ? new URL(href).pathname : href;
  return { names: path.split('/').filter(Boolean).map(decoded), isFolder, size, mtime };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // Some servers write a percent sign as it is.
    return name;
  }
}
