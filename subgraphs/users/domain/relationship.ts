import type { Person } from './person.ts';

/** How the viewer and another person stand to each other, as far as the viewer may know. */
export interface Relationship {
  readonly viewerFollows: boolean;
  readonly followedSince: Date | null;
  readonly followsViewer: boolean;
  readonly viewerBlocks: boolean;
}

/** Somebody of the active tenant whom the viewer is about to follow or to block. */
export interface Acquaintance extends Pick<Person, 'id' | 'status' | 'inActiveTenant' | 'hidesFromViewer'> {
  readonly viewerBlocks: boolean;
}
