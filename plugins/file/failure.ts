import { tellFaults, type FileFault } from '#sdk';

/** Errors of the operating system, by their codes. */
const faults: Readonly<Record<string, FileFault | 'absent'>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'readOnly',
  ENOSPC: 'diskFull',
  EDQUOT: 'quotaFull',
  EEXIST: 'taken',
  EISDIR: 'isFolder',
};

/** Does it, and tells errors of the file system as problems; `missing` is the code where something isn't there. */
export const told = tellFaults('', (error) => {
  const { code } = error as NodeJS.ErrnoException;
  // Without a code it is no error of the system: a cancelled run's reason, for one.
  return typeof code === 'string' ? (faults[code] ?? { detail: code }) : undefined;
});
