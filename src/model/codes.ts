import type { ProblemClass } from './problem.ts';

interface CodeEntry {
  class: ProblemClass;
  /** What it means and what to do, for the manual. */
  about: string;
}

const listed = <T extends Record<string, CodeEntry>>(entries: T): T => Object.freeze(entries);

/** Every code that Portolan's own floors and plugins use. The manual's page of problems is made from it. */
export const codes = listed({
  // src/expression
  EXPRESSION_SYNTAX: {
    class: 'config',
    about: 'An expression cannot be read. The position shows where reading stopped.',
  },
  EXPRESSION_REFUSED: {
    class: 'config',
    about: 'An expression uses what is closed on purpose: `$eval`, or a pattern that cannot be matched in linear time.',
  },
  EXPRESSION_FAILED: {
    class: 'data',
    about: 'An expression could not be evaluated for a record: a wrong type, or a limit of time, depth or size.',
  },
  SHAPE_HOLE: { class: 'config', about: '`{{…}}` stands where a value is made. There an expression begins with `=`.' },
  TEMPLATE_HOLE: {
    class: 'config',
    about: 'A hole of a template is empty, not closed, or begins with a mark that is not known.',
  },
  TEMPLATE_SEMICOLON: { class: 'config', about: 'An expression with `;` in a template needs parentheses around it.' },
  TEMPLATE_RAW: {
    class: 'config',
    about: '`{{{…}}}` stands where everything must be escaped. It works in URLs and bodies.',
  },
  TEMPLATE_SECTION: {
    class: 'config',
    about: 'A section of a template is not closed, closed by another name, or stands outside a body.',
  },
  TEMPLATE_VALUE: {
    class: 'data',
    about:
      'A value cannot stand in this text: an empty path segment or file name, a line break in a header, a list or a map.',
  },
  DATE_UNREADABLE: {
    class: 'data',
    about: 'A text is not a date in any of the formats that are expected, or such a day does not exist.',
  },
  DATE_FORMAT: { class: 'config', about: 'A date format is not known.' },
  NUMBER_UNREADABLE: {
    class: 'data',
    about: 'A text is not a number in the form that is expected, or has more digits than a number can hold.',
  },
  NUMBER_FORMAT: { class: 'config', about: 'A number format is not known. It is an example such as `1 234,5`.' },
  PHONE_UNREADABLE: {
    class: 'data',
    about: 'A text is not a phone number that can be written in the form +71234567890.',
  },
  SNILS_WRONG: { class: 'data', about: 'A SNILS does not have 11 digits, or its check digits are wrong.' },
  INN_WRONG: { class: 'data', about: 'An INN does not have 10 or 12 digits, or its check digits are wrong.' },
  TABLE_UNKNOWN: { class: 'config', about: 'A table is not declared in `tables:` of the workspace.' },
  TABLE_SHAPE: { class: 'config', about: 'A table with one column is a list: a code cannot be looked up in it.' },
  LOOKUP_UNKNOWN: {
    class: 'data',
    about: 'A code is not in the table. Add it there, or give `$lookup` a third argument as default.',
  },
  LINK_NOT_DELIVERED: {
    class: 'data',
    about: 'What a record points to is not at the target yet. It is tried again in every run.',
  },
  PASSWORD_UNAVAILABLE: {
    class: 'config',
    about: '`$password` stands where no password can be made: it works after `diff`.',
  },
  // src/language
  UNKNOWN_KIND: { class: 'config', about: 'A kind of source, step, sink, format or connection is not known here.' },
  UNKNOWN_KEY: { class: 'config', about: 'A key is not known at this place.' },
  MISSING_KEY: { class: 'config', about: 'A key that must be there is missing.' },
  WRONG_TYPE: { class: 'config', about: 'A value is of another type than expected, or a key was left empty.' },
  NOT_ALLOWED_VALUE: { class: 'config', about: 'A value is not one of those that are listed.' },
  WRONG_FORM: {
    class: 'config',
    about: 'A text does not have the form that is asked for, such as a duration or an address.',
  },
  OUT_OF_RANGE: { class: 'config', about: 'A number is too small or too great, or a list too short or too long.' },
  TWO_BODIES: { class: 'config', about: 'A request of a connector says twice what its body is.' },
  STEP_WITHOUT_UNTIL: { class: 'config', about: 'A step of a chain says how it waits, and not for what.' },
  TWO_KINDS: { class: 'config', about: 'Two keys of one map say what it is.' },
  NO_KIND: { class: 'config', about: 'No key of a map says what it is.' },
  WRONG_PLACE: {
    class: 'config',
    about: 'A known key stands at the wrong level, or beside a kind that does not have it.',
  },
  CONNECTION_UNKNOWN: {
    class: 'config',
    about: 'No connection of that name, or of the kind that is needed, is declared in the workspace.',
  },
  CONNECTION_KIND: { class: 'config', about: 'A connection is of another kind than the source or sink needs.' },
  CONNECTION_AMBIGUOUS: { class: 'config', about: 'Several connections of the kind exist, and none is named.' },
  CONNECTION_NEEDLESS: { class: 'config', about: 'A connection is named beside a kind that needs none.' },
  FUNCTION_UNKNOWN: { class: 'config', about: 'An expression calls a function that does not exist.' },
  VARIABLE_UNKNOWN: { class: 'config', about: 'An expression reads a name with `$` that does not exist at its place.' },
  FIELD_UNKNOWN: {
    class: 'config',
    about: 'An expression or a rule names a field that the record does not have at its place.',
  },
  FIELD_SUSPICIOUS: {
    class: 'config',
    about:
      'An expression names a field that is not under `record.fields` and looks like one that is, or a column that is read under another name. A warning.',
  },
  TYPES_DIFFER: {
    class: 'config',
    about:
      'An expression compares or calculates with values whose types never fit, such as a column that is text with a number.',
  },
  SCHEDULE_CIRCLE: {
    class: 'config',
    about: 'Pipelines wait for each other with `schedule: { after: … }`, so none ever runs.',
  },
  MEMBER_UNKNOWN: {
    class: 'config',
    about: 'An expression reads of a name with `$`, such as `$connection` or `$params`, what that does not have.',
  },
  CALL_BEFORE_DIFF: {
    class: 'config',
    about:
      'A step before a `diff` calls an operation that writes. There everything is only compared, in a plan as well; only GET may stand there.',
  },
  CALL_NOT_REPEATABLE: {
    class: 'config',
    about:
      'A step calls an operation that is not safe to repeat. A run repeats what it could not commit, so the operation must say `repeat: safe`.',
  },
  NAME_TAKEN: { class: 'config', about: 'A name is used twice: of a pipeline, a connector, or behind `as:`.' },
  AUTH_UNREACHABLE: {
    class: 'config',
    about: 'In a list of ways to log in one without `when` stands before others, which are never reached.',
  },
  LOGIN_WITHOUT_ADDRESS: {
    class: 'config',
    about: 'The login of a connector is a path below a base URL that only the login tells.',
  },
  IMPURE_BEFORE_DIFF: {
    class: 'config',
    about:
      '`$password`, `$uuid`, `$random` or `$millis` stands before a `diff`, where each run would see another value.',
  },
  OPERATION_IMPOSSIBLE: {
    class: 'config',
    about: '`only:` or an `operation` step names an operation that does not exist, or never happens at its place.',
  },
  OPERATION_LACKING: { class: 'config', about: 'A target cannot do an operation that can occur.' },
  AGAINST_IMPOSSIBLE: {
    class: 'config',
    about:
      '`against` names a read that is no whole list of the target that the pipeline writes to, or the pipeline maps no field that could be compared.',
  },
  MISSING_IMPOSSIBLE: {
    class: 'config',
    about: 'The diff looks for the missing over a source whose end means nothing about who is absent.',
  },
  NEWER_WITHOUT_BASE: {
    class: 'config',
    about:
      '`pick: newer` stands where no source of files is above it, or puts its files away: they are wanted again as long as that file holds.',
  },
  CHANGES_FORGOTTEN: {
    class: 'config',
    about:
      'A list of sources reads its full file in every run and its changes only once, so the run after would undo them.',
  },
  CHECK_SOURCES: { class: 'config', about: 'A case of a check has more files than its pipeline has sources.' },
  CURSOR_WRONG: {
    class: 'config',
    about:
      'A cursor of a read cannot work as it is written: the request never uses `$since`, `step` has no `start`, or the feed is said to be full.',
  },
  PARTIAL_UNREAD: {
    class: 'config',
    about:
      'A source gives only the properties that changed, and no step reads the whole record again before it is mapped; or its feed is said to be full.',
  },
  RECEIVE_UNVERIFIED: {
    class: 'config',
    about:
      'Nothing tells whether an event really comes from the other side: `verify` says the same of every request, knows no secret, or compares one in a way that lets it be guessed.',
  },
  LIMIT_OF_UNKNOWN: {
    class: 'config',
    about: 'A limit of a connector holds for a read, target or operation that the connector does not have.',
  },
  READ_UNKNOWN: {
    class: 'config',
    about: '`for` of a read names no other read of its connector, or reads wait for each other in a circle.',
  },
  SKIP_WITHOUT_FOR: {
    class: 'config',
    about: '`is: skip` leaves out one parent, so it stands only in a read with `for`.',
  },
  WAS_EXISTS: {
    class: 'config',
    about: '`was:` names a pipeline that the workspace still has, or the pipeline itself.',
  },
  SNAPSHOT_SHARED: {
    class: 'config',
    about: 'Two pipelines share a snapshot, and both look for the missing in it.',
  },
  TARGET_NEVER_REPEATS: {
    class: 'config',
    about: 'A target says `repeat: never`: where an answer is lost, a person has to look. A warning.',
  },
  GONE_NEEDS_DIFF: { class: 'config', about: '`gone` stands in a pipeline without `diff`.' },
  CHECK_CASE: {
    class: 'config',
    about:
      'A case of a `check:` lacks what it needs, or has what says nothing in it. Pipelines are tried by a `source`, connectors by `read`, `write` or `call` against `exchanges`.',
  },
  LOOKUP_IMPOSSIBLE: {
    class: 'config',
    about:
      'A `lookup` reads something that has not everybody, or asks for keys that it never names. The message says which.',
  },
  STEP_MISPLACED: {
    class: 'config',
    about:
      'A step stands where its work can not be done: beside, before or behind another one. The message says which.',
  },
  MASK_KEY: {
    class: 'config',
    about: 'A `mask` names the field that is the key of the records. A key is kept and shown as it is read.',
  },
  DIFF_TWICE: { class: 'config', about: 'A pipeline has two diffs.' },
  KEY_MISSING: { class: 'config', about: 'A pipeline does not say which field is the key.' },
  SCHEMA_INVALID: {
    class: 'config',
    about: 'The schema of a `validate` step, or of the parameters of a read or an operation, is not a JSON Schema.',
  },
  CRON_INVALID: { class: 'config', about: 'The cron rule of a schedule cannot be read.' },
  TIMEZONE_UNKNOWN: { class: 'config', about: 'A time zone is not known.' },
  TABLE_UNREADABLE: {
    class: 'config',
    about: 'The file of a table is empty, not UTF-8, not YAML, or has rows of different lengths.',
  },
  SECRET_PLAIN: { class: 'config', about: 'A secret stands in plain text instead of behind `${…}`.' },
  CONSTANT_SUSPICIOUS: {
    class: 'config',
    about: 'A constant looks like an expression whose `=` was forgotten. A warning.',
  },
  UNUSED: {
    class: 'config',
    about: 'A connection, table, parameter or name behind `as:` is used by nothing. A warning.',
  },
  PIPELINE_UNKNOWN: { class: 'config', about: 'No pipeline of that name is in the workspace.' },
  CONNECTOR_UNKNOWN: { class: 'config', about: 'No connector of that name is in the workspace.' },
  YAML_SYNTAX: { class: 'config', about: 'A file is not YAML at this place.' },
  YAML_TORN: {
    class: 'config',
    about:
      'YAML tears an expression apart: at `: ` and ` #`, inside `{ }` and `[ ]` also at commas and `[`. Quote it, or put it under `|-`.',
  },
  YAML_NUMBER: {
    class: 'config',
    about: 'A text such as `007` or `1e3` is a number for YAML, and loses how it was written. Quote it.',
  },
  YAML_DUPLICATE_KEY: { class: 'config', about: 'A key stands twice in one map.' },
  YAML_ALIAS: {
    class: 'config',
    about: 'An alias `*name` repeats nothing, itself, or so much that it would fill the memory.',
  },
  YAML_TAG: { class: 'config', about: 'A tag such as `!!binary` stands in a document. Tags are not allowed.' },
  YAML_MERGE: { class: 'config', about: 'A merge key `<<` stands in a document. Merge keys are not allowed.' },
  DOCUMENT_UNKNOWN: {
    class: 'config',
    about: 'A document does not begin with the key that says what it is: `pipeline:`, `connector:` or `check:`.',
  },
  REFERENCE_OUTSIDE: {
    class: 'config',
    about: '`${…}` stands outside the workspace file. A pipeline can be shared, so it holds no references to secrets.',
  },
  REFERENCE_BROKEN: {
    class: 'config',
    about: '`${` stands in the workspace file and is not `${NAME}`, `${NAME:-default}` or `${file:path}`.',
  },
  VARIABLE_MISSING: { class: 'config', about: 'An environment variable that the workspace file names is not set.' },
  FILE_NOT_ALLOWED: {
    class: 'config',
    about:
      '`${file:…}` leads out of the workspace, /run/secrets and the folder that PORTOLAN_SECRETS names; nothing else is read.',
  },
  VALUE_UNREADABLE: {
    class: 'config',
    about:
      'A duration, size, share, rate or grace is not written in its form, such as `30s`, `1MB`, `5%`, `10/s`, `2 days`.',
  },
  WORKSPACE_FILE_MISSING: {
    class: 'config',
    about: 'A file that a document names does not exist in the workspace, or cannot be read.',
  },
  // src/workspace
  WORKSPACE_INVALID: {
    class: 'config',
    about: 'A document of the workspace has mistakes, so nothing is run. `portolan validate` tells each at its line.',
  },
  WORKSPACE_KEY_MISSING: {
    class: 'config',
    about: 'portolan.yaml has no `key:`, and nothing personal may be stored unsealed. `portolan init` makes one.',
  },
  DEMO_FAILED: {
    class: 'fatal',
    about:
      'The demo did not end as it should, or the ledgers of its servers disagree with the counts. Please report it.',
  },
  WORKSPACE_NOT_FOUND: {
    class: 'config',
    about: 'No portolan.yaml in this folder or above it. Run `portolan init`, or go to the workspace.',
  },
  // src/connect/bytes, src/connect/files
  GZIP_DAMAGED: { class: 'fatal', about: 'A gzip is damaged, or a name ends in .gz and the content is no gzip.' },
  GZIP_TOO_LARGE: { class: 'fatal', about: 'A gzip unpacks to more than the limit: it looks like a bomb.' },
  ZIP_DAMAGED: { class: 'fatal', about: 'A file that is read as ZIP is none, is cut, or is damaged.' },
  ZIP_TOO_LARGE: {
    class: 'fatal',
    about: 'A ZIP has too many members, or unpacks to more than the limit: it looks like a bomb.',
  },
  ZIP_ENCRYPTED: { class: 'fatal', about: 'A ZIP is locked by a password.' },
  ARCHIVE_NAME: { class: 'fatal', about: 'A member of an archive has a name that leads out of its folder.' },
  ARCHIVE_MEMBER: {
    class: 'fatal',
    about: 'An archive has no member of the name that `member` says, or one is to be written under a name with `*`.',
  },
  TRAILER_PATTERN: {
    class: 'config',
    about: 'The `trailer` of a file is nothing but a number, holds `{rows}` twice, or is to be written with a `*`.',
  },
  TAR_DAMAGED: { class: 'fatal', about: 'A file that is read as tar is none, is cut, or is damaged.' },
  SPOOL_TOO_LARGE: { class: 'fatal', about: 'A file that must be put on disk to be read is larger than the limit.' },
  SPOOL_DISK_FULL: {
    class: 'fatal',
    about: 'The disk of the temporary folder is full. Make room, or set TMPDIR to a folder that has it.',
  },
  LINE_TOO_LONG: { class: 'fatal', about: 'A file of lines has no line end for 16 MB: it is another kind of file.' },
  ENCODING_BROKEN: { class: 'data', about: 'A row holds bytes that are not of the encoding.' },
  ENCODING_WRONG: { class: 'fatal', about: 'The file is in another encoding than the format says.' },
  ENCODING_UNSURE: {
    class: 'fatal',
    about: '`encoding: auto` can not be sure of the encoding, and a guess could spoil names: say which it is.',
  },
  ENCODING_UNMAPPABLE: {
    class: 'fatal',
    about: 'A character does not exist in the encoding in which the file is written.',
  },
  ENCODING_AUTO: { class: 'config', about: '`encoding: auto` is for reading; a file is written in a named encoding.' },
  ENCODING_MARK: { class: 'config', about: 'A byte order mark is wanted of an encoding that has none.' },
  FORMAT_MISSING: { class: 'config', about: 'A source or sink of files needs `format:` beside it.' },
  FILE_FOLDER_MISSING: {
    class: 'fatal',
    about: 'A folder does not exist. Folders that are read or written are not made.',
  },
  FILE_MISSING: { class: 'fatal', about: 'A file that was there is gone.' },
  FILE_NONE: {
    class: 'fatal',
    about: 'No file matches the path. With `none: skip` that is no failure; nobody becomes missing either way.',
  },
  FILE_EMPTY: { class: 'fatal', about: 'A file has no records. With `empty: allow` that is no failure.' },
  FILE_CHANGED: {
    class: 'fatal',
    about:
      'A file changed while it was read, so what was read may be half old and half new. `settle` waits for writers.',
  },
  ATTACHED_FILE_CHANGED: {
    class: 'data',
    about:
      'The file of a record (`format: file`) changed between its reading and its delivery. It is not delivered; the next run reads it anew.',
  },
  FILE_NOT_ATTACHED: {
    class: 'data',
    about:
      'A request or a sink is to send the file of a record that has none: only records of a source with `format: file` have one, and who is missing has none any more.',
  },
  FORMAT_WITHOUT_FILE: {
    class: 'config',
    about: '`format: file` stands where records are written or answers are read: it is for sources and sinks of files.',
  },
  FILE_NAME_TAKEN: {
    class: 'fatal',
    about:
      'A file of that name exists already, and nothing is written over another file unless `overwrite: true` says so.',
  },
  FILE_DENIED: { class: 'fatal', about: 'The account may not read, write, move or list this path.' },
  FILE_DISK_FULL: {
    class: 'fatal',
    about: 'The disk or quota is full. Nothing half-written was left under the final name.',
  },
  FILE_NOT_A_FILE: { class: 'fatal', about: 'A file was expected, and the path is a folder or something else.' },
  FILE_OUTSIDE: {
    class: 'config',
    about: 'A path leads out of the folder that the connection (or the workspace) allows, by `..` or by a link.',
  },
  FILE_FAILED: {
    class: 'fatal',
    about: 'The file system or server refused, and gave no better reason than is quoted.',
  },
  // plugins/sftp
  SMTP_UNREACHABLE: { class: 'transient', about: 'The mail server can not be reached, or does not answer in time.' },
  CONNECTION_SILENT: {
    class: 'transient',
    about: 'A connection that was tried gave no answer in time.',
  },
  SFTP_UNREACHABLE: { class: 'transient', about: 'The SFTP server can not be reached, or does not answer in time.' },
  SFTP_DROPPED: {
    class: 'transient',
    about: 'The connection to the SFTP server was lost, or an answer took too long.',
  },
  SFTP_AUTH_DENIED: {
    class: 'fatal',
    about: 'The SFTP server refuses the account: user name, password or key is wrong.',
  },
  SFTP_PROMPT: {
    class: 'fatal',
    about: 'The SFTP server asks for what only a person has, such as a one-time code or a new password.',
  },
  SFTP_KEY_UNREADABLE: {
    class: 'config',
    about: 'The private key can not be read: another format, or a wrong passphrase.',
  },
  SFTP_HOST_KEY_UNKNOWN: {
    class: 'config',
    about:
      'Nothing says which key the server must show, or known_hosts does not name it. The message shows its fingerprint.',
  },
  SFTP_HOST_KEY_CHANGED: {
    class: 'fatal',
    about: 'The server shows another key than the expected one. It was set up anew, or somebody stands in between.',
  },
  // plugins/ftp
  FTP_UNREACHABLE: { class: 'transient', about: 'The FTP server can not be reached, or does not answer in time.' },
  FTP_DROPPED: {
    class: 'transient',
    about: 'The connection to the FTP server was lost, or an answer took too long.',
  },
  FTP_DATA_REFUSED: {
    class: 'transient',
    about: 'The FTP server is reached, and none of its passive ports is: often a firewall between.',
  },
  FTP_AUTH_DENIED: { class: 'fatal', about: 'The FTP server refuses the account: user name or password is wrong.' },
  FTP_NOT_ENCRYPTED: {
    class: 'fatal',
    about: 'The FTP server offers no encryption, so no password was sent. `encryption: none` would send it readable.',
  },
  FTP_CERTIFICATE: { class: 'fatal', about: 'The certificate of the FTP server is not trusted. No password was sent.' },
  FTP_CA_UNREADABLE: { class: 'config', about: 'The `ca` of an FTP connection is no certificate in PEM.' },
  FTP_LISTING: {
    class: 'fatal',
    about: 'What the FTP server tells of its files can not be read whole: lines of a listing, or their times.',
  },
  // plugins/webdav
  WEBDAV_UNREACHABLE: { class: 'transient', about: 'The WebDAV server can not be reached, or has no time just now.' },
  WEBDAV_DROPPED: { class: 'transient', about: 'An exchange with the WebDAV server broke off in the middle.' },
  WEBDAV_AUTH_DENIED: {
    class: 'fatal',
    about: 'The WebDAV server refuses the account: user name or password is wrong.',
  },
  WEBDAV_NOT_ENCRYPTED: {
    class: 'config',
    about: 'An address of http gets no password. `encryption: none` would send it readable.',
  },
  WEBDAV_CERTIFICATE: {
    class: 'fatal',
    about: 'The certificate of the WebDAV server is not trusted. Nothing was sent.',
  },
  WEBDAV_CA_UNREADABLE: { class: 'config', about: 'The `ca` of a WebDAV connection is no certificate in PEM.' },
  WEBDAV_NOT_DAV: {
    class: 'fatal',
    about: 'What answers is no WebDAV server, or not at this address: often a web page where XML is expected.',
  },
  WEBDAV_REDIRECTED: {
    class: 'fatal',
    about: 'The WebDAV server redirects to another host, or in a circle. Only redirects within the host are followed.',
  },
  // plugins/csv, plugins/json, plugins/ndjson
  CSV_RAGGED: { class: 'data', about: 'A row has more or fewer cells than the header.' },
  CSV_QUOTE_UNCLOSED: {
    class: 'data',
    about: 'A quote is opened in this line and never closed. Reading goes on with the next line.',
  },
  CSV_QUOTE_BROKEN: {
    class: 'data',
    about: 'Something stands between the closing quote of a cell and the next delimiter.',
  },
  CSV_NUL: { class: 'data', about: 'A row holds a NUL character, which never stands in text. Ask for a clean file.' },
  CSV_HEADER: {
    class: 'fatal',
    about: 'The header can not be read, names a column twice, or has more than 10,000 columns.',
  },
  CSV_VALUE: { class: 'fatal', about: 'A value can not stand in a cell (a list or a map), or has no column.' },
  CSV_OPTIONS: { class: 'config', about: 'Options of the format contradict each other.' },
  // plugins/fixed
  FIXED_SHORT: { class: 'data', about: 'A line has fewer characters than the columns take.' },
  FIXED_LONG: { class: 'data', about: 'A line has more characters than the columns take, and not blanks alone.' },
  FIXED_VALUE: {
    class: 'fatal',
    about: 'A value does not fit into its column, or can not stand in a line (a list, a map, a line break).',
  },
  FIXED_COLUMNS: { class: 'fatal', about: 'A column is to be written that has no place in the line.' },
  FIXED_OPTIONS: { class: 'config', about: 'Columns overlap, run backwards, or have no order.' },
  JSON_BROKEN: { class: 'fatal', about: 'A file is not JSON.' },
  JSON_NO_LIST: { class: 'fatal', about: 'A JSON document has no list of records where one is expected.' },
  JSON_TOO_LARGE: {
    class: 'fatal',
    about: 'A JSON document is larger than `limit`. It is read whole: use ndjson for more.',
  },
  JSON_NOT_A_RECORD: { class: 'data', about: 'An item of a list, or a line, is not a JSON object.' },
  NDJSON_LINE_BROKEN: { class: 'data', about: 'A line is not JSON, or not UTF-8.' },
  // plugins/yaml
  YAML_BROKEN: { class: 'fatal', about: 'A file that is read as data is not YAML, or not UTF-8.' },
  YAML_ITEM_BROKEN: { class: 'data', about: 'An item of a list, or one of several documents, is not YAML.' },
  YAML_NO_LIST: { class: 'fatal', about: 'A YAML document has no list of records where `records` says.' },
  YAML_NOT_A_RECORD: { class: 'data', about: 'An item of a list, or a document, is not a map of names and values.' },
  YAML_TOO_LARGE: {
    class: 'fatal',
    about: 'What must be read at once of a YAML file is larger than `limit`, or its aliases repeat more than that.',
  },
  YAML_REFUSED: {
    class: 'fatal',
    about:
      'A YAML file has what records can not have: a tag, a key twice, a key that is no text, a value that holds itself.',
  },
  YAML_OPTIONS: { class: 'config', about: 'Options of the YAML format contradict each other.' },
  // plugins/xlsx
  XLSX_BROKEN: { class: 'fatal', about: 'A file is no XLSX, or its XML is not as the format has it.' },
  XLSX_NOT_READABLE: {
    class: 'fatal',
    about: 'A file is an old XLS, or a workbook locked by a password. Save it anew as XLSX without one.',
  },
  XLSX_SHEET: { class: 'fatal', about: 'A workbook has no sheet of the name or number that `sheet` says.' },
  XLSX_HEADER: { class: 'fatal', about: 'The header of a sheet has an error in a cell, or names a column twice.' },
  XLSX_CELL_ERROR: {
    class: 'data',
    about: 'A cell holds an error such as #N/A or #REF!. Correct its formula, or say `errors: empty`.',
  },
  XLSX_WIDE: {
    class: 'data',
    about: 'A row of a sheet without a header has cells beyond the last column that is known. Name them in `header`.',
  },
  XLSX_CELL_DATE: { class: 'data', about: 'A cell is shown as a date, and its number is no day of the calendar.' },
  XLSX_VALUE: {
    class: 'fatal',
    about: 'A value can not stand in a cell: a list or map, more than 32,767 characters, or one without a column.',
  },
  XLSX_FULL: {
    class: 'fatal',
    about: 'A sheet has room for 1,048,576 rows and 16,384 columns, and more are to be written.',
  },
  // plugins/xml
  XML_BROKEN: {
    class: 'fatal',
    about: 'A file is not XML. A file that merely ends too early is no fault of this kind.',
  },
  XML_ENCODING: {
    class: 'fatal',
    about:
      'An XML document is in another encoding than its declaration, its first bytes or `encoding` say, or in one that is not known.',
  },
  XML_DTD: {
    class: 'fatal',
    about: 'An XML document declares a document type: such can define entities without end or read other files.',
  },
  XML_ENTITY: { class: 'fatal', about: 'An XML document uses an entity that is not one of the five of XML itself.' },
  XML_TOO_LARGE: {
    class: 'fatal',
    about: 'A record in an XML document is larger than `limit`: often `records` names too high an element.',
  },
  XML_TOO_DEEP: { class: 'fatal', about: 'Elements of an XML document stand inside each other more than 100 deep.' },
  XML_NESTED: {
    class: 'fatal',
    about: 'A record in an XML document stands inside another one, so that it would be lost as a record of its own.',
  },
  XML_NO_RECORDS: { class: 'fatal', about: 'An XML document has no element where `records` says that records are.' },
  XML_NAMESPACES: { class: 'fatal', about: 'Elements of two namespaces have one name, and would be one field.' },
  XML_NAME: { class: 'fatal', about: 'A field can not be the name of an element or attribute in a written file.' },
  XML_VALUE: {
    class: 'fatal',
    about: 'A value can not be written as XML: a map or list in an attribute, or a character that XML does not have.',
  },
  XML_OPTIONS: { class: 'config', about: 'Options of the XML format contradict each other, or what is asked of them.' },
  // plugins/smtp
  SMTP_AUTH_DENIED: { class: 'fatal', about: 'The mail server refuses the user name or password.' },
  SMTP_CERTIFICATE: { class: 'fatal', about: 'The certificate of the mail server can not be trusted.' },
  SMTP_CONNECTION: { class: 'config', about: 'A connection to a mail server needs `url`, or `host`.' },
  SMTP_ADDRESS: {
    class: 'data',
    about: 'A record gives no mail address, or one that would send its mail to somebody else as well.',
  },
  SMTP_REFUSED: { class: 'data', about: 'The mail server refuses this mail for good, such as for an unknown mailbox.' },
  // src/store
  WORKSPACE_KEY_UNREADABLE: {
    class: 'config',
    about: 'The text given as workspace key is not a key made by `portolan init`.',
  },
  SEAL_BROKEN: {
    class: 'fatal',
    about: 'A sealed value cannot be opened: it was changed outside, or belongs to another workspace key.',
  },
  STORE_URL_UNKNOWN: { class: 'config', about: 'The kind of store is not known. It is written `sqlite:PATH`.' },
  STORE_CANNOT_OPEN: {
    class: 'config',
    about: 'The file of the store can neither be opened nor made: a wrong path, or no right on the folder.',
  },
  STORE_NEWER: {
    class: 'config',
    about: 'A newer version of Portolan has used this store. Older ones refuse it, so that nothing is lost.',
  },
  STORE_KEY_WRONG: {
    class: 'config',
    about: 'The store was made with another workspace key. What it holds is sealed and opens only with that one.',
  },
  STORE_BUSY: {
    class: 'transient',
    about: 'Another process kept the store from being written for too long, or works on it while it must be upgraded.',
  },
  STORE_FULL: {
    class: 'fatal',
    about: 'The disk is full. The run stops; what it committed before stays, and the next run takes up the rest.',
  },
  STORE_READ_ONLY: { class: 'fatal', about: 'The file of the store or its folder cannot be written by this account.' },
  STORE_DAMAGED: {
    class: 'fatal',
    about:
      'The file of the store is damaged or no store at all. Restore a copy; an empty one would create everybody again.',
  },
  RUN_INTERRUPTED: {
    class: 'fatal',
    about:
      'The process of a run ended in the middle: killed, or the power failed. The next run takes up what was left.',
  },
  // src/tell, src/desk, src/cli
  REPORT_REFUSED: {
    class: 'fatal',
    about:
      'The place that `report:` names does not take the import report. What the run did stands; it ends with exit code 1.',
  },
  FIXTURE_UNREADABLE: { class: 'config', about: 'A fixture of a check is not there, or is not what it must be.' },
  CHECK_MISSING: { class: 'config', about: 'A pipeline that is to be tested has no `check:` document.' },
  CHECK_MOMENT: { class: 'config', about: 'The `now:` of a check is not a date or a moment.' },
  RECORD_UNKNOWN: {
    class: 'config',
    about: 'What `portolan record` is to record is no part of a connector of the workspace.',
  },
  RECORD_CONNECTION: {
    class: 'config',
    about: '`portolan record` needs a connection of that connector, and by name where there are several.',
  },
  RECORD_WRITES: {
    class: 'config',
    about: 'What is to be recorded may write at the other side: it needs `--write` and records by `--source`.',
  },
  RECORD_EXISTS: { class: 'config', about: 'A recording would be written over a case or a file that is there.' },
  RECORD_FAILED: { class: 'fatal', about: 'The run that was to be recorded failed, and so nothing was written.' },
  RECORD_DIFFERS: {
    class: 'config',
    about:
      'With made-up values in the answers something else comes of a recording. `--keep` names fields whose values decide it.',
  },
  RECORD_NOT_TEXT: { class: 'config', about: 'An answer is no text, which a list of exchanges cannot hold.' },
  RECORD_TOO_LARGE: { class: 'config', about: 'A recording is too large to be read by anybody. Ask for less.' },
  OPTION_INVALID: { class: 'config', about: 'An option of the command line is not written in its form.' },
  PATH_MISSING: { class: 'config', about: 'A path given to a command does not exist.' },
  PATHS_APART: { class: 'config', about: 'Paths given to `validate` lie in several workspaces.' },
  PATH_NO_DOCUMENT: { class: 'config', about: 'A path given to `validate` holds no document of the workspace.' },
  INIT_TAKEN: { class: 'config', about: '`init` would overwrite a file, and so it wrote nothing.' },
  RUN_UNKNOWN: { class: 'config', about: 'There is no run of that id in the store.' },
  REJECT_UNKNOWN: { class: 'config', about: 'There is no reject of that number.' },
  // src/engine
  INTERNAL: {
    class: 'bug',
    about: 'An error that Portolan does not know. Run again with PORTOLAN_DEBUG=1 and report what it prints.',
  },
  RUN_CANCELLED: {
    class: 'fatal',
    about: 'The run was cancelled. What was delivered before is committed; the next run takes the rest.',
  },
  TOLERATE_EXCEEDED: {
    class: 'fatal',
    about:
      'More records were rejected than `errors.tolerate` allows. A pipeline with a diff judges the feed first: what exceeds then is told before anything is delivered. Rejects by the target, and all rejects of a pipeline without a diff, end the run on its way: what was delivered before stays delivered. Link errors do not count, nor requests whose outcome was unknown before this run.',
  },
  PARAM_MISSING: {
    class: 'config',
    about: 'The pipeline declares a parameter without a default, and none was given with --param.',
  },
  PARAM_INVALID: {
    class: 'config',
    about: 'A parameter does not match the pattern that the pipeline declares for it.',
  },
  PARAM_UNKNOWN: { class: 'config', about: 'A parameter was given that the pipeline does not declare under `params`.' },
  STAGING_DISK_FULL: {
    class: 'fatal',
    about:
      'The disk under the workspace is full. Make room and run again; the sentence says whether anything was delivered before.',
  },
  CALL_UNAVAILABLE: {
    class: 'fatal',
    about: 'A pipeline with a step that calls was run where nothing answers: in a check.',
  },
  STAGING_DENIED: {
    class: 'fatal',
    about: 'The folder .portolan/runs may not be written to. The sentence says whether anything was delivered before.',
  },
  MEMORY_OVER_BUDGET: {
    class: 'fatal',
    about:
      'What a run must keep in memory to compare, some 9 to 15 bytes a key, is more than `limits: { memory }` of the workspace allows. With a diff nothing was delivered; without one, what came before was.',
  },
  DISK_OVER_BUDGET: {
    class: 'fatal',
    about:
      'What a run sets aside on disk, changed records and what memory does not hold, is more than `limits: { disk }` of the workspace allows. With a diff nothing was delivered; without one, what came before was.',
  },
  RECORD_COLUMN_MISSING: {
    class: 'fatal',
    about:
      'A column that `record.fields` names is not in the file. The run fails before anything is written: nobody is treated as gone because a column was renamed.',
  },
  FIELD_REQUIRED: { class: 'data', about: 'A required field has no value.' },
  FIELD_INVALID: { class: 'data', about: 'A field is not as the JSON Schema of the `validate` step says.' },
  OPERATION_UNKNOWN: {
    class: 'data',
    about: 'An `operation` step came to something else than create, update, missing, returned or upsert.',
  },
  SPLIT_PART_UNNAMED: {
    class: 'data',
    about:
      'A part of a record has no value by which a `split` could tell it from the others. The record is rejected whole, and keeps what was made of it before.',
  },
  LOOKUP_NOBODY: {
    class: 'data',
    about:
      'Nobody in what a `lookup` reads has the key. Mend the key or the source, or write `unknown: absent` where that is no mistake.',
  },
  LOOKUP_SEVERAL: {
    class: 'data',
    about: 'Several records of what a `lookup` reads have the key, and they differ: nobody can say which is meant.',
  },
  LOOKUP_UNSURE: {
    class: 'data',
    about:
      'Nobody is found by a `lookup`, and some rows of what it reads could not be read, or have no key: one of them may be meant.',
  },
  LOOKUP_INCOMPLETE: {
    class: 'fatal',
    about:
      'What a `lookup` reads is not there, or did not come whole. The run fails, as everybody who is not found could not be told from who is unknown.',
  },
  HOLD_UNTIL_UNREADABLE: {
    class: 'data',
    about:
      'What a `hold` reads is neither a date (`2026-12-01`) nor a moment of ISO 8601 with its zone. Read the column with `record.fields: { NAME: { date: … } }`.',
  },
  SORT_CYCLE: {
    class: 'data',
    about:
      'The parents of a record lead back to itself, so that a `sort` can not say who comes first. All records of the cycle are rejected with their lines, and nothing is changed for them.',
  },
  LIMIT_MISSING: {
    class: 'fatal',
    about:
      'More records of a pipeline without a diff would be missing at the target than `limits: { missing: … }` of the workspace leaves. The run stops before it sends them; what was delivered before stays delivered.',
  },
  FIELD_NOT_UNIQUE: {
    class: 'data',
    about:
      'Two records of the run have the same value in a field that `validate: { unique }` names; the later one is rejected.',
  },
  CORRECTION_UNNAMED: {
    class: 'data',
    about: 'A row of a corrected report has no number of a reject of its pipeline, so nobody can say what it corrects.',
  },
  CORRECTIONS_NOT_REPORT: {
    class: 'fatal',
    about: 'A file among the corrections is no import report of the pipeline: no row names its columns.',
  },
  CORRECTIONS_MISPLACED: {
    class: 'config',
    about: '`corrections` stands in a pipeline whose rejected rows can not come back: see the message.',
  },
  ROWS_BY_UNREADABLE: {
    class: 'data',
    about: 'What `record.rows.by` names has no value in a row, so nothing tells it from the others of its key.',
  },
  ROWS_MISPLACED: {
    class: 'config',
    about:
      '`record.rows` stands in a pipeline without a `diff` or without a full source, or names a field of the key as `into`.',
  },
  KEY_UNREADABLE: {
    class: 'data',
    about: "The key of a row has no value. The row may be anybody's, so nobody is missing in that run.",
  },
  DUPLICATE_KEY: {
    class: 'data',
    about:
      'Two rows carry the same key and say different things. All rows of the key are rejected, as nobody can say which is right.',
  },
  MATCH_AMBIGUOUS: {
    class: 'data',
    about:
      'By the fields of `match` a new key may be more than one known person, or several new keys one person. All are named, nobody is created or missing, and a person decides: the feed is mended, or the values.',
  },
  STEP_NOT_A_RECORD: {
    class: 'data',
    about: 'A `map` or `set` made a list or a single value where a map of fields is needed.',
  },
  SINK_ANSWER_COUNT: {
    class: 'bug',
    about: 'A connector answered more or fewer outcomes than it was given records. Report it to its author.',
  },
  TARGET_LACKS_OPERATION: { class: 'data', about: 'The target has no such operation. `validate` says so beforehand.' },
  TARGET_UNAVAILABLE: {
    class: 'transient',
    about:
      'The target did not take a request within the attempts that its connector allows. The run is failed; the next one takes what is left.',
  },
  TARGET_RETRY_EXHAUSTED: {
    class: 'data',
    about: 'The target asked to send a record again until the attempts were used up.',
  },
  TARGET_FORGOT: {
    class: 'data',
    about: "The target no longer knows a record that it took before, and can't create it.",
  },
  TARGET_PENDING: {
    class: 'data',
    about:
      'A pipeline without a diff read a record again while the target still owes the outcome of an earlier request for it. It is not sent before that is known.',
  },
  TARGET_STALE: {
    class: 'data',
    about: 'The record changed at the target between our reading and our writing, twice.',
  },
  TARGET_AMBIGUOUS: {
    class: 'data',
    about: 'The target knows several records under one key. A person has to decide which is meant.',
  },
  TARGET_CANNOT_FIND: {
    class: 'fatal',
    about:
      'An operation says `repeat: find`, or an answer `exists` or `stale`, and the target declares no `find` to ask by.',
  },
  TARGET_KEY_MISSING: {
    class: 'config',
    about: 'A target declares `find`, and no `key` by which a record could be asked for.',
  },
  TARGET_KEY_EMPTY: {
    class: 'data',
    about:
      'A record has no value in the field by which its target knows it, so the target can not be asked for it. Map a value to that field.',
  },
  DUPLICATE_AT_TARGET: {
    class: 'data',
    about: 'The target refused a create as a duplicate, and the record it holds is not ours.',
  },
  OUTCOME_UNKNOWN: {
    class: 'data',
    about:
      'No answer came to a request, and the target declares no way to recognise a repeat. It is never asked twice: a person has to look whether it was done.',
  },
  COUNTS_DISAGREE: {
    class: 'bug',
    about: 'The counts of a run do not add up. Nothing is trusted: the run is failed. Please report it.',
  },
  PIPELINE_LOCKED: { class: 'fatal', about: 'Another run holds the snapshot. This run is skipped.' },
  PIPELINE_WAITS: {
    class: 'fatal',
    about: 'A pipeline of `schedule: { after: … }` has not ended done yet. This run is skipped.',
  },
  RENAME_BOTH_HAVE_STATE: {
    class: 'config',
    about: 'A pipeline says `was: OLD`, and state stands under both names.',
  },
  SNAPSHOT_OF_ANOTHER: {
    class: 'config',
    about: 'A pipeline looks for the missing in a snapshot that another pipeline owns.',
  },
  LOCK_LOST: {
    class: 'fatal',
    about: 'The run lost its lock to another process and stopped before it committed anything more.',
  },
  // src/connect/net and plugins/http
  HTTP_UNREACHABLE: {
    class: 'transient',
    about: 'A server could not be reached, or gave no whole answer, in all attempts. What was settled is remembered.',
  },
  HTTP_UNAVAILABLE: {
    class: 'transient',
    about: 'A server answered 408, 429 or 5xx in all attempts, or a declared error says to try again later.',
  },
  HTTP_UNAUTHORIZED: {
    class: 'fatal',
    about: 'A server answered 401: it does not accept the login of the connection.',
  },
  AUTH_UNDECIDED: {
    class: 'config',
    about: 'A connector has a list of ways to log in, and no `when` of it is true of the connection.',
  },
  SIGNATURE_EMPTY: {
    class: 'fatal',
    about: 'An expression under `sign` of a connector makes no value, so the request could not be signed.',
  },
  LOGIN_FAILED: {
    class: 'fatal',
    about:
      'A server does not let a connection log in, or its answer lacks what the login of the connector reads: nothing was sent after it.',
  },
  HTTP_STATUS: {
    class: 'fatal',
    about:
      'A server answered a status that says no, to a request that must succeed: a page of a read, a look-up, a redirected write.',
  },
  HTTP_REFUSED: { class: 'fatal', about: 'An answer matched a declared error that says to fail the run.' },
  HTTP_REJECTED: { class: 'data', about: "An API refused a record for a reason that is the record's own." },
  HTTP_BODY_TOO_LARGE: {
    class: 'data',
    about: 'A record alone makes a larger body than `batch.bytes` of the target allows. Nothing was sent.',
  },
  HTTP_NOT_JSON: {
    class: 'fatal',
    about:
      'A server answered a web page, or broken JSON, where data was promised: often a login page or a wrong address.',
  },
  HTTP_HOST_REFUSED: {
    class: 'fatal',
    about: 'An answer, a page or a redirect leads to a host that neither the connection nor the connector names.',
  },
  HTTP_REDIRECTS: { class: 'fatal', about: 'A server redirects in a circle.' },
  HTTP_CERTIFICATE: { class: 'fatal', about: 'The certificate of a server is not trusted. Nothing was sent.' },
  HTTP_TLS_MATERIAL: {
    class: 'config',
    about: 'A certificate or key of a connection cannot be read, or the two do not belong to each other.',
  },
  HTTP_ANSWER_TOO_LARGE: {
    class: 'fatal',
    about: 'An answer is larger than 64 MB, or its headers than 16 KB. Ask for smaller pages or batches.',
  },
  HTTP_URL_INVALID: {
    class: 'config',
    about: "A connector's base URL, or a request's, is not an http or https address.",
  },
  CURSOR_UNREADABLE: {
    class: 'fatal',
    about: 'A record has at `cursor.field` what is no moment in the declared form, so nobody can say where to read on.',
  },
  READ_OTHER_FORMAT: {
    class: 'fatal',
    about: 'An API answered a read in another format than the one that the connector declares.',
  },
  READ_NO_LIST: {
    class: 'fatal',
    about:
      'An answer has nothing at the path that `records` names. An empty list would be: nobody is taken for absent by this.',
  },
  EVENT_UNREADABLE: {
    class: 'data',
    about:
      'An event that came in has no records where `records` looks for them, or its body can not be read any more. It is a reject with its whole body; correct the connector, or drop it.',
  },
  SERVE_NOTHING: {
    class: 'config',
    about: 'No pipeline of the workspace has events as its source, so there is nothing to listen for.',
  },
  SERVE_CANNOT_LISTEN: {
    class: 'config',
    about: 'The address under `--listen` is taken, is not one of this machine, or may not be used by this account.',
  },
  FIND_NO_LIST: {
    class: 'fatal',
    about: 'An answer to `find` has nothing at the path that `list` names, so nobody can be called not found.',
  },
});

export type Code = keyof typeof codes;
