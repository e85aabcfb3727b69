/** How long setting up a second factor may take until it has to be confirmed. */
export const setUpLifeMs = 10 * 60_000;
