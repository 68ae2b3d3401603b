import { readUnknownCode } from '../../expression/index.ts';
import { LINES_NAMED, otherRecord, shownMessage, type SentenceFacts, type Sentences, whoIsWho } from './facts.ts';
import { countedRu } from './plural-ru.ts';

const field = ({ field }: SentenceFacts, otherwise = 'Поле'): string => (field ? `«${field}»` : otherwise);

function others({ otherLines = [] }: SentenceFacts): string {
  if (otherLines.length === 0) return '';
  const named = otherLines.slice(0, LINES_NAMED).join(', ');
  const more = otherLines.length - LINES_NAMED;
  const rest = more > 0 ? ` и ещё ${countedRu(more, ['строку', 'строки', 'строк'])}` : '';
  return `: см. также ${otherLines.length === 1 ? 'строку' : 'строки'} ${named}${rest}`;
}
/** What the target answered, where it is Russian. */
const said = ({ reason }: SentenceFacts): string =>
  /\p{Script=Cyrillic}/u.test(reason) ? `: ${shownMessage(reason)}` : '';
const otherLine = ({ reason }: SentenceFacts): string => {
  const [, number] = /\bline (\d+)/i.exec(reason) ?? [];
  return number ? ` (как в строке ${number})` : '';
};

function otherNamed(it: SentenceFacts): string {
  const other = otherRecord(it);
  return other === '' ? '' : `: ${other}`;
}

function unknownCode({ reason }: SentenceFacts): string {
  const { code, table } = readUnknownCode(reason);
  const where = table === undefined ? 'справочнике' : `справочнике ${shownMessage(table)}`;
  return code === undefined ? `такого кода нет в ${where}` : `кода ${shownMessage(code)} нет в ${where}`;
}

