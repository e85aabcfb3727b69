/** The people of the demo data that the start banner and the developer pages introduce. Their password is the same for all. */
export const demoPeople = [
  { login: 'ada@kith.test', about: 'ADMIN of sparkle' },
  { login: 'grace@kith.test', about: 'MODERATOR of sparkle' },
  { login: 'linus@kith.test', about: 'USER of sparkle, ADMIN of atlas' },
  { login: 'edsger@kith.test', about: 'ADMIN of quill, a stranger to the others' },
  { login: 'margaret@kith.test', about: 'platform administrator, USER of sparkle' },
] as const;

/** The password of everybody in the demo data. */
export const demoPassword = 'Demo-graph-2026!';
