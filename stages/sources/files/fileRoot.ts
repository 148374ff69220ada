/** Where the files of a source lie. */
export interface FileRoot {
  /** Paths of the files that the globs name, relative to the root, with forward slashes. */
  list(): Promise<readonly string[]>;
  has(path: string): Promise<boolean>;
  /** Lends a file of this machine with the bytes of the path while `use` runs. @throws FileFault about that file */
  lend<T>(path: string, use: (file: string) => AsyncIterable<T>): AsyncIterable<T>;
}
