// Lets a child process of a test run TypeScript as it stands, so that no build has to come first:
// node --import ./test/store/processes/register.mjs FILE.ts
import { register } from 'node:module';

register('./typescript-loader.mjs', import.meta.url);
