import type { Audience, MatrixViewer, Subject } from './audiences.ts';
import { isAmong } from './audiences.ts';
import type { FieldRule } from './fieldRules.ts';
import { reachRules, ruleOf } from './fieldRules.ts';
import type { Step } from './paths.ts';

/** Something a viewer saw and should not have seen. */
export interface Finding {
  readonly viewer: string;
  /** The way to it, as in `Query.user > User.memberships`. */
  readonly path: string;
  readonly coordinate: string;
  readonly seen: string;
}

/** What is known of the world beside the answer. */
export interface Belonging {
  /** The tenants a person belongs to. */
  tenantsOf(personId: string): readonly string[];
}

/** The nearest person and tenant above a value, and the nearer of the two. */
interface Place {
  readonly person: Subject;
  readonly nearest: Subject;
}

/** Whom a field was rightly shown to: `User.email` to SELF, TENANT_ADMINS; `null` stands for an open field. */
export type Shown = Map<string, Set<Audience | null>>;

/** Checks an answer against the rules, value by value. Notes in `shown` what was rightly there. */
export function findingsIn(data: unknown, step: Step, viewer: MatrixViewer, world: Belonging, shown: Shown = new Map()): Finding[] {
  const findings: Finding[] = [];
  const oneself: Subject = { personId: viewer.personId, tenantIds: viewer.tenantId === null ? [] : [viewer.tenantId] };

  const check = (parent: unknown, { parent: type, name, type: target, below }: Step, place: Place, path: string): void => {
    const value = valueOf(parent, name);
    if (!isSeen(value)) return;
    const coordinate = `${type}.${name}`;
    const here = path === '' ? coordinate : `${path} > ${coordinate}`;
    const among = readBy(ruleOf(type, name), viewer, place);
    if (among === undefined) findings.push({ viewer: viewer.name, path: here, coordinate, seen: shortened(value) });
    else among.forEach((audience) => shown.set(coordinate, (shown.get(coordinate) ?? new Set()).add(audience)));
    for (const item of Array.isArray(value) ? value : [value]) {
      if (below.length === 0 || item === null) continue;
      const inside = placeOf(target, item, place, world);
      const reach = reachRules[target];
      if (reach !== undefined && !reach.some((audience) => isAmong(viewer, audience, inside.nearest))) {
        findings.push({ viewer: viewer.name, path: here, coordinate: target, seen: shortened(item) });
      }
      for (const next of below) check(item, next, inside, here);
    }
  };
  check(data, step, { person: oneself, nearest: oneself }, '');
  return findings;
}

/** The audiences by which a viewer may read a field; undefined when by none. A field without a rule may be read by nobody. */
function readBy(rule: FieldRule | undefined, viewer: MatrixViewer, { person, nearest }: Place): (Audience | null)[] | undefined {
  if (rule === undefined) return undefined;
  if (rule.who === null) return [null];
  const by = rule.who.filter((audience) => isAmong(viewer, audience, audience === 'SELF' ? person : nearest));
  return by.length === 0 ? undefined : by;
}

function placeOf(type: string, item: unknown, place: Place, world: Belonging): Place {
  const id = valueOf(item, 'id');
  if (type === 'User') {
    const person = { personId: typeof id === 'string' ? id : null, tenantIds: typeof id === 'string' ? world.tenantsOf(id) : [] };
    return { person, nearest: person };
  }
  return type === 'Tenant' ? { person: place.person, nearest: { personId: null, tenantIds: typeof id === 'string' ? [id] : [] } } : place;
}

/** Whether a value tells anything: null, an empty list and a page of nothing do not. */
function isSeen(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  const nodes = valueOf(value, 'nodes');
  return !Array.isArray(nodes) || nodes.length > 0 || (valueOf(value, 'totalCount') ?? 0) !== 0;
}

function valueOf(parent: unknown, name: string): unknown {
  return typeof parent === 'object' && parent !== null ? Reflect.get(parent, name) : undefined;
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
