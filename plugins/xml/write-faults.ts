import { problem, type Problem } from '#sdk';

/** A name that is none in XML. */
export const noName = (place: string): Problem =>
  problem('XML_NAME', `The field ${place} can not be the name of an element or attribute in the file.`, {
    fix: 'Give it a name of letters, digits, `_`, `-` and `.` in a `map` step: it begins with a letter and has no blank.',
  });

/** A prefix that the file would not declare. */
export const noPrefix = (place: string, prefix: string): Problem =>
  problem('XML_NAME', `The field ${place} has the prefix ${prefix}, which \`namespaces\` does not declare.`, {
    fix: `Write \`namespaces: { ${prefix}: … }\`, or name the field without a colon.`,
  });

/** A value that can't stand where only text can. */
export const noValue = (place: string, what: 'list' | 'map'): Problem =>
  problem('XML_VALUE', `The field ${place} holds a ${what} where only a text can stand.`, {
    fix: "Make a text of it first, such as `=$join(groups, ', ')`.",
  });

/** A character that XML does not have, such as most control characters. */
export const noCharacter = (place: string, character: string): Problem =>
  problem(
    'XML_VALUE',
    `The field ${place} holds the character U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}, which XML does not have.`,
    { fix: 'Take the character out before.' },
  );

/** A path with any name can be read only. */
export const star = (records: string): Problem =>
  problem('XML_OPTIONS', `The path ${records} says \`*\`, so the name of an element to be written is not known.`, {
    fix: 'Write the names in `records`, such as `/catalog/item`.',
  });

/** A document has one root. */
export const onlyRecord = (records: string): Problem =>
  problem('XML_OPTIONS', `The path ${records} has no element around the records to be written.`, {
    fix: 'Write the name of the root before, such as `/catalog/item`.',
  });
