import { field, type Declaration, type Schema } from '../../../connect/sdk/index.ts';

/** Connectors stand before a dot in the names of what they offer, and so hold none. */
const connectorName = field.text({
  about:
    'Name of the connector: the kind of its connections, and what stands before the dot in `NAME.READ` and `NAME.TARGET`.',
  pattern: '^[a-z][a-z0-9_-]*$',
  examples: ['acme'],
}).schema;

/** Schema of `connector:` documents, of which the plugin that interprets them declares all but the first key. */
export function connectorSchema(interpreter: Declaration | undefined, format: Schema): Schema {
  const options: Schema = interpreter?.kind === 'document' ? interpreter.options.schema : { type: 'object' };
  return {
    ...options,
    ...(interpreter ? { description: interpreter.summary } : {}),
    properties: { connector: connectorName, ...(options.properties as Record<string, Schema> | undefined) },
    required: ['connector', ...((options.required as string[] | undefined) ?? [])],
    additionalProperties: false,
    // Where the document says `format:` or `encode:`.
    $defs: { ...(options.$defs as Record<string, Schema> | undefined), format },
  };
}
