import { field } from '#sdk';
import { credential } from './credential.ts';

/** Where a value that says who asks may stand in a request. */
export const carriers = (visible: readonly string[]) => ({
  bearer: credential('A token, sent as `Authorization: Bearer …`.', visible),
  header: field.map(credential('Value of the header.', visible), {
    about: 'Headers of the API that carry the login.',
  }),
  query: field.shape({
    about: 'Parameters behind `?` that carry the login. They stand in addresses, which other systems may log.',
    type: 'object',
    names: visible,
    input: 'none',
  }),
});
