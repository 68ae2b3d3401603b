import { escapedText } from './escapes.ts';
import { notesStart } from './fixed-parts.ts';

/** A note at a cell; row and column count from 0. */
export interface Note {
  reference: string;
  row: number;
  column: number;
  text: string;
}

/** The texts of notes. */
export function* noteTexts(notes: readonly Note[]): Generator<string> {
  yield notesStart;
  for (const { reference, text } of notes)
    yield `<comment ref="${reference}" authorId="0"><text><t xml:space="preserve">${escapedText(text)}</t></text></comment>`;
  yield '</commentList></comments>';
}

/** The boxes in which spreadsheets show them: without these Excel has no notes. */
export function* noteBoxes(notes: readonly Note[]): Generator<string> {
  yield '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>';
  for (const [index, { row, column }] of notes.entries())
    yield `<v:shape id="_x0000_s${1025 + index}" type="#_x0000_t202" style="position:absolute;width:180pt;height:60pt;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:textbox/><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>${column + 1},15,${row},2,${column + 4},15,${row + 4},4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>${row}</x:Row><x:Column>${column}</x:Column></x:ClientData></v:shape>`;
  yield '</xml>';
}
