import { benchCommandLine } from "./command-line.ts"
import { benchSimulator } from "./simulator.ts"

/**
 * `npm run bench`: how fast the simulator is, beside what its event queue alone
 * could do in the same run; and what a plain check costs, beside an idle Node.
 */
benchSimulator()
benchCommandLine()
