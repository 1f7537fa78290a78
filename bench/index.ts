import { benchSimulator } from "./simulator.ts"

/** `npm run bench`: how fast the simulator is, beside what its event queue alone could do in the same run. */
benchSimulator()
