// An application's own server, which renders pages for whoever is signed in: each page takes many calls to us, made at
// once with the cookies that the browser sent for the page.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Listener } from "./listener.ts";
import type { Settings } from "./program.ts";

/** So many calls make one page. */
export const CALLS = 8;

/** What was done for one page. */
export type Rendered = {
  /** The statuses of the calls, as they were made with the browser's own cookies. */
  first: number[];
  /** The statuses of the refreshes. */
  refreshes: number[];
  /** The refresh tokens that came of it. */
  successors: string[];
};

type Me = { username: string };
type Passed = { cookies: string[]; me: Me | undefined };

const cookie = (cookies: string[], name: string): string | undefined =>
  cookies.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1).split(";")[0];

export class Renderer {
  /** All pages so far, the newest last. */
  readonly pages: Rendered[] = [];
  /** What it calls itself when it calls us; without it, what the browser calls itself. */
  name: string | undefined;
  /** Whether its answers are lost on the way, from now on. */
  losesAnswers = false;
  #listener: Listener;
  #latchkey = "";

  private constructor(listener: Listener) {
    this.#listener = listener;
  }

  static async start(): Promise<Renderer> {
    const listener = await Listener.on((request, response) => void renderer.#answer(request, response));
    const renderer: Renderer = new Renderer(listener);
    return renderer;
  }

  /** From now on it renders for users of this server. */
  worksWith(latchkey: string): void {
    this.#latchkey = latchkey;
  }

  /** On the host of the server, as behind one proxy: that is who is sent the cookies. */
  get url(): string {
    return `http://127.0.0.1:${this.#listener.port}`;
  }

  /** What the server must be told: that pages of ours may sign in there, and that we refresh for them. */
  get settings(): Settings {
    return { allowed_origins: this.url, refresh_cookie_path: "/" };
  }

  stop(): Promise<void> {
    return this.#listener.goAway();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === "/sign-in") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(this.#signIn());
      return;
    }
    const rendered: Rendered = { first: [], refreshes: [], successors: [] };
    this.pages.push(rendered);
    const headers = {
      cookie: request.headers.cookie ?? "",
      "user-agent": this.name ?? request.headers["user-agent"] ?? "",
    };
    const calls = await Promise.all(Array.from({ length: CALLS }, () => this.#call(headers, rendered)));
    if (this.losesAnswers) {
      request.socket.destroy();
      return;
    }
    const names = new Set(calls.map(({ me }) => me?.username ?? "nobody"));
    response.setHeader("set-cookie", calls.flatMap(({ cookies }) => cookies));
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>An application</title><link rel="icon" href="data:,">
      <h1>Hello, ${[...names].join(" and ")}</h1>`);
  }

  /** Asks who is signed in; refreshes where the answer says so, and asks once more. */
  async #call(headers: Record<string, string>, rendered: Rendered): Promise<Passed> {
    const me = (cookies: string) => fetch(`${this.#latchkey}/api/me`, { headers: { ...headers, cookie: cookies } });
    const first = await me(headers.cookie ?? "");
    rendered.first.push(first.status);
    if (first.status !== 401) return { cookies: [], me: (await first.json()) as Me };

    // No page says where this comes from: the token shows that it is meant.
    const csrf = await fetch(`${this.#latchkey}/api/auth/csrf/`, { headers });
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const refreshed = await fetch(`${this.#latchkey}/api/auth/token/refresh/`, {
      method: "POST",
      headers: { ...headers, "x-csrftoken": csrfToken },
    });
    rendered.refreshes.push(refreshed.status);
    const cookies = refreshed.headers.getSetCookie();
    if (refreshed.status !== 200) return { cookies, me: undefined };
    rendered.successors.push(cookie(cookies, "latchkey-refresh") ?? "");
    const again = await me(`latchkey-access=${cookie(cookies, "latchkey-access")}`);
    return { cookies, me: again.status === 200 ? ((await again.json()) as Me) : undefined };
  }

  /** A page of the application's own on which people sign in, from its origin. */
  #signIn(): string {
    return `<!doctype html><html lang="en"><title>Sign in to an application</title><link rel="icon" href="data:,">
      <form>
        <label>Username <input name="username"></label>
        <label>Password <input name="password" type="password"></label>
        <button>Sign in</button>
      </form>
      <script type="module">
        const latchkey = ${JSON.stringify(this.#latchkey)};
        const form = document.querySelector("form");
        form.addEventListener("submit", async (event) => {
          event.preventDefault();
          const csrf = await fetch(latchkey + "/api/auth/csrf/", { credentials: "include" });
          const { csrfToken } = await csrf.json();
          const answer = await fetch(latchkey + "/api/auth/token/?transport=cookie", {
            method: "POST",
            credentials: "include",
            headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken },
            body: JSON.stringify(Object.fromEntries(new FormData(form))),
          });
          if (answer.ok) location.assign("/");
        });
      </script>`;
  }
}
