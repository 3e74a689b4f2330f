// What no journey may cause, wherever it leads: errors in the browser, violated policies, failed requests, requests to
// strangers. It is collected on the way and judged at the end, so that a journey need not look for it.
import type { BrowserContext } from "@playwright/test";

const POLICY = "Content Security Policy";

export class Watch {
  readonly #found: string[] = [];
  readonly #statuses: Array<{ status: number; what: string }> = [];
  readonly #failures: string[] = [];
  readonly #expectedStatuses = new Set<number>();
  readonly #expectedFailures: RegExp[] = [];
  readonly #trusted = new Set<string>();

  constructor(origin: string) {
    this.#trusted.add(origin);
  }

  /** The journey is about these refusals. One that never comes is a fault as well. */
  expectStatus(...statuses: number[]): void {
    for (const status of statuses) this.#expectedStatuses.add(status);
  }

  /** The journey takes the server away: requests that fail so are no fault. */
  expectFailure(how: RegExp): void {
    this.#expectedFailures.push(how);
  }

  /** The journey visits another server too. */
  trust(origin: string): void {
    this.#trusted.add(origin);
  }

  async over(context: BrowserContext, withScript: boolean): Promise<void> {
    // Said through the console, which is heard below; the browser's own message may come without the directive.
    await context.addInitScript((policy) => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`${policy}: ${event.violatedDirective} refused ${event.blockedURI || "inline code"}`);
      });
    }, POLICY);
    context.on("console", (message) => {
      const text = message.text();
      // Statuses and failures are judged below, where they say which request it was.
      if (text.startsWith("Failed to load resource")) return;
      if (message.type() === "error" || text.includes(POLICY)) {
        this.#found.push(`console: ${text} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => {
      const { stack, message } = error.error();
      this.#found.push(`page error: ${(stack ?? message).split("\n", 4).join("\n")}`);
    });
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && !this.#trusted.has(origin)) {
        this.#found.push(`a request to a stranger: ${request.url()}`);
      }
    });
    context.on("response", (response) => {
      const status = response.status();
      const what = `${status} for ${response.request().method()} ${response.url()}`;
      if (status >= 400) this.#statuses.push({ status, what });
    });
    context.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "unknown";
      // The browser itself gives up what a page loads when the page is left.
      if (why === "net::ERR_ABORTED") return;
      // Where scripts are turned off it loads none, and calls that by the name of the policy. What a policy truly
      // refuses is also said on the console, and heard above.
      if (!withScript && why === "csp" && request.resourceType() === "script") return;
      this.#failures.push(`${why} for ${request.method()} ${request.url()}`);
    });
  }

  /** Everything that went wrong. */
  complaints(): string[] {
    const seen = new Set(this.#statuses.map(({ status }) => status));
    return [
      ...this.#found,
      ...this.#statuses.filter(({ status }) => !this.#expectedStatuses.has(status)).map(({ what }) => what),
      ...this.#failures.filter((what) => !this.#expectedFailures.some((how) => how.test(what))),
      ...[...this.#expectedStatuses].filter((status) => !seen.has(status)).map((status) => `${status} never came`),
    ];
  }
}
