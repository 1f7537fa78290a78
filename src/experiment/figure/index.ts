/** Figures as values, and how the rows of a result become their points. */
export * from "./figure.ts"
export * from "./from-rows.ts"
