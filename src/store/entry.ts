/**
 * Layout of a packed snapshot entry, {@link ENTRY_BYTES} bytes, big endian:
 * 0 key hash (8) · 8 value hash (16) · 24 record id (float64) · 32 first absent, UTC ms or 0 (float64) ·
 * 40 absent feeds (uint16) · 42 state (uint8) · 43 sinks that took the value (uint8) · 44 operation those sinks were
 * given (uint8, index in `operations`) · 45 of the absence (uint8, bits of {@link absenceMark}) · 46 another
 * than the snapshot's owner delivered it (uint8, 0 or 1) · 47 found at the target when it was to be created (uint8, 0 or 1)
 */
export const ENTRY_BYTES = 48;
/** In place of a number of sinks: all that there were took the value. A sink added later begins with the next change. */
export const ALL_SINKS = 255;
export const entryState = { active: 1, gone: 2 } as const;
/** `accepted`: by a person. `counted`: the last complete feed, as the snapshot's facts name it, counts in the absent feeds. */
export const absenceMark = { accepted: 1, counted: 2 } as const;
export const entryOffset = {
  keyHash: 0,
  valueHash: 8,
  recordId: 24,
  firstAbsent: 32,
  absentFeeds: 40,
  state: 42,
  done: 43,
  operation: 44,
  absence: 45,
  foreign: 46,
  adopted: 47,
} as const;
