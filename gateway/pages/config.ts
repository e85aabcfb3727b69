/** One operation of `schema/operations`, as Sandbox and GraphiQL offer it. */
export interface ExampleOperation {
  /** The operation's name in its document; unique, and the fragment of a deep link (`/graphiql#Directory`). */
  name: string;
  title: string;
  description: string;
  document: string;
  variables: Record<string, unknown>;
  /** The login of the demo person the example is written for; null when it does not matter who runs it. */
  signedInAs: string | null;
}

/** A person of the demo data, with the password everyone may know. */
export interface DemoPerson {
  login: string;
  password: string;
  /** What is special about the person, in a few words: "admin of sparkle". */
  about: string;
}

/** The people a developer may be on these pages, and who one is at first. Never set in production. */
export interface Demo {
  login: string;
  password: string;
  people: DemoPerson[];
}

/** The body of `/pages/config.json`: all that the pages know about the graph before they ask it. */
export interface PagesConfig {
  graphUrl: string;
  examples: ExampleOperation[];
  demo: Demo | null;
  /** Whether there is a mailbox to look into. */
  mailbox: boolean;
}

/** A line of the mailbox. */
export interface ListedMail {
  id: string;
  recipient: string;
  subject: string;
  /** What kind of mail it is. */
  template: string;
  /** ISO 8601. */
  queuedAt: string;
  /** What a reader of the mail is after; null when there is nothing to copy. */
  keyPiece: { kind: 'code' | 'link'; value: string } | null;
}

/** A mail as it is shown; its HTML is a page of its own. */
export interface ShownMail extends ListedMail {
  text: string;
}
