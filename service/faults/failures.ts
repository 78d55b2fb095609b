/** Failures as applications raise them: the words say nothing of an injection. */
const FAILURES: Record<number, () => Error> = {
  502: () => new Error('other side closed'),
  503: () => new Error('timeout exceeded when trying to connect'),
  504: () => new Error('Headers Timeout Error'),
};

/**
 * An error that the host answers with `status` (500..599): for 500 the commonest bug there is, at a property called
 * `property`, for others the words of the trouble that such a status stands for.
 */
export const failure = (status: number, property: string): Error => {
  if (status === 500) return new TypeError(`Cannot read properties of undefined (reading '${property}')`);
  const error = FAILURES[status]?.() ?? new Error('unexpected state');
  return Object.assign(error, { statusCode: status });
};
