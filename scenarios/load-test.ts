/** The standard load under the name that people look for: the steady mix. */
export { default, options } from './steady.ts';
