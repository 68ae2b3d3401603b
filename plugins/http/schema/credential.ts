import { field } from '#sdk';

/** A text that says who asks: it may stand in a header, and sees no record. */
export const credential = (text: string, visible: readonly string[], examples: readonly string[] = []) =>
  field.template({ about: text, place: 'header', names: visible, input: 'none', examples });

/** As {@link credential}, where it may be left out. */
export const optionalCredential = (text: string, visible: readonly string[], examples: readonly string[] = []) =>
  field.template({ about: text, place: 'header', names: visible, input: 'none', examples, optional: true });
