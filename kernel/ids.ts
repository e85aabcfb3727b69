import { v7, validate } from 'uuid';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Id of a person, the same in every tenant. */
export type UserId = Branded<'UserId'>;
/** Id of a tenant. */
export type TenantId = Branded<'TenantId'>;
/** Id of a session: one place where a person is signed in. */
export type SessionId = Branded<'SessionId'>;

type AnyId = UserId | TenantId | SessionId;

/** Makes a new id (UUIDv7, RFC 9562): ids made later sort behind, which keeps indexes dense. */
export function newId<Id extends AnyId>(now: Date): Id {
  return v7({ msecs: now.getTime() }) as Id; // a fresh UUID is of whatever kind its maker says
}

/** Makes the id of a row that needs no name of its own kind: an entry of a log, an account, a membership. */
export function newRowId(now: Date): string {
  return v7({ msecs: now.getTime() });
}

/** Reads an id from outside in its one canonical form, lower case. Null for anything that is no UUID. */
export function parseId<Id extends AnyId>(text: string): Id | null {
  return validate(text) ? (text.toLowerCase() as Id) : null; // checked on this line
}

/** Whether a text from outside is an id of a row: no more than a UUID can lead to one. */
export function isId(text: string): boolean {
  return validate(text);
}
