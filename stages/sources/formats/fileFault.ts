/** What is wrong with a whole file, as a short kebab-case word. The file is quarantined, and the others are read. */
export class FileFault extends Error {
  override readonly name = 'FileFault';

  constructor(
    readonly reason: string,
    /** The archive around it is at fault too: nothing more of it is read. */
    readonly endsArchive = false,
  ) {
    super(reason);
  }
}
