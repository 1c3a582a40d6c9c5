// What an error tells a client to do. A refusal (of a routine, say) is no error: it is a member of the result's union.

/** An error of GraphQL, as every client gives it. */
export interface Told {
  readonly message: string;
  readonly extensions?: { readonly [name: string]: unknown } | undefined;
}

/** Errors of GraphQL, from whatever client: each has a code in `extensions`. */
export class Failed extends Error {
  readonly codes: readonly string[];

  constructor(errors: readonly Told[]) {
    super(errors.map(({ message }) => message).join(" "));
    this.codes = errors.map(({ extensions }) => String(extensions?.["code"]));
  }
}

/** The codes after which the same may be tried again, later or with a new token. */
const AGAIN = new Set(["UNAUTHENTICATED", "TRY_AGAIN", "UNAVAILABLE", "ISSUER_UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"]);
/** The token was refused or has ended (4403), `connection_init` came too late (4408), too many sockets (4429). */
const AGAIN_AFTER_CLOSE = new Set([4403, 4408, 4429]);
const AGAIN_AFTER_STATUS = new Set([401, 408, 429]);

/** Whether to give up: the client is at fault, and would be at fault again. A broken line never is. */
export function final(error: unknown): boolean {
  if (Array.isArray(error)) return final(new Failed(error)); // how graphql-ws tells them
  if (error instanceof Failed) return !error.codes.every((code) => AGAIN.has(code));
  const { code, response } = error as { code?: unknown; response?: { status: number } };
  if (typeof code === "number") return code >= 4400 && !AGAIN_AFTER_CLOSE.has(code);
  return response !== undefined && response.status < 500 && !AGAIN_AFTER_STATUS.has(response.status);
}

/** How often it is tried again with nothing heard in between. */
export const ATTEMPTS = 10;

/** How long to wait before the attempt, in ms: longer each time, at most 30 s, and not everybody at once. */
export function patience(attempt: number): number {
  return Math.min(30_000, 100 * 2 ** attempt) * (0.5 + Math.random());
}
