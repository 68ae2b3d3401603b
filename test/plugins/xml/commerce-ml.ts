import iconv from 'iconv-lite';

/** How a catalogue as 1C writes it is to be made. */
export interface CatalogueWish {
  items: number;
  /** `utf-8` comes with a byte order mark. */
  encoding: 'utf-8' | 'windows-1251';
}

/** Path of its records. */
export const itemPath = '/КоммерческаяИнформация/Каталог/Товары/Товар';

/** An item as it must be read. */
export const itemOf = (number: number): Record<string, unknown> => ({
  Ид: idOf(number),
  Артикул: `УТ-${String(number).padStart(7, '0')}`,
  Наименование: `Валенки "Зима" & Ко №${number}`,
  БазоваяЕдиница: { '@Код': '796', '@НаименованиеПолное': 'Штука', '#text': 'шт' },
  Группы: { Ид: [idOf(number % 7)] },
  Описание: `<p>Размер > ${number % 50}</p>\nвторая строка`,
  ЗначенияСвойств: {
    ЗначенияСвойства: [
      { Ид: idOf(1), Значение: 'серый' },
      { Ид: idOf(2), Значение: '' },
    ],
  },
});

const idOf = (number: number): string => `bd72d8f9-55bc-11d9-848a-${String(number).padStart(12, '0')}`;

const textOf = (number: number): string =>
  `
      <Товар>
        <Ид>${idOf(number)}</Ид>
        <Артикул>УТ-${String(number).padStart(7, '0')}</Артикул>
        <Наименование>Валенки &quot;Зима&quot; &amp; Ко &#8470;${number}</Наименование>
        <БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>
        <Группы>
          <Ид>${idOf(number % 7)}</Ид>
        </Группы>
        <Описание><![CDATA[<p>Размер > ${number % 50}</p>
вторая строка]]></Описание>
        <ЗначенияСвойств>
          <ЗначенияСвойства><Ид>${idOf(1)}</Ид><Значение>серый</Значение></ЗначенияСвойства>
          <ЗначенияСвойства><Ид>${idOf(2)}</Ид><Значение/></ЗначенияСвойства>
        </ЗначенияСвойств>
      </Товар>`.replaceAll('\n', '\r\n');

/** The bytes of a CommerceML file, in pieces of about 100 items. */
export async function* commerceMl({ items, encoding }: CatalogueWish): AsyncGenerator<Uint8Array> {
  const bytes = (text: string) => iconv.encode(text, encoding);
  if (encoding === 'utf-8') yield Uint8Array.of(0xef, 0xbb, 0xbf);
  yield bytes(
    `<?xml version="1.0" encoding="${encoding.toUpperCase()}"?>\r\n<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" xmlns:xs="http://www.w3.org/2001/XMLSchema" ВерсияСхемы="2.05">\r\n  <Классификатор><Ид>1</Ид><Группы><Группа><Ид>${idOf(0)}</Ид></Группа></Группы></Классификатор>\r\n  <Каталог СодержитТолькоИзменения="false">\r\n    <Ид>1</Ид>\r\n    <Товары>`,
  );
  for (let start = 0; start < items; start += 100)
    yield bytes(Array.from({ length: Math.min(100, items - start) }, (_, index) => textOf(start + index)).join(''));
  yield bytes('\r\n    </Товары>\r\n  </Каталог>\r\n</КоммерческаяИнформация>\r\n');
}
