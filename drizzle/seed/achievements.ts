import type { TenantSlug } from './persona.ts';

/** How hard something is to reach, the easiest first. */
export const rarities = ['COMMON', 'UNCOMMON', 'RARE', 'EPIC', 'LEGENDARY'] as const;

/** Something worth reaching. */
export interface DemoAchievement {
  readonly name: string;
  readonly description: string;
  readonly rarity: (typeof rarities)[number];
}

/** What can be reached in each tenant, the easiest first. */
export const achievements: Readonly<Record<TenantSlug, readonly DemoAchievement[]>> = {
  sparkle: [
    { name: 'First Light', description: 'Signed in and looked around.', rarity: 'COMMON' },
    { name: 'Hello, World', description: 'Said something for the first time.', rarity: 'COMMON' },
    { name: 'Off by One', description: 'Found a mistake at the edge of a range.', rarity: 'COMMON' },
    { name: 'Rubber Duck', description: 'Solved a problem while explaining it to someone else.', rarity: 'UNCOMMON' },
    { name: 'Moth in the Relay', description: 'Taped the bug into the logbook.', rarity: 'UNCOMMON' },
    { name: 'Note G', description: 'Wrote a guide longer than what it explains.', rarity: 'UNCOMMON' },
    { name: 'Nanosecond', description: 'Answered a question before anyone else had read it.', rarity: 'RARE' },
    { name: 'Frequency Hopper', description: 'Took part on all eighty-eight channels.', rarity: 'RARE' },
    { name: 'Two Dollars Fifty-Six', description: 'Was paid for finding an error in print.', rarity: 'RARE' },
    { name: 'Mother of All Demos', description: 'Showed ten new things in ninety minutes.', rarity: 'EPIC' },
    { name: '1202', description: 'Kept going when the alarm went off, and landed.', rarity: 'EPIC' },
    { name: 'Analytical Engine', description: 'Programmed a machine that does not exist yet.', rarity: 'LEGENDARY' },
  ],
  atlas: [
    { name: 'Under the Raised Floor', description: 'Found the cable.', rarity: 'COMMON' },
    { name: 'Packet', description: 'Sent something small enough.', rarity: 'COMMON' },
    { name: 'Warm Standby', description: 'Was there before anybody called.', rarity: 'COMMON' },
    { name: 'Ninety-Five Per Cent', description: 'Made everything parallel but the rest.', rarity: 'UNCOMMON' },
    { name: 'Barefoot Registrar', description: 'Kept a list of numbers without a gap.', rarity: 'UNCOMMON' },
    { name: 'Rule Zero', description: 'Normalised a table and lived to query it.', rarity: 'RARE' },
    { name: 'Elves in the Tunnel', description: 'Solved it while digging.', rarity: 'RARE' },
    { name: 'Fifty-Two Minutes', description: 'Ran without a fault for as long as the first program.', rarity: 'EPIC' },
    { name: 'Flushed to Disk', description: 'Lost nothing when the power went.', rarity: 'EPIC' },
    { name: 'Holder of the World', description: 'Carried everything for a week.', rarity: 'LEGENDARY' },
  ],
  quill: [
    { name: 'Sharpened Quill', description: 'Began with definitions.', rarity: 'COMMON' },
    { name: 'Numbered Page', description: 'Handed in a manuscript in order.', rarity: 'COMMON' },
    { name: 'Without Loss of Generality', description: 'Lost none.', rarity: 'COMMON' },
    { name: 'Goto Considered', description: 'Removed the last jump.', rarity: 'UNCOMMON' },
    { name: 'One Argument at a Time', description: 'Curried a discussion to its end.', rarity: 'UNCOMMON' },
    { name: 'Shortest Path', description: 'Arrived, provably, first.', rarity: 'RARE' },
    { name: 'Playing with Infinity', description: 'Explained the endless in one evening.', rarity: 'EPIC' },
    { name: 'Complete and Consistent', description: 'Was told it could not be done.', rarity: 'LEGENDARY' },
  ],
};
