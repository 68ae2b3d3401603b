import { readUnknownCode } from '../../expression/index.ts';
import { counted } from '../../model/counted.ts';
import { LINES_NAMED, otherRecord, shownMessage, type SentenceFacts, type Sentences, whoIsWho } from './facts.ts';

const field = ({ field }: SentenceFacts, otherwise = 'A field'): string => (field ? `“${field}”` : otherwise);

function others({ otherLines = [] }: SentenceFacts): string {
  if (otherLines.length === 0) return '';
  const named = otherLines.slice(0, LINES_NAMED).join(', ');
  const more = otherLines.length - LINES_NAMED;
  const rest = more > 0 ? ` and ${counted(more, 'more line')}` : '';
  return `: see also line${otherLines.length === 1 ? '' : 's'} ${named}${rest}`;
}
/** What the target answered. */
const said = ({ reason }: SentenceFacts): string => (reason !== '' ? `: ${shownMessage(reason)}` : '');
const otherLine = ({ reason }: SentenceFacts): string => {
  const [, number] = /\bline (\d+)/i.exec(reason) ?? [];
  return number ? ` (by line ${number})` : '';
};

function otherNamed(it: SentenceFacts): string {
  const other = otherRecord(it);
  return other === '' ? '' : `: ${other}`;
}

function unknownCode({ reason }: SentenceFacts): string {
  const { code, table } = readUnknownCode(reason);
  const where = table === undefined ? 'the table' : `the table ${shownMessage(table)}`;
  return code === undefined ? `a code that is not in ${where}` : `the code ${shownMessage(code)} is not in ${where}`;
}

