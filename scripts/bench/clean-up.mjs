/** Does the work, and afterwards, whatever became of it, cleans up once; so too when the process is told to end meanwhile. */
export const withCleanUp = async (work, cleanUp) => {
  let cleaned;
  const once = () => {
    cleaned ??= cleanUp();
    return cleaned;
  };
  const onSignal = async (signal) => {
    await once();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal);
  try {
    return await work();
  } finally {
    await once();
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, onSignal);
  }
};
