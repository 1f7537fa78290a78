import { ExperimentError, InvariantError, UsageError } from "../../base/errors.ts"

/** An error as plain data: between threads, its class would be lost, and with it what the caller is told. */
export interface PortableError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
}

/** An error as it crosses to another thread; whatever else was thrown keeps its text. */
export function portableError(error: unknown): PortableError {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack }
  return { name: "Error", message: String(error), stack: undefined }
}

/** The error it was, of the same class where the class is one of ours. */
export function revivedError({ name, message, stack }: PortableError): Error {
  const Class = ours.find((one) => one.name === name) ?? Error
  const error = new Class(message)
  if (stack !== undefined) error.stack = stack
  return error
}

const ours = [UsageError, InvariantError, ExperimentError]
