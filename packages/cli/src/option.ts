/** What a command takes besides its operands. */
export interface Option {
  /** As commander reads them: `-k, --kind <number>`. */
  readonly flags: string;
  readonly about: string;
  /** May be given several times. */
  readonly many?: true;
}
