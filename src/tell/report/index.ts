export { cellAsItCame, neutralCell } from './neutral-cell.ts';
export { isReportable, writeReport, type ReportRequest } from './write-report.ts';
