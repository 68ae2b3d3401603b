import { packZip, type NewMember } from '../../../src/connect/sdk/index.ts';
import { collect } from '../../../src/connect/contract/byte-streams.ts';

/** A ZIP of texts or bytes by name. */
export function zipOf(members: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  async function* each(): AsyncGenerator<NewMember> {
    for (const [name, content] of Object.entries(members)) yield { name, bytes: once(content) };
  }
  return collect(packZip(each()));
}

async function* once(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** What a workbook of the test holds; sheets by name, each the XML of its rows. */
export interface Parts {
  sheets?: Readonly<Record<string, string>>;
  hidden?: readonly string[];
  strings?: string;
  styles?: string;
  workbookProperties?: string;
  /** More relations of the workbook. */
  more?: string;
  /** What stands before the sheet's root. */
  prolog?: string;
}

/** A workbook as Excel lays it out, its parts in an order of its own. */
export function workbook(
  rows: string,
  { sheets = { Sheet1: rows }, hidden = [], ...parts }: Parts = {},
): Promise<Buffer> {
  const names = Object.keys(sheets);
  return zipOf({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships><Relationship Id="a" Type="${relations}/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns:r="${relations}">${parts.workbookProperties ?? ''}<sheets>${names
      .map(
        (name, index) =>
          `<sheet name="${name}" sheetId="${index + 7}" r:id="s${index}"${hidden.includes(name) ? ' state="hidden"' : ''}/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${parts.more ?? ''}${names
      .map(
        (_, index) => `<Relationship Id="s${index}" Type="${relations}/worksheet" Target="worksheets/s${index}.xml"/>`,
      )
      .join('')}<Relationship Id="x" Type="${relations}/sharedStrings" Target="sharedStrings.xml"/>
      <Relationship Id="y" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    ...Object.fromEntries(
      Object.values(sheets).map((xml, index) => [
        `xl/worksheets/s${index}.xml`,
        `<?xml version="1.0"?>${parts.prolog ?? ''}<worksheet><sheetData>${xml}</sheetData></worksheet>`,
      ]),
    ),
    ...(parts.strings === undefined ? {} : { 'xl/sharedStrings.xml': `<sst>${parts.strings}</sst>` }),
    ...(parts.styles === undefined ? {} : { 'xl/styles.xml': `<styleSheet>${parts.styles}</styleSheet>` }),
  });
}

/** A row of texts in the cells. */
export const textRow = (line: number, ...cells: string[]): string =>
  `<row r="${line}">${cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`;
