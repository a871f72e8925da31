/** Style sheets as modules: a map from the class written in the file to the class on the page. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css';
