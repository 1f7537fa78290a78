import { type ExperimentCatalogue, experimentCatalogue } from "../src/experiment/define.ts"
import duelling from "./duelling.ts"
import failures from "./failures.ts"
import phase2Size from "./phase2-size.ts"
import systems from "./systems.ts"
import unsafe from "./unsafe.ts"

/** Every experiment, in teaching order. */
export const experiments: ExperimentCatalogue = experimentCatalogue([
  phase2Size,
  systems,
  failures,
  duelling,
  unsafe,
])
