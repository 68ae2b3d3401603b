import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { newKeyPair } from '../../src/sandbox/index.ts';

describe('SSH keys made here', () => {
  it('can be read back, each of 2,000', () => {
    const pairs = Array.from({ length: 2000 }, () => newKeyPair());
    const unreadable = pairs.filter((pair) =>
      [pair.public, pair.private].some((half) => ssh2.utils.parseKey(half) instanceof Error),
    );
    expect(unreadable).toEqual([]);
  });
});
