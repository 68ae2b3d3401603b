import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { newWorkspace } from '../../cli/harness.ts';

const program = join(import.meta.dirname, '../../../dist/bin/portolan.js');
const connector = `
connector: acme
connection: { required: [url], properties: { url: { type: string } } }
http: { baseUrl: '{{$connection.url}}', limit: [{ rate: 20/s, burst: 2, concurrency: 3 }] }
write: { people: { create: { request: { post: /people, json: =$item }, repeat: never } } }
`;
const pipeline = (name: string) => `
pipeline: ${name}
source: { file: { path: in/people.csv }, format: csv, feed: full }
record: { key: id }
steps: [{ operation: "'create'" }]
sink: acme.people
`;

it('two runs in processes of their own together keep to the limits of their account', async () => {
  const moments: number[] = [];
  let inFlight = 0;
  let peak = 0;
  const server = await startHttpServer(async (_request, response) => {
    moments.push(performance.now());
    peak = Math.max(peak, (inFlight += 1));
    await new Promise((resolve) => setTimeout(resolve, 60));
    inFlight -= 1;
    response.end('{}');
  });
  try {
    const folder = await newWorkspace({
      'portolan.yaml': "workspace: a\nkey: '${KEY}'\nconnections: { main: { acme: { url: '${URL}' } } }\n",
      'connectors/acme.yaml': connector,
      ...Object.fromEntries(['one', 'other'].map((name) => [`pipelines/${name}.yaml`, pipeline(name)])),
      'in/people.csv': ['id', ...Array.from({ length: 60 }, (_each, index) => `p${index}`)].join('\n'),
    });
    const env = { PATH: process.env.PATH, KEY: makeWorkspaceKey(), URL: server.url };
    const codes = await Promise.all(
      ['one', 'other'].map(async (name) => {
        const child = spawn(process.execPath, [program, 'run', name], { cwd: folder, env, stdio: 'ignore' });
        return ((await once(child, 'exit')) as [number])[0];
      }),
    );
    expect(codes).toEqual([0, 0]);
    expect(moments.length).toBe(120);
    expect(peak).toBeLessThanOrEqual(3);
    // In any second the burst and 20 more, and a few that a busy machine let in late; each counting alone makes 40.
    const sorted = moments.sort((a, b) => a - b);
    const inASecond = sorted.map((from) => sorted.filter((moment) => moment >= from && moment < from + 1000).length);
    expect(Math.max(...inASecond)).toBeLessThanOrEqual(30);
  } finally {
    await server.close();
  }
});
