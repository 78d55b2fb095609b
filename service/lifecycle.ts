/** From the first sign to stop until the process is gone at the latest, milliseconds. */
const HARD_CAP_MS = 2_800;

/**
 * Ends the process, with exit code 0 and after `close`, on SIGTERM, SIGINT, or when the parent that holds the other end
 * of the IPC channel is gone. What takes too long is cut off.
 */
export const endGracefully = (close: () => Promise<void>): void => {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), HARD_CAP_MS);
    close().then(
      () => process.exit(0),
      () => process.exit(0),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('disconnect', end);
  if (process.send && !process.connected) end();
};

/** Tells the parent, where there is one that listens; resolves when it is sent. */
export const tellParent = (message: object): Promise<void> =>
  new Promise((resolve) => {
    if (!process.send || !process.connected) return resolve();
    process.send(message, () => resolve());
  });
