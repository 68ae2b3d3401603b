/** A row of the table that turns position codes into titles. */
export interface Position {
  code: string;
  title: string;
}

/** Departments of the sandbox company. */
export const departments = [
  'Розничные продажи',
  'Оптовые продажи',
  'Склад',
  'Логистика',
  'Бухгалтерия',
  'Отдел кадров',
  'Маркетинг',
  'Служба поддержки',
  'Информационные технологии',
  'Юридический отдел',
];

/** Cities of the sandbox company. */
export const cities = ['Москва', 'Тверь', 'Казань', 'Пермь', 'Омск', 'Томск', 'Самара', 'Тула', 'Псков', 'Уфа'];

/** Position codes and titles. */
export const positions: readonly Position[] = [
  { code: '0101', title: 'Кассир' },
  { code: '0102', title: 'Продавец-консультант' },
  { code: '0103', title: 'Старший продавец' },
  { code: '0104', title: 'Директор магазина' },
  { code: '0201', title: 'Кладовщик' },
  { code: '0202', title: 'Комплектовщик' },
  { code: '0203', title: 'Водитель' },
  { code: '0301', title: 'Бухгалтер' },
  { code: '0302', title: 'Специалист по кадрам' },
  { code: '0303', title: 'Юрист' },
  { code: '0401', title: 'Инженер поддержки' },
  { code: '0402', title: 'Программист' },
  { code: '0501', title: 'Маркетолог' },
  { code: '0901', title: 'Руководитель отдела' },
];

/** The table as CSV text, UTF-8, comma, with the header `code,title`. */
export const positionsCsv = ['code,title', ...positions.map(({ code, title }) => `${code},${title}`), ''].join('\n');
