import { problem } from '#sdk';

/** XLSX_BROKEN: `what` ends the sentence. */
export const broken = (what: string) =>
  problem('XLSX_BROKEN', `The workbook can not be read: ${what.replace(/\.$/, '')}.`, {
    fix: 'Open it in a spreadsheet, save it anew as XLSX, and ask the sender how it is made.',
  });

/** XLSX_NOT_READABLE. */
export const notReadable = (isLocked: boolean) =>
  isLocked
    ? problem('XLSX_NOT_READABLE', 'The workbook is locked by a password.', {
        fix: 'Ask for it without one; the way it is sent on must be safe instead.',
      })
    : problem('XLSX_NOT_READABLE', 'The file is an old XLS, and XLSX is expected.', {
        fix: 'Save it as “Excel workbook (.xlsx)”, or ask for CSV.',
      });
