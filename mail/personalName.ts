/** The longest name somebody is called by. What is longer is a message, not a name. */
const nameLengthMax = 60;

// Anybody can register with anybody's address. A name that a mail program would turn into a link is an advertisement sent by us.
const linkLike = /:\/\/|@|\p{L}\.\p{L}{2}|www\./iu;
// Line breaks would let a name write paragraphs of its own, and marks of direction turn round what stands beside it.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** A name that people gave, on one line. Null when it does not look like one. */
export function personalName(name: string): string | null {
  const printable = name.replaceAll(unprintable, ' ').trim();
  const fit = printable !== '' && printable.length <= nameLengthMax && !linkLike.test(printable);
  return fit ? printable : null;
}
