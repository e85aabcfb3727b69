/** Which mails came while the page was open and have not been looked at. */
export interface Arrivals {
  /** Takes note of the mails there are. Those of the first time were there before. */
  note: (ids: readonly string[]) => void;
  isNew: (id: string) => boolean;
  /** The mail is looked at: it is new no more. */
  open: (id: string) => void;
  count: () => number;
}

/** Begins with nothing known. */
export function arrivals(): Arrivals {
  let known: Set<string> | null = null;
  const fresh = new Set<string>();
  return {
    note(ids) {
      for (const id of ids) if (known !== null && !known.has(id)) fresh.add(id);
      known = new Set(ids);
      for (const id of fresh) if (!known.has(id)) fresh.delete(id);
    },
    isNew: (id) => fresh.has(id),
    open: (id) => void fresh.delete(id),
    count: () => fresh.size,
  };
}