/** English, for the client's own specialist. */
export const en: Sentences = Object.freeze({
  byCode: {
    FIELD_REQUIRED: (it) => `${field(it)} has no value, and it is required`,
    FIELD_INVALID: (it) => `${field(it)} has a value that is not allowed`,
    FIELD_NOT_UNIQUE: (it) => `${field(it)} has a value that is taken already${otherLine(it)}`,
    DUPLICATE_KEY: (it) => `Several rows carry the same key and say different things${others(it)}`,
    MATCH_AMBIGUOUS: (it) => {
      const who = whoIsWho(it);
      return who
        ? `New ${who.fresh} may be known ${who.known}: the same value stands for both, and a person has to say who is who`
        : 'The same value stands for several people, new and known, and a person has to say who is who';
    },
    CORRECTION_UNNAMED: () => 'The corrected row has no number of a rejected row in its last column',
    ROWS_BY_UNREADABLE: () => 'Nothing tells this row from the other rows of the same person',
    KEY_UNREADABLE: () => 'The key of the row cannot be read, so nobody can say whose row it is',
    DATE_UNREADABLE: (it) => `${field(it)} is not a date, or there is no such day`,
    NUMBER_UNREADABLE: (it) => `${field(it)} is not a number in the form that is expected`,
    PHONE_UNREADABLE: (it) => `${field(it, 'The phone')} is not a phone number that can be read`,
    SNILS_WRONG: (it) => `${field(it, 'SNILS')} must have 11 digits with right check digits`,
    INN_WRONG: (it) => `${field(it, 'INN')} must have 10 or 12 digits with right check digits`,
    LOOKUP_UNKNOWN: (it) => `${field(it, 'A code')}: ${unknownCode(it)}`,
    LINK_NOT_DELIVERED: () => 'What the row points to is not delivered yet; it is tried again with the next feed',
    EXPRESSION_FAILED: (it) => `${field(it)} could not be worked out`,
    TEMPLATE_VALUE: (it) => `${field(it)} has a value that cannot stand in a text`,
    OPERATION_UNKNOWN: () => 'The row does not say what is to be done with it',
    LOOKUP_NOBODY: (it) => `${field(it, 'The key')} names nobody in the list where it is looked up`,
    LOOKUP_SEVERAL: (it) => `${field(it, 'The key')} names several different entries of the list where it is looked up`,
    LOOKUP_UNSURE: (it) =>
      `${field(it, 'The key')} is not found in the list where it is looked up, a part of which could not be read`,
    HOLD_UNTIL_UNREADABLE: () => 'The date from which this row is to hold is not a date',
    SORT_CYCLE: (it) => `${field(it, 'The parent')} leads back to this row itself, over other rows`,
    SPLIT_PART_UNNAMED: (it) => `${field(it, 'A list')} has an entry that nothing tells from the others`,
    STEP_NOT_A_RECORD: () => 'The row did not become a record',
    CSV_RAGGED: () => 'The row has another number of cells than the header',
    CSV_QUOTE_UNCLOSED: () => 'A quote in the row is opened and not closed',
    CSV_QUOTE_BROKEN: () => 'Something stands between a closing quote and the next delimiter',
    CSV_NUL: () => 'The row has a NUL character, which never stands in text',
    ENCODING_BROKEN: () => 'The row has characters that are not of the encoding that is expected',
    FIXED_SHORT: () => 'The line is shorter than its columns',
    FIXED_LONG: () => 'The line is longer than its columns',
    JSON_NOT_A_RECORD: () => 'Something else stands where a record is expected',
    NDJSON_LINE_BROKEN: () => 'The line cannot be read',
    XLSX_CELL_ERROR: () => 'A cell of the row holds an error of the spreadsheet, such as #N/A',
    XLSX_CELL_DATE: () => 'A cell of the row is shown as a date, and there is no such day',
    XLSX_WIDE: () => 'The row has cells beyond the last column that is known',
    YAML_ITEM_BROKEN: () => 'The item cannot be read',
    YAML_NOT_A_RECORD: () => 'Something else stands where a record is expected',
    HTTP_BODY_TOO_LARGE: () => 'The record is larger than the system takes',
    EVENT_UNREADABLE: () => 'The event that came in has no records where they are looked for',
    ATTACHED_FILE_CHANGED: () => 'The file was changed while it was on its way; the next run takes the new one',
    FILE_NOT_ATTACHED: () => 'There is no file that could be sent',
    FILE_NAME_TAKEN: () => 'Another file of this name is there already',
    SMTP_ADDRESS: (it) => `${field(it, 'The address')} is no address that mail can be sent to`,
    SMTP_REFUSED: (it) => `The mail server did not take the mail${said(it)}`,
    HTTP_REJECTED: (it) => `The system did not take the record${said(it)}`,
    OUTCOME_UNKNOWN: () => 'The system did not answer, and it is not known whether it took the record: look there',
    DUPLICATE_AT_TARGET: (it) => `The system has another record with the same value${otherNamed(it)}`,
    TARGET_AMBIGUOUS: () => 'The system has several records under this key; a person decides',
    TARGET_KEY_EMPTY: () => 'The record has no value in the field by which the system knows it',
    TARGET_FORGOT: () => 'The system no longer knows the record',
    TARGET_PENDING: () => 'The system has not answered yet what became of the same record of an earlier run',
    TARGET_STALE: () => 'Somebody else changed the record in the system meanwhile',
    TARGET_LACKS_OPERATION: () => 'The system cannot do what is to be done with the record',
    TARGET_RETRY_EXHAUSTED: () => 'The system put the record off until attempts were used up; it will be sent again',
    TARGET_UNAVAILABLE: () => 'The system is not available',
    TARGET_CANNOT_FIND: () => 'The system cannot say whether it has the record',
  },
  byStage: {
    read: ({ code }) => `The row cannot be read (code ${code})`,
    record: (it) => `${field(it, 'The row')} has a value that cannot be read (code ${it.code})`,
    steps: (it) => `${field(it, 'The row')} did not pass a check (code ${it.code})`,
    call: (it) => `The system refused a request for the record (code ${it.code})${said(it)}`,
    link: ({ code }) => `The row points to what is not there yet (code ${code})`,
    diff: ({ code }) => `The record could not be compared with what was sent before (code ${code})`,
    deliver: (it) => `The system did not take the record (code ${it.code})${said(it)}`,
  },
  words: {
    cause: 'Cause',
    rows: 'Rows',
    line: 'Line',
    reason: 'Reason',
    none: 'No rejected rows',
    raw: 'Row as it came',
    number: 'Reject number',
  },
} satisfies Sentences);
