import { randomInt } from 'node:crypto';
import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { violatedConstraint } from '@kith/drizzle/violatedConstraint.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { inEvenTime } from '@kith/kernel/evenTime.ts';
import type { EventSubject } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import type { Person } from '../domain/person.ts';
import type { Registration, RegistrationDraft, RegistrationInput } from '../domain/registration.ts';
import { draftRegistration, invitationInvalid, requireGoodPassword } from '../domain/registration.ts';
import type { SignUpRules } from '../domain/signUpRules.ts';
import type { Username } from '../domain/username.ts';
import { addPerson, findOneself } from '../stores/registrations.ts';
import { findSignUpRules, signUpAt } from '../stores/tenantPorts.ts';
import type { UsersParts } from '../usersParts.ts';
import type { Acting } from './acting.ts';
import { invitedTo, joinInvited } from './joiningInvited.ts';
import { repeatHidden } from './repeatingRegistration.ts';
import { usernameTaken } from './usernameTaken.ts';
import { askForCode } from './verifying.ts';

/** Where somebody registers from, in which request, and what with. */
type Registering = Pick<Acting, 'parts' | 'requestId' | 'client'>;

/** What registering comes to: a person, or an address that somebody goes by already. */
type Registered = { readonly person: Person } | 'EMAIL_TAKEN';

const nobody = { userId: null, tenantId: null };

/** Of a hidden registration the answer comes at whole multiples of this: far more than the ways through it differ by. */
const hiddenStepMs = 500;

/**
 * Registers a person. Refuses TERMS_NOT_AGREED, EMAIL_INVALID, EMAIL_TAKEN, USERNAME_INVALID, USERNAME_TAKEN, PASSWORD_TOO_WEAK,
 * DISPLAY_NAME_INVALID, TENANT_UNKNOWN, SIGN_UP_CLOSED and INVITATION_INVALID. Where the tenant hides who is registered it answers nobody,
 * whether or not the address was taken, and after the same time; but for whoever was invited, whose address it is.
 */
export async function register({ parts, requestId, client }: Registering, input: RegistrationInput): Promise<{ user: Person | null }> {
  const draft = draftRegistration(input, randomInt);
  const tenant = await tenantToJoin(parts, draft);
  if (tenant !== null) requireGoodPassword(draft, tenant.passwordFloor);
  const begin = async (): Promise<Registration> => ({ draft, tenant, requestId, client, passwordHash: await parts.passwords.hash(draft.password) });
  if (isHidden({ draft, tenant })) return inEvenTime(hiddenStepMs, async () => registerHidden(parts, await begin()));
  return registerOpenly(parts, await begin());
}

async function registerOpenly(parts: UsersParts, registration: Registration): Promise<{ user: Person }> {
  const registered = await registerOnce(parts, registration);
  if (registered === 'EMAIL_TAKEN') throw new Refusal('EMAIL_TAKEN', 'Somebody goes by this e-mail address already.', ['input', 'email']);
  return { user: registered.person };
}

async function registerHidden(parts: UsersParts, registration: Registration): Promise<{ user: null }> {
  if ((await registerOnce(parts, registration)) === 'EMAIL_TAKEN') await repeatHidden(parts, registration);
  return { user: null };
}

function isHidden({ draft, tenant }: Pick<Registration, 'draft' | 'tenant'>): boolean {
  return tenant?.hidesRegisteredPeople === true && draft.invitationHash === null;
}

async function tenantToJoin(parts: UsersParts, draft: RegistrationDraft): Promise<SignUpRules | null> {
  if (draft.invitationHash !== null) return invitedTo(parts, draft.email, draft.invitationHash);
  return draft.tenantSlug === null ? null : openTenant(parts, draft.tenantSlug);
}

async function openTenant({ database }: UsersParts, slug: string): Promise<SignUpRules> {
  const rules = await database.transaction(nobody, (tx) => findSignUpRules(tx, slug));
  if (rules === null) throw new Refusal('TENANT_UNKNOWN', 'There is no tenant of this name.', ['input', 'tenant']);
  if (rules.signUp !== 'OPEN') throw signUpClosed();
  return rules;
}

/** Writes the person under the first of the names that is free. The database says what is taken, whoever else writes at this moment. */
async function registerOnce(parts: UsersParts, registration: Registration): Promise<Registered> {
  for (const username of registration.draft.usernames) {
    try {
      return { person: await writePerson(parts, registration, username) };
    } catch (error) {
      const constraint = violatedConstraint(error);
      if (constraint === 'people_email_taken') return 'EMAIL_TAKEN';
      if (constraint === 'memberships_sign_up_open') throw signUpClosed();
      if (constraint === 'invitations_acceptable' || constraint === 'invitations_expired') throw invitationInvalid();
      if (constraint !== 'people_username_taken') throw error;
    }
  }
  throw usernameTaken();
}

async function writePerson(parts: UsersParts, registration: Registration, username: Username): Promise<Person> {
  const { draft, passwordHash, tenant, requestId } = registration;
  const at = parts.clock.now();
  const id = newId<UserId>(at);
  return parts.database.transaction({ userId: id, tenantId: null }, async (tx) => {
    await addPerson(tx, { id, username, draft, passwordHash, hidden: isHidden(registration), at });
    const subject = { occurredAt: at, userId: id, tenantId: tenant?.tenantId ?? null, requestId };
    await announce(tx, eventOf('user.registered', subject, { referralCode: draft.referralCode }));
    if (draft.invitationHash === null) await signUpUnproven(tx, parts, registration, subject);
    else await joinInvited(tx, parts, registration, { ...subject, tokenHash: draft.invitationHash });
    return readBack(tx, id);
  });
}

async function signUpUnproven(tx: Transaction, { pepper }: UsersParts, { draft, tenant }: Registration, subject: EventSubject): Promise<void> {
  const { occurredAt: at } = subject;
  const membershipId = tenant === null ? null : await signUpAt(tx, tenant.tenantId, at);
  await askForCode(tx, pepper, draft.email.canonical, at);
  if (membershipId !== null) await announce(tx, eventOf('tenant.member_joined', subject, { membershipId, role: 'USER', invitationId: null }));
}

async function readBack(tx: Transaction, id: UserId): Promise<Person> {
  const written = await findOneself(tx, id);
  if (written === null) throw new Error('a person who was just written is not there');
  return { ...written, readBackAs: 'SELF' };
}

function signUpClosed(): Refusal {
  return new Refusal('SIGN_UP_CLOSED', 'This tenant takes nobody in, or only those it invited.', ['input', 'tenant']);
}
