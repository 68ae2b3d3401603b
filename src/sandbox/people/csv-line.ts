import type { Person } from './person.ts';

/** The columns of the HR file, in their order. */
export const columns = [
  'Табельный номер',
  'Фамилия',
  'Имя',
  'Отчество',
  'Почта',
  'Подразделение',
  'Код должности',
  'Должность',
  'Дата приёма',
  'Телефон',
  'СНИЛС',
  'Статус',
  'Город',
  'Руководитель',
  'Ставка',
] as const;

/** One row as it stands in the file. */
export type Cells = Record<(typeof columns)[number], string>;

/** A person as the HR system writes one: DD.MM.YYYY, 8 (916) 123-45-67. */
export function cellsOf(person: Person): Cells {
  return {
    'Табельный номер': person.tabNumber,
    Фамилия: person.lastName,
    Имя: person.firstName,
    Отчество: person.middleName,
    Почта: person.email,
    Подразделение: person.department,
    'Код должности': person.positionCode,
    Должность: person.position,
    'Дата приёма': person.hiredOn.split('-').reverse().join('.'),
    Телефон: person.phone.replace(/^\+7(\d{3})(\d{3})(\d\d)(\d\d)$/, '8 ($1) $2-$3-$4'),
    СНИЛС: person.snils,
    Статус: person.status,
    Город: person.city,
    Руководитель: person.manager,
    Ставка: person.rate,
  };
}

/** A line without its end; a cell is quoted where it must be (RFC 4180). */
export function csvLine(cells: Cells): string {
  let line = '';
  for (const column of columns) {
    const cell = cells[column];
    if (line || column !== columns[0]) line += ';';
    line += /[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return line;
}

/** The first line, without its end. */
export const headerLine = columns.join(';');
