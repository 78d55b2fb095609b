/** The engine's answer. Throws where it does not come within so many milliseconds: an engine that hangs refuses nothing. */
export const inTime = <T>(call: Promise<T>, milliseconds: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the Docker engine does not answer')), milliseconds);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
};
