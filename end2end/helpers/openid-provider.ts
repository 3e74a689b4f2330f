// An OpenID provider that people sign in with, as strict as the certified library that it is made of: PKCE by S256,
// a client that proves itself by its secret, `iss` in its answers. Who has an account there and what it says of them is
// the journey's to decide.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider as Library } from "oidc-provider";
import { Listener } from "./listener.ts";

/** What the provider says of somebody, in the ID token as Google does. */
export type Claims = {
  /** Who it is, for ever. */
  sub: string;
  email?: string;
  email_verified?: boolean;
  /** The organisation that the account belongs to. */
  hd?: string;
  name?: string;
};

export type Client = { id: string; secret: string };

/** What it shows instead of leading back. */
const HELD_BACK = "/held-back";

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Works without a script, and asks for nothing beside itself. */
const page = (title: string, fields: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
  <title>${escaped(title)}</title><link rel="icon" href="data:,">
  <main><h1>${escaped(title)}</h1><form method="post">${fields}</form></main>`;

function show(response: ServerResponse, html: string): void {
  response.setHeader("content-type", "text/html; charset=utf-8").end(html);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return new URLSearchParams(text);
}

/** The library warns whoever runs it for real: that its memory ends with it, and which Node it prefers. */
async function library(): Promise<typeof import("oidc-provider")> {
  for (const word of ["info", "warn"] as const) {
    const say = console[word];
    console[word] = (...parts: unknown[]) => {
      if (!String(parts[0]).startsWith("oidc-provider ")) say(...parts);
    };
  }
  return import("oidc-provider");
}
let loaded: ReturnType<typeof library> | undefined;

/** Made once: a key takes longer than all else here. */
let key: object | undefined;
const signingKey = (): object =>
  (key ??= { ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), alg: "RS256" });

export class OpenIdProvider {
  /** Who has an account, by what they type. A journey may add and change them at any time. */
  readonly accounts = new Map<string, Claims>();
  /** What it refused or could not do, for whoever asks why a journey failed. */
  readonly troubles: string[] = [];
  /** Every answer that it sent through a browser, the last one last. */
  readonly answers: string[] = [];
  /** Whether it shows a page instead of leading the browser back with its answer. */
  isHoldingBack = false;
  readonly #broken = new Set<string>();
  readonly #listener: Listener;
  #library: Library | undefined;

  private constructor(
    readonly name: string,
    readonly client: Client,
    listener: Listener,
  ) {
    this.#listener = listener;
  }

  /** A provider that is ready to be asked for its configuration, and knows no way back yet. */
  static async start(name: string): Promise<OpenIdProvider> {
    let provider: OpenIdProvider | undefined;
    const listener = await Listener.on((request, response) => void provider?.answer(request, response));
    const client = { id: `journeys-at-${name.toLowerCase()}`, secret: randomBytes(24).toString("base64url") };
    provider = new OpenIdProvider(name, client, listener);
    await provider.admit();
    return provider;
  }

  get issuer(): string {
    return this.#listener.url;
  }

  /** How a server is told of it. */
  asSetting(id: string): Record<string, string> {
    return { id, name: this.name, issuer: this.issuer, client_id: this.client.id, client_secret: this.client.secret };
  }

  /** Lets the client be answered at these addresses. */
  async admit(...redirectUris: string[]): Promise<void> {
    const { default: Provider, interactionPolicy } = await (loaded ??= library());
    const policy = interactionPolicy.base();
    // Google's word for "ask who it is this time".
    policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
    const slug = this.client.id;
    const made = new Provider(this.issuer, {
      clients: redirectUris.length
        ? [{ client_id: this.client.id, client_secret: this.client.secret, redirect_uris: redirectUris }]
        : [],
      jwks: { keys: [signingKey()] },
      findAccount: (_, sub) => {
        const claims = [...this.accounts.values()].find((account) => account.sub === sub);
        return claims && { accountId: sub, claims: () => ({ ...claims }) };
      },
      claims: { openid: ["sub", "hd"], email: ["email", "email_verified"], profile: ["name"] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      interactions: { policy, url: (_, { uid }) => `/ask/${uid}` },
      features: { devInteractions: { enabled: false } },
      // Browsers keep one jar for all ports of a host.
      cookies: {
        keys: [randomBytes(16).toString("hex")],
        names: { session: `${slug}-session`, interaction: `${slug}-ask`, resume: `${slug}-resume` },
      },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
      renderError: (context, out) => {
        context.type = "html";
        context.body = page("That cannot be", `<p>${escaped(`${out.error}: ${out.error_description ?? ""}`)}</p>`);
      },
    });
    made.on("server_error", (_, error) => this.troubles.push(`server error: ${error.stack}`));
    made.on("authorization.error", (_, error) => this.#note("authorization", error));
    made.on("grant.error", (_, error) => this.#note("code", error));
    made.on("userinfo.error", (_, error) => this.#note("userinfo", error));
    this.#library = made;
  }

  #note(what: string, error: Error & { error_description?: string }): void {
    this.troubles.push(`${what}: ${error.message}: ${error.error_description ?? ""}`);
  }

  /** Nothing answers at its address any more. */
  goDown(): Promise<void> {
    return this.#listener.goAway();
  }

  comeBack(): Promise<void> {
    return this.#listener.comeBack();
  }

  /** Answers 503 on one of its paths: `/token`, `/jwks`, `/me`, `/.well-known/openid-configuration`. */
  break(path: string): void {
    this.#broken.add(path);
  }

  mend(path: string): void {
    this.#broken.delete(path);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", this.issuer);
    this.#watchAnswers(response);
    try {
      if (this.#broken.has(pathname)) response.writeHead(503).end();
      else if (pathname === HELD_BACK) show(response, page("Held back", ""));
      else if (pathname.startsWith("/ask/")) await this.#ask(request, response);
      else await this.#library?.callback()(request, response);
    } catch (error) {
      this.troubles.push(`${request.method} ${pathname}: ${error}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  /** The library sets where it leads to as a header: the last moment at which the answer can be kept. */
  #watchAnswers(response: ServerResponse): void {
    const set = response.setHeader.bind(response);
    response.setHeader = (name, value) => {
      if (name.toLowerCase() !== "location" || String(value).startsWith(this.issuer)) return set(name, value);
      if (String(value).startsWith("/")) return set(name, value);
      this.answers.push(String(value));
      return set(name, this.isHoldingBack ? HELD_BACK : value);
    };
  }

  /** What a person is asked: who they are, and whether the program may know. */
  async #ask(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#library;
    if (!provider) return;
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    const asksWho = prompt.name !== "consent";
    if (request.method !== "POST") {
      const who = `<p><label>Your account <input name="account" autofocus required></label></p>
        <button name="answer" value="next">Next</button>`;
      const whether = `<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button>`;
      if (asksWho) show(response, page(`Who are you at ${this.name}?`, who));
      else show(response, page(`May Latchkey know who you are at ${this.name}?`, whether));
      return;
    }

    const form = await formOf(request);
    if (asksWho) {
      const account = this.accounts.get(form.get("account") ?? "");
      if (!account) return show(response, page("Nobody here has that account", ""));
      const login = { accountId: account.sub };
      return provider.interactionFinished(request, response, { login, [prompt.name]: login });
    }
    if (form.get("answer") !== "allow") {
      const denied = { error: "access_denied", error_description: "The person said no." };
      return provider.interactionFinished(request, response, denied, { mergeWithLastSubmission: false });
    }
    const grant =
      (grantId && (await provider.Grant.find(grantId))) ||
      new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) });
    grant.addOIDCScope(String(params.scope));
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }
}
