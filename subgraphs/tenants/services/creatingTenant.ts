import { announce } from '@kith/drizzle/announce.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { newId, newRowId, parseId } from '@kith/kernel/ids.ts';
import { forbidden, requireMay } from '@kith/kernel/policy.ts';
import type { SignedIn } from '@kith/kernel/viewer.ts';
import { aboutNothingYet, policy } from '../domain/policy.ts';
import type { TenantNames } from '../domain/tenantDraft.ts';
import { readNames } from '../domain/tenantDraft.ts';
import { addMembership, addTenant, holdStanding } from '../stores/tenantLife.ts';
import type { Acting } from './acting.ts';

/** A tenant to be, and whom it is for. */
interface Founding extends TenantNames {
  readonly id: TenantId;
  readonly founder: SignedIn;
  readonly administratorId: UserId;
  readonly at: Date;
}

/**
 * Makes a tenant whose administrator is the viewer, or whom an administrator of the platform names, and answers its id. Refuses UNAUTHENTICATED,
 * FORBIDDEN, NAME_INVALID, SLUG_INVALID, SLUG_TAKEN and USER_UNKNOWN.
 */
export async function createTenant(acting: Acting, input: TenantNames & { administratorId?: string | null }): Promise<TenantId> {
  const founder = requireMay(policy, acting.viewer, 'create', aboutNothingYet);
  if (acting.parts.createdBy === 'platform' && !founder.platformAdministrator) throw forbidden();
  const administratorId = readAdministrator(acting, founder, input.administratorId ?? null);
  const at = acting.parts.clock.now();
  const founding: Founding = { ...readNames(input), id: newId<TenantId>(at), founder, administratorId, at };
  try {
    // In the scope of the tenant that is not there yet: all that is written here is its own.
    await acting.parts.database.transaction({ userId: founder.userId, tenantId: founding.id }, (tx) => found(tx, acting, founding));
  } catch (error) {
    throw refusalOf(violatedConstraint(error)) ?? error;
  }
  return founding.id;
}

function readAdministrator({ viewer }: Acting, founder: SignedIn, named: string | null): UserId {
  const administratorId = named === null ? founder.userId : parseId<UserId>(named);
  if (administratorId === founder.userId) return administratorId;
  requireMay(policy, viewer, 'nameAdministrator', aboutNothingYet);
  if (administratorId === null) throw unknown();
  return administratorId;
}

async function found(tx: Transaction, { requestId, client, parts }: Acting, { id, name, slug, founder, administratorId, at }: Founding): Promise<void> {
  const membershipId = newRowId(at);
  const role = 'ADMIN';
  await addTenant(tx, id, { name, slug }, at);
  await addMembership(tx, { id: membershipId, tenantId: id, userId: administratorId, role, joinedAt: at });
  // Behind the membership, which has taken the person's row for itself: asked for in front of it, two at once would wait for each other.
  requireStanding(await holdStanding(tx, administratorId), administratorId === founder.userId);
  const subject = { occurredAt: at, tenantId: id, requestId };
  await announce(tx, eventOf('tenant.created', { ...subject, userId: founder.userId }, {}));
  await announce(tx, eventOf('tenant.member_joined', { ...subject, userId: administratorId }, { membershipId, role, invitationId: null }));
  await appendAudit(tx, parts.records, { at, action: 'tenant.create', targetType: 'tenant', targetId: id, before: null, after: { administratorId }, client, requestId });
}

/** Whoever makes a tenant for themselves has proven their address; somebody who is named need only be there and welcome. */
function requireStanding(status: string | null, isOneself: boolean): void {
  if (isOneself && status !== 'ACTIVE') throw forbidden();
  if (status === null || status === 'DELETED' || status === 'BANNED') throw unknown();
}

function refusalOf(constraint: string | null): Refusal | null {
  if (constraint === 'tenants_slug_taken') return slugTaken();
  return constraint === 'directory_entries_person_exists' ? unknown() : null;
}

/** The refusal of a slug that another tenant goes by. */
export function slugTaken(): Refusal {
  return new Refusal('SLUG_TAKEN', 'Another tenant goes by this slug.', ['input', 'slug']);
}

function unknown(): Refusal {
  return new Refusal('USER_UNKNOWN', 'There is nobody you may see under this id.', ['input', 'administratorId']);
}
