export { columns } from './csv-line.ts';
export { usualDirt, type DirtCounts, type DirtKind, type DirtPlan } from './dirt.ts';
export { nextNight, type Night, type NightOptions } from './next-night.ts';
export { cities, departments, positions, positionsCsv, type Position } from './organisation.ts';
export { generatePeople, type PeopleOptions, type Person } from './person.ts';
export { streamPeopleCsv, type StreamOptions } from './stream-csv.ts';
export { toCsv, type CsvOptions, type WrittenCsv } from './to-csv.ts';
