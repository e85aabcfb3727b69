/** Something the person who starts Kith can mend: said in one line, without a stack. */
export class StartRefused extends Error {}
