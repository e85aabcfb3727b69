import type { TenantId } from '@kith/kernel/ids.ts';
import type { PasswordFloor } from '@kith/kernel/passwordFloor.ts';

/** What a tenant says about signing up. */
export interface SignUpRules {
  readonly tenantId: TenantId;
  /** `OPEN` takes everybody in; whatever else it says does not. */
  readonly signUp: string;
  /** Whether nobody may learn by registering who is registered. */
  readonly hidesRegisteredPeople: boolean;
  /** What the passwords of its people must have. */
  readonly passwordFloor: PasswordFloor;
}
