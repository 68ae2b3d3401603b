import { openZip, problem, type OpenZip, type ZipMember } from '#sdk';
import { broken } from './faults.ts';
import { refuseOld } from './old-files.ts';
import { attributeOf, readWhole } from './part-xml.ts';
import type { XlsxDialect } from './options.ts';

/** A workbook and its parts that are of use for one sheet. */
export interface Book {
  sheetName: string;
  sheet: ZipMember;
  strings?: ZipMember;
  styles?: ZipMember;
  /** Days count from 1904, as old Macs had it. */
  is1904: boolean;
  close(): Promise<void>;
}

interface Sheet {
  name: string;
  relation: string;
  isHidden: boolean;
}
interface Relation {
  type: string;
  target: string;
}

/** Opens a workbook at the sheet that is asked for. Throws XLSX_NOT_READABLE, XLSX_SHEET, XLSX_BROKEN and what a ZIP throws. */
export async function openBook(bytes: AsyncIterable<Uint8Array>, { sheet, headerWith }: XlsxDialect): Promise<Book> {
  const zip = await openZip(await refuseOld(bytes));
  try {
    return await partsOf(zip, headerWith ? 'last' : { wanted: sheet });
  } catch (error) {
    await zip.close();
    throw error;
  }
}

/** Which sheet: the last that is shown, or as the options say. */
type Choice = 'last' | { wanted: string | number | undefined };

async function partsOf(zip: OpenZip, choice: Choice): Promise<Book> {
  const members = new Map(zip.members.map((member) => [member.name, member]));
  const top = await relationsOf(members, '');
  const path = [...top.values()].find(({ type }) => type === 'officeDocument')?.target;
  const workbook = path === undefined ? undefined : members.get(path);
  if (path === undefined || !workbook) throw broken('it is a ZIP without a workbook');
  const { sheets, is1904 } = await readWorkbook(workbook);
  const relations = await relationsOf(members, path);
  const { name, relation } = chosenSheet(
    sheets.filter((one) => relations.get(one.relation)?.type === 'worksheet'),
    choice,
  );
  const sheet = members.get(relations.get(relation)!.target);
  if (!sheet) throw broken('the sheet that it names is not in it');
  const partOf = (wantedType: string): ZipMember | undefined =>
    members.get([...relations.values()].find(({ type }) => type === wantedType)?.target ?? '');
  const [strings, styles] = [partOf('sharedStrings'), partOf('styles')];
  return {
    sheetName: name,
    sheet,
    ...(strings ? { strings } : {}),
    ...(styles ? { styles } : {}),
    is1904,
    close: () => zip.close(),
  };
}

/** What a part refers to inside of the file, by id; what lies outside is never asked for. */
async function relationsOf(members: Map<string, ZipMember>, path: string): Promise<Map<string, Relation>> {
  const cut = path.lastIndexOf('/') + 1;
  const [folder, file] = [path.slice(0, cut), path.slice(cut)];
  const found = new Map<string, Relation>();
  const part = members.get(`${folder}_rels/${file}.rels`);
  if (!part) return found;
  await readWhole(part.read(), {
    open(name, { Id = '', Type = '', Target = '', TargetMode }) {
      if (name !== 'Relationship' || TargetMode === 'External') return;
      const target = new URL(Target, `zip://book/${folder}`).pathname.slice(1);
      found.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target: decodeURIComponent(target) });
    },
  });
  return found;
}

async function readWorkbook(part: ZipMember): Promise<{ sheets: Sheet[]; is1904: boolean }> {
  const sheets: Sheet[] = [];
  let is1904 = false;
  await readWhole(part.read(), {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (name !== 'sheet') return;
      const { name: title = '', state = 'visible' } = attributes;
      sheets.push({ name: title, relation: attributeOf(attributes, 'id') ?? '', isHidden: state !== 'visible' });
    },
  });
  return { sheets, is1904 };
}

function chosenSheet(sheets: readonly Sheet[], choice: Choice): Sheet {
  const shown = sheets.filter(({ isHidden }) => !isHidden);
  const wanted = choice === 'last' ? shown.length : (choice.wanted ?? 1);
  const found =
    typeof wanted === 'number' ? shown[wanted - 1] : sheets.find(({ name }) => comparable(name) === comparable(wanted));
  if (found) return found;
  const names = shown.map(({ name }) => `“${name}”`).join(', ');
  throw problem(
    'XLSX_SHEET',
    `The workbook has no sheet ${typeof wanted === 'number' ? wanted : `“${wanted}”`}; it has ${names || 'none to be seen'}.`,
    {
      fix: 'Correct `sheet`, or leave it out for the first one.',
    },
  );
}

/** Spreadsheets take names that differ in case for one. */
const comparable = (name: string): string => name.normalize('NFC').trim().toLowerCase();
