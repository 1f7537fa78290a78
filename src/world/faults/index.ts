/** Faults as values: what may go wrong, and the notation for it. */
export * from "./fault.ts"
export * from "./notation.ts"
