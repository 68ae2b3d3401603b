import type { ZipMember } from '#sdk';
import { unescaped } from './escapes.ts';
import { newPackedTexts, type PackedTexts } from './packed-texts.ts';
import { readWhole } from './part-xml.ts';

/** Of these a sheet of a million different texts needs half. */
const memoryBytes = 48 * 1024 * 1024;

/** The texts that cells share. Formatted runs are joined; how a word is pronounced is left out. */
export async function readSharedTexts(part: ZipMember, memory = memoryBytes): Promise<PackedTexts> {
  const texts = await newPackedTexts(memory);
  let text = '';
  let isText = false;
  let isPronunciation = false;
  try {
    await readWhole(part.read(), {
      open(name) {
        if (name === 'si') text = '';
        else if (name === 'rPh') isPronunciation = true;
        else if (name === 't') isText = !isPronunciation;
      },
      text(piece) {
        if (isText) text += piece;
      },
      close(name) {
        if (name === 't') isText = false;
        else if (name === 'rPh') isPronunciation = false;
        else if (name === 'si') texts.add(unescaped(text));
      },
    });
    return texts;
  } catch (error) {
    await texts.close();
    throw error;
  }
}