/** Russian, for the client's own specialist: what is wrong with the row, and nothing about how programs work. */
export const ru: Sentences = Object.freeze({
  byCode: {
    FIELD_REQUIRED: (it) => `${field(it)}: нет значения, а оно обязательно`,
    FIELD_INVALID: (it) => `${field(it)}: недопустимое значение`,
    FIELD_NOT_UNIQUE: (it) => `${field(it)}: значение уже занято${otherLine(it)}, а должно быть своим у каждого`,
    DUPLICATE_KEY: (it) => `Один и тот же ключ в нескольких строках с разными данными${others(it)}`,
    MATCH_AMBIGUOUS: (it) => {
      const who = whoIsWho(it);
      return who
        ? `Новый ключ (${who.fresh.replaceAll(' and ', ' и ')}) по одному и тому же значению подходит известным людям (${who.known.replaceAll(' and ', ' и ')}): решите, кто есть кто`
        : 'Одно и то же значение подходит нескольким людям, новым и известным: решите, кто есть кто';
    },
    CORRECTION_UNNAMED: () => 'В исправленной строке нет номера отказа в последнем столбце',
    ROWS_BY_UNREADABLE: () => 'Эту строку нельзя отличить от других строк того же человека',
    KEY_UNREADABLE: () => 'Не удалось прочитать ключ строки, поэтому неизвестно, о ком она',
    DATE_UNREADABLE: (it) => `${field(it)}: это не дата, или такого дня не существует`,
    NUMBER_UNREADABLE: (it) => `${field(it)}: это не число в ожидаемой записи`,
    PHONE_UNREADABLE: (it) => `${field(it, 'Телефон')}: номер телефона не удалось прочитать`,
    SNILS_WRONG: (it) => `${field(it, 'СНИЛС')}: должно быть 11 цифр, и контрольные цифры должны сходиться`,
    INN_WRONG: (it) => `${field(it, 'ИНН')}: должно быть 10 или 12 цифр, и контрольные цифры должны сходиться`,
    LOOKUP_UNKNOWN: (it) => `${field(it, 'Код')}: ${unknownCode(it)}`,
    LINK_NOT_DELIVERED: () => 'Запись ссылается на того, кто ещё не передан; будет повторено при следующей загрузке',
    EXPRESSION_FAILED: (it) => `${field(it)}: значение не удалось вычислить`,
    TEMPLATE_VALUE: (it) => `${field(it)}: такое значение нельзя подставить в текст`,
    OPERATION_UNKNOWN: () => 'Из строки не понять, что с ней сделать: создать, изменить или закрыть',
    LOOKUP_NOBODY: (it) => `${field(it)}: в справочнике никого с таким ключом нет`,
    LOOKUP_SEVERAL: (it) => `${field(it)}: в справочнике несколько разных записей с таким ключом`,
    LOOKUP_UNSURE: (it) => `${field(it)}: в справочнике не найдено, а часть справочника не прочитана`,
    HOLD_UNTIL_UNREADABLE: () => 'Дата, с которой строка должна действовать, не читается как дата',
    SORT_CYCLE: (it) => `${field(it)}: по цепочке вышестоящих строка подчинена сама себе`,
    SPLIT_PART_UNNAMED: (it) => `${field(it)}: в списке есть значение, которое не отличить от других`,
    STEP_NOT_A_RECORD: () => 'Из строки не получилось записи',
    CSV_RAGGED: () => 'В строке другое число ячеек, чем в заголовке',
    CSV_QUOTE_UNCLOSED: () => 'Кавычка в строке открыта и не закрыта',
    CSV_QUOTE_BROKEN: () => 'После закрывающей кавычки стоит что-то лишнее',
    CSV_NUL: () => 'В строке есть нулевой символ, которого в тексте не бывает',
    ENCODING_BROKEN: () => 'В строке есть символы не из той кодировки, в которой ожидается файл',
    FIXED_SHORT: () => 'Строка короче, чем её столбцы',
    FIXED_LONG: () => 'Строка длиннее, чем её столбцы',
    JSON_NOT_A_RECORD: () => 'На месте записи стоит что-то другое',
    NDJSON_LINE_BROKEN: () => 'Строку не удалось разобрать',
    XLSX_CELL_ERROR: () => 'В ячейке строки ошибка таблицы, например #Н/Д',
    XLSX_CELL_DATE: () => 'Ячейка строки показана как дата, а такого дня нет',
    XLSX_WIDE: () => 'В строке есть ячейки правее последнего известного столбца',
    YAML_ITEM_BROKEN: () => 'Запись не удалось разобрать',
    YAML_NOT_A_RECORD: () => 'На месте записи стоит что-то другое',
    HTTP_BODY_TOO_LARGE: () => 'Запись больше, чем принимает система',
    EVENT_UNREADABLE: () => 'В полученном событии нет записей там, где они ожидались',
    ATTACHED_FILE_CHANGED: () => 'Файл изменился, пока передавался; новый будет взят при следующем запуске',
    FILE_NOT_ATTACHED: () => 'Нет файла, который можно было бы передать',
    FILE_NAME_TAKEN: () => 'Файл с таким именем там уже есть',
    SMTP_ADDRESS: (it) => `${field(it, 'Почта')}: на такой адрес письмо отправить нельзя`,
    SMTP_REFUSED: (it) => `Почтовый сервер не принял письмо${said(it)}`,
    HTTP_REJECTED: (it) => `Система не приняла запись${said(it)}`,
    OUTCOME_UNKNOWN: () => 'Система не ответила, и неизвестно, принята ли запись: её нужно проверить вручную',
    DUPLICATE_AT_TARGET: (it) => `В системе уже есть другая запись с таким же значением${otherNamed(it)}`,
    TARGET_AMBIGUOUS: () => 'В системе несколько записей с этим ключом; решить может только человек',
    TARGET_KEY_EMPTY: () => 'У записи нет значения в поле, по которому её знает система',
    TARGET_FORGOT: () => 'Система больше не знает эту запись',
    TARGET_PENDING: () => 'Система ещё не ответила, что стало с этой же записью из прошлого запуска',
    TARGET_STALE: () => 'Запись в системе за это время изменил кто-то другой',
    TARGET_LACKS_OPERATION: () => 'Система не умеет того, что нужно сделать с записью',
    TARGET_RETRY_EXHAUSTED: () => 'Система откладывала запись, пока не кончились попытки; она будет передана снова',
    TARGET_UNAVAILABLE: () => 'Система недоступна',
    TARGET_CANNOT_FIND: () => 'Система не может ответить, есть ли в ней эта запись',
  },
  byStage: {
    read: ({ code }) => `Строку не удалось прочитать (код ${code})`,
    record: (it) => `${field(it, 'Строка')}: значение не удалось прочитать (код ${it.code})`,
    steps: (it) => `${field(it, 'Строка')}: проверка не пройдена (код ${it.code})`,
    call: (it) => `Система отказала в запросе по записи (код ${it.code})${said(it)}`,
    link: ({ code }) => `Запись ссылается на то, чего ещё нет (код ${code})`,
    diff: ({ code }) => `Запись не удалось сравнить с переданной раньше (код ${code})`,
    deliver: (it) => `Система не приняла запись (код ${it.code})${said(it)}`,
  },
  words: {
    cause: 'Причина отклонения',
    rows: 'Строк',
    line: 'Номер строки',
    reason: 'Причина',
    none: 'Отклонённых строк нет',
    raw: 'Строка как есть',
    number: 'Номер отказа',
  },
} satisfies Sentences);
