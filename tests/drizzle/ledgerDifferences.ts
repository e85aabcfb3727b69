import type { Catalogue } from './planted.ts';

/** Names every balance, currency and total of experience that is not the sum of what was written down. Run as someone policies do not bind. */
export async function ledgerDifferences(sql: Catalogue): Promise<string[]> {
  const rows = await sql<{ finding: string }[]>`
    select format('account %s holds %s, its entries %s', a.id, a.balance, coalesce(sum(e.amount), 0)) as finding
    from gamification.accounts a left join gamification.entries e on e.account_id = a.id
    group by a.id having a.balance <> coalesce(sum(e.amount), 0)
    union all
    select format('the entries of %s sum to %s', e.currency, sum(e.amount)) from gamification.entries e group by e.currency having sum(e.amount) <> 0
    union all
    select format('transfer %s sums to %s', e.transfer_id, sum(e.amount)) from gamification.entries e group by e.transfer_id, e.currency having sum(e.amount) <> 0
    union all
    select format('player %s has %s, their log %s', p.id, p.experience, coalesce(sum(x.amount), 0))
    from gamification.players p left join gamification.experience_entries x on x.player_id = p.id
    group by p.id having p.experience <> coalesce(sum(x.amount), 0)`;
  return rows.map(({ finding }) => finding);
}
