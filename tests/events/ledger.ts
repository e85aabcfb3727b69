import type { TestDatabase } from '../harness/testDatabase.ts';

/** What is wrong with the ledger: transfers that do not sum to zero, and balances that are not the sum of their entries. */
export async function ledgerFaults({ owner }: TestDatabase): Promise<string[]> {
  const rows = await owner<{ fault: string }[]>`
    select format('transfer %s is off by %s', transfer_id, sum(amount)) as fault from gamification.entries group by transfer_id, currency having sum(amount) <> 0
    union all
    select format('account %s has %s instead of %s', a.id, a.balance, coalesce(sum(e.amount), 0))
    from gamification.accounts a left join gamification.entries e on e.account_id = a.id group by a.id having a.balance <> coalesce(sum(e.amount), 0)`;
  return rows.map(({ fault }) => fault);
}

/** What a person has in each tenant they play in. */
export async function playersOf({ owner }: TestDatabase, userId: string) {
  return owner<{ slug: string; experience: number; sparkle: string; transfers: number; awards: string[] }[]>`
    select t.slug, p.experience, coalesce(a.balance, 0)::text as sparkle,
           (select count(*)::int from gamification.entries e where e.account_id = a.id) as transfers,
           array(select x.source || ' ' || x.amount from gamification.experience_entries x where x.player_id = p.id order by x.amount) as awards
    from gamification.players p
    join tenants.tenants t on t.id = p.tenant_id
    left join gamification.accounts a on a.player_id = p.id and a.kind = 'WALLET' and a.currency = 'SPARKLE'
    where p.user_id = ${userId} order by t.slug`;
}
