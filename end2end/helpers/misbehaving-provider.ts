// A provider that does one thing wrong, and one that does nothing wrong: it asks nobody anything, and sends everybody
// back at once as the same person.
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type MutableRedirectUri, type MutableResponse, type MutableToken, OAuth2Issuer, OAuth2Service } from "oauth2-mock-server";
import { Listener } from "./listener.ts";
import type { Claims } from "./openid-provider.ts";
import type { Settings } from "./program.ts";

const DISCOVERY = "/.well-known/openid-configuration";
const KEYS = "/jwks";
const ELSEWHERE = "/moved";

const ELSE = "https://provider.example";
const PADDING = 10 * 1024 * 1024;

/** Where a provider can go wrong. What is left out goes right. */
type Wrongs = {
  /** The header and the claims of the ID token, before it is signed. */
  token?: (token: MutableToken) => void;
  /** The ID token when it is signed. */
  signed?: (token: string, provider: MisbehavingProvider) => string;
  userinfo?: (body: Record<string, unknown>) => void;
  /** Where it sends the browser back to. */
  back?: (url: URL) => void;
  /** What it says of itself. */
  discovery?: (document: Record<string, unknown>) => void;
  /** Further keys that it has. */
  keys?: number;
  /** Instead of answering; nothing is done where this says no. */
  instead?: (path: string, response: ServerResponse) => boolean;
};

const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part ?? "", "base64url").toString());
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
const without = (...names: string[]): Wrongs => ({
  token: ({ payload }) => {
    for (const name of names) delete payload[name];
  },
});
const withClaims = (claims: Record<string, unknown>): Wrongs => ({
  token: ({ payload }) => Object.assign(payload, claims),
});

/** A key that nobody was told of. */
let strange: KeyObject | undefined;
const strangeKey = (): KeyObject => (strange ??= generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);

function signedByAStranger(token: string): string {
  const said = token.slice(0, token.lastIndexOf("."));
  return `${said}.${createSign("RSA-SHA256").update(said).sign(strangeKey(), "base64url")}`;
}

/** Answers with the way to the same thing in another place. */
const moved = (from: string): Wrongs => ({
  instead: (path, response) => {
    if (path !== from) return false;
    response.writeHead(302, { location: `${ELSEWHERE}${from}` }).end();
    return true;
  },
});

/** Holds the answer back until whoever asked gives up. */
const never = () => true;

const mistakes = {
  "names another issuer in the token": withClaims({ iss: ELSE }),
  "names no issuer in the token": without("iss"),
  "names no subject": without("sub"),
  "names an empty subject": withClaims({ sub: "" }),
  "speaks to another audience": withClaims({ aud: "somebody-else" }),
  "speaks to nobody": without("aud"),
  "speaks to a second audience without saying who asked": {
    token: ({ payload }) => (payload.aud = [String(payload.aud), "somebody-else"]),
  },
  "was asked by somebody else": withClaims({ azp: "somebody-else" }),
  "does not say when": without("iat"),
  "does not say until when": without("exp"),
  "sends a token that is over": {
    token: ({ payload }) => Object.assign(payload, { iat: payload.iat - 7200, nbf: payload.iat - 7200, exp: payload.iat - 3600 }),
  },
  "sends a token from tomorrow": {
    token: ({ payload }) =>
      Object.assign(payload, { iat: payload.iat + 86400, nbf: payload.iat + 86400, exp: payload.exp + 86400 }),
  },
  "has several keys and does not say which": {
    keys: 2,
    token: ({ header }) => Reflect.deleteProperty(header, "kid"),
  },
  "names a key that it does not show": {
    token: ({ header }) => (header.kid = "nobody-was-told"),
  },
  "signs with a key that is not its own": { signed: signedByAStranger },
  "does not sign": {
    signed: (token) => `${encoded({ alg: "none", typ: "JWT" })}.${token.split(".")[1]}.`,
  },
  "signs with a secret that everybody knows": {
    signed: (token, { publicKey }) => {
      const said = `${encoded({ ...decoded(token.split(".")[0]), alg: "HS256" })}.${token.split(".")[1]}`;
      return `${said}.${createHmac("sha256", publicKey).update(said).digest("base64url")}`;
    },
  },
  "changes what it signed": {
    signed: (token) => {
      const [header, payload, signature] = token.split(".");
      return `${header}.${encoded({ ...decoded(payload), sub: "somebody-else" })}.${signature}`;
    },
  },
  "sends no token": { signed: () => "" },
  "answers another question": withClaims({ nonce: "of-another-question" }),
  "answers no question": without("nonce"),
  "tells of another person when asked more": {
    token: ({ payload }) => {
      delete payload.email;
      delete payload.email_verified;
    },
    userinfo: (body) => (body.sub = "somebody-else"),
  },
  "says that it is another": { discovery: (document) => (document.issuer = ELSE) },
  "does not say who it is": { discovery: (document) => delete document.issuer },
  "sends its answer under another name": {
    discovery: (document) => (document.authorization_response_iss_parameter_supported = true),
    back: (url) => url.searchParams.set("iss", ELSE),
  },
  "promises to name itself and does not": {
    discovery: (document) => (document.authorization_response_iss_parameter_supported = true),
  },
  "leads elsewhere for its keys": moved(KEYS),
  "leads elsewhere for its configuration": moved(DISCOVERY),
  "says far too much of itself": {
    discovery: (document) => (document.padding = "x".repeat(PADDING)),
  },
  "shows far too many keys": {
    instead: (path, response) => {
      if (path !== KEYS) return false;
      response.setHeader("content-type", "application/json").end(`{"keys":[],"padding":"${"x".repeat(PADDING)}"}`);
      return true;
    },
  },
  "does not answer when it is asked for its configuration": { instead: (path) => path === DISCOVERY && never() },
  "does not answer when it is given the code": { instead: (path) => path === "/token" && never() },
} satisfies Record<string, Wrongs>;

