import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
}

export interface Completion {
  label: string;
  insertText?: string;
  documentation?: unknown;
}

export interface Diagnostic {
  message: string;
  range: { start: { line: number } };
}

/** A YAML language server with a schema for each kind of file, as an editor drives it. */
export interface LanguageServer {
  /** Proposals at the mark `‸` of a text. */
  complete(kind: string, text: string): Promise<Completion[]>;
  /** What stands over the word at the mark `‸`. */
  hover(kind: string, text: string): Promise<string>;
  diagnose(kind: string, text: string): Promise<Diagnostic[]>;
  close(): Promise<void>;
}

/** Starts yaml-language-server over stdio; `schemas` are by kind, a file `*.KIND.yaml` gets the one of its kind. */
export async function startLanguageServer(schemas: Record<string, object>, folder: string): Promise<LanguageServer> {
  const root = dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json'));
  const child = spawn(process.execPath, [join(root, 'bin/yaml-language-server'), '--stdio'], { cwd: folder });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting = new Map<number, (result: unknown) => void>();
  const diagnosed = new Map<string, (found: Diagnostic[]) => void>();
  let next = 0;
  let askedForSettings = (): void => undefined;
  const configured = new Promise<void>((resolve) => (askedForSettings = resolve));

  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const request = <T>(method: string, params: object): Promise<T> =>
    new Promise((resolve) => {
      const id = ++next;
      waiting.set(id, resolve as (result: unknown) => void);
      send({ id, method, params });
    });

  readMessages(child.stdout, (message) => {
    if (message.method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: Diagnostic[] };
      diagnosed.get(uri)?.(diagnostics);
    } else if (message.method !== undefined && message.id !== undefined) {
      send({ id: message.id, result: answerTo(message, settings) });
      if (message.method === 'workspace/configuration') askedForSettings();
    } else if (message.id !== undefined) {
      waiting.get(message.id)?.(message.result);
      waiting.delete(message.id);
    }
  });

  const settings = {
    validate: true,
    hover: true,
    completion: true,
    schemaStore: { enable: false },
    schemas: Object.fromEntries(
      Object.keys(schemas).map((kind) => [pathToFileURL(join(folder, `${kind}.schema.json`)).href, `*.${kind}.yaml`]),
    ),
  };
  await request('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      textDocument: { completion: { completionItem: { snippetSupport: true } }, hover: {} },
      workspace: { configuration: true },
    },
  });
  send({ method: 'initialized', params: {} });
  send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: settings } } });
  // Until it has fetched its settings the server knows no schema and answers with nothing.
  await configured;

  let opened = 0;
  const open = (kind: string, written: string) => {
    const at = written.indexOf('‸');
    const text = written.replace('‸', '');
    const before = written.slice(0, Math.max(at, 0)).split('\n');
    const uri = pathToFileURL(join(folder, `${++opened}.${kind}.yaml`)).href;
    const found = new Promise<Diagnostic[]>((resolve) => diagnosed.set(uri, resolve));
    send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
    return {
      place: {
        textDocument: { uri },
        position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
      },
      found,
    };
  };

  return {
    async complete(kind, text) {
      const result = await request<{ items: Completion[] } | null>('textDocument/completion', open(kind, text).place);
      return result?.items ?? [];
    },
    async hover(kind, text) {
      const result = await request<{ contents: { value: string } } | null>(
        'textDocument/hover',
        open(kind, text).place,
      );
      return result?.contents.value ?? '';
    },
    diagnose: (kind, text) => open(kind, text).found,
    async close() {
      await request('shutdown', {});
      send({ method: 'exit' });
      await exited;
    },
  };
}

function answerTo({ method, params }: Message, settings: object): unknown {
  if (method !== 'workspace/configuration') return null;
  const { items } = params as { items: { section?: string }[] };
  return items.map(({ section }) => (section === 'yaml' ? settings : null));
}

function readMessages(stream: NodeJS.ReadableStream, receive: (message: Message) => void): void {
  let buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end).toString())?.[1]);
      if (buffer.length < end + 4 + length) return;
      const text = buffer.subarray(end + 4, end + 4 + length).toString();
      buffer = buffer.subarray(end + 4 + length);
      receive(JSON.parse(text) as Message);
    }
  });
}
