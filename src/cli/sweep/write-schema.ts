import { join } from "node:path"
import { writeFile } from "../shared/files.ts"
import { packageRoot } from "../shared/package.ts"
import { sweepJsonSchema } from "../../run/sweep/document.ts"

// `npm run schema`: the schema that is shipped, from the code.
writeFile(join(packageRoot(), "schemas", "sweep.schema.json"), sweepJsonSchema())
