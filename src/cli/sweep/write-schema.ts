import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageRoot } from "../shared/package.ts"
import { sweepJsonSchema } from "../../run/sweep/document.ts"

// `npm run schema`: the schema that is shipped, from the code.
writeFileSync(join(packageRoot(), "schemas", "sweep.schema.json"), sweepJsonSchema())
