/** The recurring jobs, in crontab form: when, and the name of the task. */
export const crontab = `
0 * * * * clean-workspaces
*/5 * * * * sync-messages
`;

/** What each task does. */
export const taskList = {
  'clean-workspaces': async (_, { logger }) => logger.info('workspaces are clean'),
  'sync-messages': async (_, { logger }) => logger.info('messages are in sync'),
};
