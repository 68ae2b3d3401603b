import addressParser from 'nodemailer/lib/addressparser';

/** Stands for a hole; no separator of addresses. */
const placeholder = 'a@a.invalid';

/**
 * Is `rendered` as many addresses as the template has? A value such as `a@x.example, b@y.example` must not send one
 * person's mail to another.
 */
export function isAsWritten(template: string, rendered: string): boolean {
  const expected = addressParser(template.replace(/\{\{.*?\}\}+/gs, placeholder), { flatten: true });
  const found = addressParser(rendered, { flatten: true });
  // A name that holds an address as well, unquoted, is read differently by different programs.
  const signs = rendered.replace(/"[^"]*"/g, '').split('@').length - 1;
  const isSame = found.length === expected.length && found.length > 0 && signs === found.length;
  return isSame && found.every(({ address }) => isAddress(address));
}

const isAddress = (address: string): boolean => /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(address);
