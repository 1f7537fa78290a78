/** The bundle holds the same parser as the main entry and loads ten times faster (see docs/decisions/0003-*.md). */
declare module "mathjs/lib/browser/math.js" {
  import type { parse } from "mathjs"
  const math: { readonly parse: typeof parse }
  export default math
}
