/** The little of `oidc-provider` that the authorization server of the tests uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Client {
    clientId: string;
  }
  export interface Token {
    expiration: number;
    isValid: boolean;
    clientId: string;
    accountId?: string;
    save(): Promise<string>;
    destroy(): Promise<void>;
  }
  interface TokenKind {
    new (values: Record<string, unknown>): Token;
    find(value: string): Promise<Token | undefined>;
  }
  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }
  export interface Context {
    body: unknown;
    oidc: { client: Client; params: Record<string, string | undefined> };
  }
  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly ClientCredentials: TokenKind;
    readonly AccessToken: TokenKind;
    readonly RefreshToken: TokenKind;
    readonly Client: { find(id: string): Promise<Client | undefined> };
    readonly Grant: new (values: Record<string, unknown>) => Grant;
    registerGrantType(name: string, handler: (ctx: Context) => Promise<void>, params: readonly string[]): void;
    on(event: string, listener: (ctx: Context, error: Error) => void): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
  export const errors: { InvalidGrant: new (detail: string) => Error };
}
