import { createHash } from "node:crypto"

/** In hexadecimal, of a text in UTF-8, in one piece or in parts. */
export function sha256(data: string | Buffer | Iterable<string>): string {
  const hash = createHash("sha256")
  if (typeof data === "string" || Buffer.isBuffer(data)) return hash.update(data).digest("hex")
  for (const part of data) hash.update(part)
  return hash.digest("hex")
}