export type Misbehaviour = keyof typeof mistakes;

export const MISBEHAVIOURS = Object.keys(mistakes) as Misbehaviour[];

export class MisbehavingProvider {
  readonly client = { id: "journeys", secret: "a secret that the provider does not look at" };
  /** Which paths it was asked for, in turn. */
  readonly asked: string[] = [];
  /** With what it was asked to sign somebody in, in turn. */
  readonly questions: URLSearchParams[] = [];
  /** So many seconds its clock is ahead of the true one. */
  ahead = 0;
  /** What its configuration says otherwise than usual. */
  says: Record<string, unknown> = {};
  /** Who everybody is here. */
  person: Claims = { sub: "mallory-1", email: "mallory@mock.example", email_verified: true, name: "Mallory" };
  publicKey = "";
  readonly #issuer = new OAuth2Issuer();
  readonly #service = new OAuth2Service(this.#issuer);
  readonly #wrongs: Wrongs;
  #listener: Listener | undefined;

  private constructor(wrongs: Wrongs) {
    this.#wrongs = wrongs;
  }

  /** One that does this wrong, or nothing at all. */
  static async start(misbehaviour?: Misbehaviour): Promise<MisbehavingProvider> {
    const provider = new MisbehavingProvider(misbehaviour ? mistakes[misbehaviour] : {});
    await provider.#start();
    return provider;
  }

  async #start(): Promise<void> {
    const wrongs = this.#wrongs;
    // Made beforehand: it takes long enough to be taken for a provider that does not answer.
    if (wrongs.signed === signedByAStranger) strangeKey();
    for (let number = 0; number <= (wrongs.keys ?? 0); number++) await this.#issuer.keys.generate("RS256");
    this.publicKey = JSON.stringify(this.#issuer.keys.toJSON()[0]);
    this.#service.on("beforeTokenSigning", (token: MutableToken) => {
      const { payload } = token;
      // The access token is signed by the same hook, and is nobody's business.
      if ("scope" in payload) return;
      for (const time of ["iat", "nbf", "exp"] as const) payload[time] += this.ahead;
      // Everybody signs in at that moment.
      Object.assign(payload, this.person, { auth_time: payload.iat });
      wrongs.token?.(token);
    });
    this.#service.on("beforeResponse", ({ body }: MutableResponse) => {
      if (body !== "" && wrongs.signed) body.id_token = wrongs.signed(String(body.id_token), this);
    });
    this.#service.on("beforeUserinfo", ({ body }: MutableResponse) => {
      if (body === "") return;
      Object.assign(body, this.person);
      wrongs.userinfo?.(body);
    });
    this.#service.on("beforeAuthorizeRedirect", ({ url }: MutableRedirectUri) => wrongs.back?.(url));
    this.#listener = await Listener.on((request, response) => this.#answer(request, response));
    this.#issuer.url = this.issuer;
  }

  get issuer(): string {
    if (!this.#listener) throw new Error("the provider does not run");
    return this.#listener.url;
  }

  /** How a server is told of it. */
  asSetting(id: string, name: string): Record<string, string> {
    return { id, name, issuer: this.issuer, client_id: this.client.id, client_secret: this.client.secret };
  }

  stop(): Promise<void> | undefined {
    return this.#listener?.goAway();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", this.issuer);
    this.asked.push(path);
    if (path === "/authorize") this.questions.push(searchParams);
    if (this.#wrongs.instead?.(path, response)) return;
    // Whoever follows it elsewhere finds nothing wrong there.
    request.url = request.url?.replace(ELSEWHERE, "");
    const pathname = path.replace(ELSEWHERE, "");
    if (pathname === DISCOVERY) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(this.#configuration()));
    } else {
      this.#service.requestHandler(request, response);
    }
  }

  #configuration(): Record<string, unknown> {
    const at = (path: string) => `${this.issuer}${path}`;
    const document: Record<string, unknown> = {
      issuer: this.issuer,
      authorization_endpoint: at("/authorize"),
      token_endpoint: at("/token"),
      userinfo_endpoint: at("/userinfo"),
      jwks_uri: at(KEYS),
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: ["authorization_code"],
      subject_types_supported: ["public"],
      scopes_supported: ["openid", "email", "profile"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      code_challenge_methods_supported: ["S256"],
      ...this.says,
    };
    this.#wrongs.discovery?.(document);
    return document;
  }
}

/** Where nobody answers: for the button of a provider that nobody follows. */
export const NOBODY = "http://127.0.0.1:9";

/** The settings of a server that offers Google, and this one under the name of Works. */
export const withWorks = (works: MisbehavingProvider): Settings => ({
  google_client_id: "journeys",
  google_client_secret: "not a secret",
  google_issuer: NOBODY,
  providers: JSON.stringify([works.asSetting("works", "Works")]),
});
