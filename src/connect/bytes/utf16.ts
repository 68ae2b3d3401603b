/** Text in two-byte units, of either order; lone halves and odd bytes are no text. */
export function utf16(order: 'le' | 'be') {
  const strict = new TextDecoder(`utf-16${order}`, { fatal: true, ignoreBOM: true });
  const lossy = new TextDecoder(`utf-16${order}`, { ignoreBOM: true });
  return {
    unitBytes: 2 as const,
    decode(bytes: Uint8Array): string | undefined {
      try {
        return strict.decode(bytes);
      } catch {
        return undefined;
      }
    },
    decodeLossy: (bytes: Uint8Array): string => lossy.decode(bytes),
    encode(text: string): Uint8Array {
      const bytes = Buffer.from(text, 'utf16le');
      return order === 'le' ? bytes : bytes.swap16();
    },
  };
}
