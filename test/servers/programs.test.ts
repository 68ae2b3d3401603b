import { expect, it } from 'vitest';
import { installText, missingPrograms, serverPrograms } from './programs.ts';

it('every server that the tests speak to is here once they run', () => {
  expect(missingPrograms()).toEqual([]);
});

it('what is missing is told by title with the package of each distribution, whatever the machine', () => {
  const none = serverPrograms.map((server) => ({ ...server, programs: ['no-such-program'], file: '/no/such/file' }));
  expect(missingPrograms(none)).toHaveLength(serverPrograms.length);
  const text = installText(none);
  for (const { title, debianPackage } of serverPrograms)
    expect(text).toContain(`${title}: ${debianPackage} (Debian, Ubuntu)`);
  expect(text).toMatch(/Fedora.*Alpine.*Arch/);
});
