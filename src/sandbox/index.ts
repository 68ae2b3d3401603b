export * from './lms/index.ts';
export * from './mail/index.ts';
export * from './people/index.ts';
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
export * from './sftp/index.ts';
