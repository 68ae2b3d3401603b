export { cellAsItCame, neutralCell } from './neutral-cell.ts';
export { reportFormat, type ReportReading } from './read-report.ts';
export { reportOptions, writtenFormatOptions } from './report-dialect.ts';
export { isReportable, writeReport, type ReportRequest } from './write-report.ts';
