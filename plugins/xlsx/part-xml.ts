import { broken } from './faults.ts';

/** What is told of the XML of a part; names without their prefix. */
export interface PartEvents {
  open(name: string, attributes: Record<string, string>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** No cell is larger: 32,767 characters is what spreadsheets take. */
const maxTextLength = 16 * 1024 * 1024;

/** Reads XML piece by piece: each turn one piece has been told. Throws XLSX_BROKEN. */
export async function* readXml(bytes: AsyncIterable<Uint8Array>, events: PartEvents): AsyncGenerator<void> {
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ position: false });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let writtenLength = 0;
  let toldLength = 0;
  const told = (): void => void (toldLength = writtenLength);
  parser.on('doctype', () => {
    throw broken('it declares a document type');
  });
  parser.on('error', ({ message }) => {
    throw broken(message);
  });
  parser.on('opentag', ({ name, attributes }) => {
    told();
    events.open(local(name), attributes as Record<string, string>);
  });
  if (events.close) parser.on('closetag', ({ name }) => events.close!(local(name)));
  if (events.text) {
    parser.on('text', events.text);
    parser.on('cdata', events.text);
  }
  for await (const chunk of bytes) {
    const text = decoded(decoder, chunk);
    writtenLength += text.length;
    parser.write(text);
    if (writtenLength - toldLength > maxTextLength) throw broken('a text in it is longer than any cell can be');
    yield;
  }
  parser.write(decoded(decoder));
  parser.close();
  yield;
}

/** Reads XML to its end, for the small parts. */
export async function readWhole(bytes: AsyncIterable<Uint8Array>, events: PartEvents): Promise<void> {
  for await (const _piece of readXml(bytes, events));
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw broken('it is not UTF-8');
  }
}

const local = (name: string): string => {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
};

/** The value of an attribute by its name without prefix. */
export function attributeOf(attributes: Record<string, string>, name: string): string | undefined {
  if (attributes[name] !== undefined) return attributes[name];
  const found = Object.keys(attributes).find((key) => local(key) === name);
  return found === undefined ? undefined : attributes[found];
}
