/** Sequence diagrams of runs and of violations found by exploring, and how they are drawn. */
export * from "./actors.ts"
export * from "./spec.ts"
export * from "../../experiment/diagram/model.ts"
export * from "../../experiment/diagram/svg.ts"
