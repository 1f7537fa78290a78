import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageRoot } from "../package-root.ts"
import { sweepJsonSchema } from "./settings.ts"

// `npm run schema`: the schema that is shipped, from the code.
writeFileSync(join(packageRoot(), "schemas", "sweep.schema.json"), sweepJsonSchema())
