import { defineConfig } from 'vitest/config';

// `import` is no condition here: Node would apply it to `require` inside of packages as well.
const conditions = ['portolan-source', 'node', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    // Most of the time goes by in waiting for servers and for processes of their own, so every core has its thread.
    maxWorkers: '100%',
    globalSetup: ['test/servers/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
