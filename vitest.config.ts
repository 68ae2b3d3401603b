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
    globalSetup: ['test/servers/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
