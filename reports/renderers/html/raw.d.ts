/** A file of the report's page as text; the build and the tests both understand `?raw`. */
declare module '*?raw' {
  const text: string;
  export default text;
}
