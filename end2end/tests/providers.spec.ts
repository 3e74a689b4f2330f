// Signing in with an account that one has elsewhere.
import type { Page } from "@playwright/test";
import { button, confirm, field, goToUser, heading, notice, send, sessionCookie, signIn, trySignIn } from "../helpers/actions.ts";
import type { OpenIdProvider } from "../helpers/openid-provider.ts";
import { ADMIN, DORA, EMIL, PASSWORD } from "../helpers/people.ts";
import { run } from "../helpers/program.ts";
import { continueWith, expect, sayWho, test } from "../helpers/with-providers.ts";

const offers = (page: Page) => page.getByRole("link", { name: /^Continue with / });
const name = (page: Page, username: string) => page.getByRole("heading", { name: username, exact: true });

/** A person of a household: Google gives such an address itself, and so knows whose it is. */
const FARAH = { sub: "google-farah", email: "farah.n@gmail.com", email_verified: true, name: "Farah Nasser" };

/** A person of an organisation that Google knows. */
const ofOrganisation = (username: string, hd = "example.org") => ({
  sub: `google-${username}`,
  email: `${username}@example.org`,
  email_verified: true,
  hd,
});

async function signOut(page: Page): Promise<void> {
  await send(page, button(page, "Sign out"));
  await expect(heading(page, "Sign in")).toBeVisible();
}

/** Everybody's name and address, as an administrator sees them. */
async function everybody(admin: Page): Promise<Record<string, { email: string | null; verified: boolean }>> {
  const answer = await admin.request.get("/api/admin/users?limit=200");
  const { items } = await answer.json();
  return Object.fromEntries(
    items.map((user: { username: string; email: string | null; email_verified: boolean }) => [
      user.username,
      { email: user.email, verified: user.email_verified },
    ]),
  );
}

/** Connects an account elsewhere to the one that is signed in. */
async function connect(page: Page, provider: string, account: string, says: "Allow" | "Deny" = "Allow"): Promise<void> {
  await page.goto("/account/connections");
  await button(page, `Connect ${provider}`).click();
  await sayWho(page, account);
  await button(page, says).click();
}

const connections = (page: Page) =>
  page.getByRole("table", { name: "Your connections" }).getByRole("row").filter({ has: page.getByRole("cell") });

test("whoever comes for the first time gets an account, and gets to the same one when they come again", async ({ page, open, google }) => {
  google.accounts.set("farah", FARAH);
  await page.goto("/account/sessions");
  await continueWith(page, "Google", "farah");
  await expect(page, "back where they were going").toHaveURL("/account/sessions");
  await page.goto("/account");
  // Named after the part of their address before the @.
  await expect(name(page, "farah.n")).toBeVisible();
  await expect(page.getByText(FARAH.email)).toBeVisible();
  await expect(page.getByText("Not verified")).toHaveCount(0);

  await signOut(page);
  await page.getByRole("link", { name: "Continue with Google" }).click();
  await sayWho(page, "farah");
  await expect(name(page, "farah.n")).toBeVisible();

  await test.step("and from another browser, and under another address", async () => {
    google.accounts.set("farah", { ...FARAH, email: "farah.married@gmail.com" });
    const elsewhere = await open();
    await elsewhere.goto("/register");
    await continueWith(elsewhere, "Google", "farah");
    await expect(name(elsewhere, "farah.n")).toBeVisible();
    const admin = await open();
    await signIn(admin, ADMIN);
    expect(Object.keys(await everybody(admin)).filter((username) => username.includes("farah"))).toEqual(["farah.n"]);
  });
});

test("a name that is taken is not given twice", { tag: "@once" }, async ({ page, open, google, works }) => {
  google.accounts.set("farah", FARAH);
  works.accounts.set("farah", { ...FARAH, sub: "works-1", email: "farah.n@works.example" });
  await page.goto("/login");
  await continueWith(page, "Google", "farah");
  await expect(name(page, "farah.n")).toBeVisible();
  const other = await open();
  await other.goto("/login");
  await continueWith(other, "Works", "farah");
  await expect(heading(other, "Account")).toBeVisible();
  // Another provider, another person, whatever they are called.
  await expect(name(other, "farah.n")).toHaveCount(0);
  const admin = await open();
  await signIn(admin, ADMIN);
  const named = Object.keys(await everybody(admin)).filter((username) => username.startsWith("farah"));
  expect(named).toHaveLength(2);
});

test("both providers are offered, where one signs in and where one signs up", async ({ page }) => {
  for (const path of ["/login", "/register"]) {
    await page.goto(path);
    await expect(offers(page)).toHaveText([/Continue with Google$/, /Continue with Works$/]);
  }
});

test.describe("where only one is set up", () => {
  test.use({ more: { google_client_id: "", google_client_secret: "" } });

  test("only that one is offered, and the other is nowhere", async ({ page, watch }) => {
    watch.expectStatus(404);
    await page.goto("/login");
    await expect(offers(page)).toHaveText([/Continue with Works$/]);
    await page.goto("/auth/google");
    await expect(heading(page, "There is no such provider")).toBeVisible();
    await page.getByRole("link", { name: "Go to sign-in" }).click();
    await expect(page).toHaveURL("/login");
  });
});

test.describe("where none is set up", () => {
  test.use({ settings: {} });

  test("none is offered", async ({ page }) => {
    for (const path of ["/login", "/register"]) {
      await page.goto(path);
      await expect(button(page, /^(Sign in|Create account)$/)).toBeVisible();
      await expect(offers(page)).toHaveCount(0);
    }
    await signIn(page, DORA);
    await page.goto("/account/connections");
    await expect(page.getByText("This server offers nothing to connect.")).toBeVisible();
  });
});

test("an account elsewhere is connected, signs in, and is disconnected", async ({ page, open, google }) => {
  google.accounts.set("farah", FARAH);
  await signIn(page, DORA);
  await page.getByRole("link", { name: "Connections" }).click();
  await expect(page.getByText("No connections yet")).toBeVisible();
  await connect(page, "Google", "farah");
  await expect(page).toHaveURL(/\/account\/connections/);
  await expect(notice(page)).toHaveText("Connected.");
  await expect(connections(page)).toHaveCount(1);
  await expect(connections(page)).toContainText("Google");
  await expect(connections(page)).toContainText(FARAH.email);

  const elsewhere = await open();
  await elsewhere.goto("/login");
  await continueWith(elsewhere, "Google", "farah");
  await expect(name(elsewhere, DORA.username)).toBeVisible();

  await test.step("an administrator sees it", async () => {
    const admin = await open();
    await signIn(admin, ADMIN);
    await goToUser(admin, DORA);
    const seen = admin.getByRole("table", { name: "Connections of this user" });
    await expect(seen).toContainText("Google");
    await expect(seen).toContainText(FARAH.email);
    await expect(button(seen, /^Disconnect/)).toHaveCount(0);
  });

  await confirm(page, `Disconnect Google, ${FARAH.email}`);
  await expect(notice(page)).toHaveText("Disconnected.");
  await expect(page.getByText("No connections yet")).toBeVisible();

  await test.step("whoever came in by it is out, and from then on it leads to an account of its own", async () => {
    await elsewhere.goto("/account");
    await expect(heading(elsewhere, "Sign in")).toBeVisible();
    await elsewhere.getByRole("link", { name: "Continue with Google" }).click();
    await sayWho(elsewhere, "farah");
    await expect(name(elsewhere, "farah.n")).toBeVisible();
  });
});

test("two accounts elsewhere lead to one account here", async ({ page, open, google, works }) => {
  google.accounts.set("farah", FARAH);
  works.accounts.set("fn", { sub: "works-fn", email: "fn@works.example", email_verified: true });
  await signIn(page, DORA);
  await connect(page, "Google", "farah");
  await expect(connections(page)).toHaveCount(1);
  await connect(page, "Works", "fn");
  await expect(connections(page)).toHaveCount(2);
  for (const [provider, account] of [["Google", "farah"], ["Works", "fn"]] as const) {
    const elsewhere = await open();
    await elsewhere.goto("/login");
    await continueWith(elsewhere, provider, account);
    await expect(name(elsewhere, DORA.username)).toBeVisible();
  }
});

test("the last way in stays until there is another", async ({ page, google }) => {
  google.accounts.set("farah", FARAH);
  await page.goto("/login");
  await continueWith(page, "Google", "farah");
  await expect(name(page, "farah.n")).toBeVisible();
  await page.goto("/account/connections");
  await expect(connections(page)).toContainText("Your only way to sign in.");
  await expect(button(page, /^Disconnect/)).toHaveCount(0);

  await page.getByRole("link", { name: "set a password" }).click();
  await expect(heading(page, "Security")).toBeVisible();
  await field(page, "New password").fill(PASSWORD);
  await send(page, button(page, "Set password"));
  await page.goto("/account/connections");
  await confirm(page, `Disconnect Google, ${FARAH.email}`);
  await expect(notice(page)).toHaveText("Disconnected.");
  await signOut(page);
  await signIn(page, { username: "farah.n", email: FARAH.email, role: "user" });
});

test("an account elsewhere belongs to one account here, whoever asks", async ({ page, open, google, watch }) => {
  watch.expectStatus(409);
  google.accounts.set("farah", FARAH);
  await signIn(page, DORA);
  await connect(page, "Google", "farah");
  await expect(notice(page)).toHaveText("Connected.");
  const emil = await open();
  await signIn(emil, EMIL);
  await connect(emil, "Google", "farah");
  await expect(heading(emil, "That account is in use already")).toBeVisible();
  await emil.getByRole("link", { name: "Go to connections" }).click();
  await expect(emil.getByText("No connections yet")).toBeVisible();
  await page.reload();
  await expect(connections(page)).toHaveCount(1);
});

test("whoever says no at the provider stays outside, and may say yes the next time", async ({ page, open, google, watch }) => {
  watch.expectStatus(403);
  google.accounts.set("farah", FARAH);
  await page.goto("/login");
  await continueWith(page, "Google", "farah", "Deny");
  await expect(heading(page, "That was cancelled")).toBeVisible();
  expect(await sessionCookie(page)).toBeUndefined();
  const admin = await open();
  await signIn(admin, ADMIN);
  expect(Object.keys(await everybody(admin))).not.toContain("farah.n");

  await page.getByRole("link", { name: "Try again" }).click();
  await continueWith(page, "Google", "farah");
  await expect(name(page, "farah.n")).toBeVisible();
});

test("whoever says no when connecting goes on as before", async ({ page, google, watch }) => {
  watch.expectStatus(403);
  google.accounts.set("farah", FARAH);
  await signIn(page, DORA);
  await connect(page, "Google", "farah", "Deny");
  await expect(heading(page, "That was cancelled")).toBeVisible();
  await page.getByRole("link", { name: "Go to connections" }).click();
  await expect(page.getByText("No connections yet")).toBeVisible();
});

test.describe("when the provider is away", () => {
  test("the page says so, and it works again when the provider is back", async ({ page, google, server, watch }) => {
    watch.expectStatus(503);
    google.accounts.set("farah", FARAH);
    // The server knows nothing of it yet: what it has read once serves for a day.
    await server.stop();
    await google.goDown();
    await server.start();
    await page.goto("/login");
    await page.getByRole("link", { name: "Continue with Google" }).click();
    await expect(heading(page, "No answer from the provider")).toBeVisible();
    // A password needs no provider.
    await signIn(page, DORA);
    await signOut(page);
    await google.comeBack();
    // After a failure nobody asks for a few seconds.
    await expect(async () => {
      await page.goto("/login");
      await page.getByRole("link", { name: "Continue with Google" }).click();
      await expect(heading(page, "Who are you at Google?")).toBeVisible({ timeout: 100 });
    }).toPass();
    await sayWho(page, "farah");
    await button(page, "Allow").click();
    await expect(name(page, "farah.n")).toBeVisible();
  });

  test("nobody is let in whose word it could not take", async ({ page, google, watch }) => {
    watch.expectStatus(503);
    google.accounts.set("farah", FARAH);
    google.break("/token");
    await page.goto("/login");
    await continueWith(page, "Google", "farah");
    await expect(heading(page, "No answer from the provider")).toBeVisible();
    expect(await sessionCookie(page)).toBeUndefined();
    google.mend("/token");
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("link", { name: "Continue with Google" }).click();
    await sayWho(page, "farah");
    await expect(name(page, "farah.n")).toBeVisible();
  });
});

test.describe("where only one organisation is let in", () => {
  test.use({ more: { google_hosted_domains: "example.org,example.com" } });

  test("its people get in, and nobody else does", async ({ open, google, watch }) => {
    watch.expectStatus(403);
    google.accounts.set("inside", ofOrganisation("greta"));
    google.accounts.set("outside", { ...ofOrganisation("greta", "elsewhere.example"), sub: "google-2" });
    // An address of the organisation, at a provider account that is not the organisation's.
    google.accounts.set("pretending", { ...ofOrganisation("greta"), sub: "google-3", hd: undefined });
    for (const account of ["outside", "pretending"]) {
      const page = await open();
      await page.goto("/login");
      await continueWith(page, "Google", account);
      await expect(heading(page, "That account is not let in here"), account).toBeVisible();
      expect(await sessionCookie(page), account).toBeUndefined();
    }
    const page = await open();
    await page.goto("/login");
    await continueWith(page, "Google", "inside");
    await expect(name(page, "greta")).toBeVisible();
  });
});

test.describe("where sign-up is closed", () => {
  test.use({ more: { sign_up: "closed" } });

  test("whoever has no account gets none, and whoever has connected theirs gets in", async ({ page, open, google, watch }) => {
    watch.expectStatus(403);
    google.accounts.set("farah", FARAH);
    const stranger = await open();
    await stranger.goto("/login");
    await continueWith(stranger, "Google", "farah");
    await expect(heading(stranger, "Sign-up is closed")).toBeVisible();
    expect(await sessionCookie(stranger)).toBeUndefined();

    await signIn(page, DORA);
    await connect(page, "Google", "farah");
    await expect(notice(page)).toHaveText("Connected.");
    await stranger.goto("/login");
    await stranger.getByRole("link", { name: "Continue with Google" }).click();
    await sayWho(stranger, "farah");
    await expect(name(stranger, DORA.username)).toBeVisible();
  });
});

test.describe("when somebody here has the address already", () => {
  const HANNA = { username: "hanna", email: "hanna@example.org", role: "user" } as const;

  test("it is the same person where both sides have verified it", async ({ page, open, server, google }) => {
    await run(server.folder, ["user", "create", HANNA.username, "--email", HANNA.email, "--email-verified"], `${PASSWORD}\n`);
    google.accounts.set("hanna", ofOrganisation("hanna"));
    await page.goto("/login");
    await continueWith(page, "Google", "hanna");
    await expect(name(page, HANNA.username)).toBeVisible();
    await page.goto("/account/connections");
    await expect(connections(page)).toHaveCount(1);
    // The password is still a way in.
    await signIn(await open(), HANNA);
  });

  test("it is somebody else where it was never verified here, and the address goes to its owner", async ({ page, open, google }) => {
    google.accounts.set("emil", ofOrganisation(EMIL.username));
    await page.goto("/login");
    await continueWith(page, "Google", "emil");
    await expect(heading(page, "Account")).toBeVisible();
    await expect(name(page, EMIL.username)).toHaveCount(0);
    await expect(page.getByText(EMIL.email)).toBeVisible();
    const admin = await open();
    await signIn(admin, ADMIN);
    const users = await everybody(admin);
    expect(users[EMIL.username], "whoever had typed it").toEqual({ email: null, verified: false });
    const owners = Object.values(users).filter(({ email }) => email === EMIL.email);
    expect(owners).toEqual([{ email: EMIL.email, verified: true }]);
    // Their account is theirs still, by its name.
    await signIn(await open(), EMIL);
  });

  test("nobody gets in by the address alone where the provider does not say whose organisation it is", async ({ page, open, server, google, watch }) => {
    watch.expectStatus(409);
    await run(server.folder, ["user", "create", HANNA.username, "--email", HANNA.email, "--email-verified"], `${PASSWORD}\n`);
    google.accounts.set("hanna", { ...ofOrganisation("hanna"), hd: undefined });
    await page.goto("/login");
    await continueWith(page, "Google", "hanna");
    await expect(heading(page, "You may have an account already")).toBeVisible();
    expect(await sessionCookie(page)).toBeUndefined();

    await test.step("but whoever proves both is connected", async () => {
      await page.getByRole("link", { name: "Sign in" }).click();
      await trySignIn(page, HANNA.username, PASSWORD);
      await expect(heading(page, "Connections")).toBeVisible();
      await button(page, "Connect Google").click();
      await sayWho(page, "hanna");
      await expect(notice(page)).toHaveText("Connected.");
      const elsewhere = await open();
      await elsewhere.goto("/login");
      await continueWith(elsewhere, "Google", "hanna");
      await expect(name(elsewhere, HANNA.username)).toBeVisible();
    });
  });

  test("an address that the provider has not verified says nothing", { tag: "@once" }, async ({ page, open, server, google }) => {
    await run(server.folder, ["user", "create", HANNA.username, "--email", HANNA.email, "--email-verified"], `${PASSWORD}\n`);
    google.accounts.set("hanna", { ...ofOrganisation("hanna"), email_verified: false });
    await page.goto("/login");
    await continueWith(page, "Google", "hanna");
    // An account of their own, without the address, and without a word on whose it is.
    await expect(heading(page, "Account")).toBeVisible();
    await expect(name(page, HANNA.username)).toHaveCount(0);
    await expect(page.getByText(HANNA.email)).toHaveCount(0);
    const admin = await open();
    await signIn(admin, ADMIN);
    expect((await everybody(admin))[HANNA.username]).toEqual({ email: HANNA.email, verified: true });
  });

  test("a provider whose word on addresses is not trusted joins nobody", { tag: "@once" }, async ({ page, open, server, works }) => {
    await run(server.folder, ["user", "create", HANNA.username, "--email", HANNA.email, "--email-verified"], `${PASSWORD}\n`);
    works.accounts.set("hanna", ofOrganisation("hanna"));
    await page.goto("/login");
    await continueWith(page, "Works", "hanna");
    // An account of their own, as for an address that nobody here has.
    await expect(heading(page, "Account")).toBeVisible();
    await expect(name(page, HANNA.username)).toHaveCount(0);
    await expect(page.getByText(HANNA.email)).toHaveCount(0);
    const admin = await open();
    await signIn(admin, ADMIN);
    expect((await everybody(admin))[HANNA.username]).toEqual({ email: HANNA.email, verified: true });
  });

  test.describe("and the provider's word on addresses is trusted", () => {
    test.use({ ofWorks: { trust_email: true } });

    test("it is the same person", { tag: "@once" }, async ({ page, server, works }) => {
      await run(server.folder, ["user", "create", HANNA.username, "--email", HANNA.email, "--email-verified"], `${PASSWORD}\n`);
      works.accounts.set("hanna", { sub: "works-hanna", email: HANNA.email, email_verified: true });
      await page.goto("/login");
      await continueWith(page, "Works", "hanna");
      await expect(name(page, HANNA.username)).toBeVisible();
    });
  });
});

test("a disabled account stays shut", async ({ page, open, google, watch }) => {
  watch.expectStatus(403);
  google.accounts.set("farah", FARAH);
  await signIn(page, DORA);
  await connect(page, "Google", "farah");
  await expect(notice(page)).toHaveText("Connected.");
  const admin = await open();
  await signIn(admin, ADMIN);
  await goToUser(admin, DORA);
  await confirm(admin, `Disable user ${DORA.username}`);

  const elsewhere = await open();
  await elsewhere.goto("/login");
  await continueWith(elsewhere, "Google", "farah");
  await expect(heading(elsewhere, "Your account is disabled")).toBeVisible();
  expect(await sessionCookie(elsewhere)).toBeUndefined();

  await send(admin, button(admin, "Enable user"));
  await elsewhere.goto("/login");
  await elsewhere.getByRole("link", { name: "Continue with Google" }).click();
  await sayWho(elsewhere, "farah");
  await expect(name(elsewhere, DORA.username)).toBeVisible();
});

/** Goes through the provider, which keeps the answer to itself instead of having the browser bring it. */
async function answerFor(page: Page, google: OpenIdProvider, account: string): Promise<string> {
  google.isHoldingBack = true;
  await page.goto("/login");
  await continueWith(page, "Google", account);
  await expect(heading(page, "Held back")).toBeVisible();
  google.isHoldingBack = false;
  return google.answers.at(-1) ?? "";
}

test("an answer that is brought by another browser signs nobody in", async ({ page, open, google, watch }) => {
  watch.expectStatus(400);
  google.accounts.set("farah", FARAH);
  const url = await answerFor(page, google, "farah");
  const victim = await open();
  // With and without having been here before.
  await victim.goto(url);
  await expect(heading(victim, "Please start again")).toBeVisible();
  expect(await sessionCookie(victim)).toBeUndefined();
  await victim.goto("/login");
  await victim.goto(url);
  await expect(heading(victim, "Please start again")).toBeVisible();
  expect(await sessionCookie(victim)).toBeUndefined();

  await test.step("nor does it take their own session from whoever is signed in", async () => {
    await signIn(victim, DORA);
    const before = await sessionCookie(victim);
    await victim.goto(url);
    await expect(heading(victim, "Please start again")).toBeVisible();
    expect(await sessionCookie(victim)).toBe(before);
    await victim.goto("/account");
    await expect(name(victim, DORA.username)).toBeVisible();
  });
});

test("an answer counts once", async ({ page, google, watch }) => {
  watch.expectStatus(400);
  google.accounts.set("farah", FARAH);
  const url = await answerFor(page, google, "farah");
  await page.goto(url);
  await expect(name(page, "farah.n")).toBeVisible();
  const session = await sessionCookie(page);
  await page.goto(url);
  await expect(heading(page, "Please start again")).toBeVisible();
  expect(await sessionCookie(page), "what was opened stays as it is").toBe(session);
  await signOut(page);
  await page.goto(url);
  await expect(heading(page, "Please start again")).toBeVisible();
  expect(await sessionCookie(page)).toBeUndefined();
});

test("an answer under another state signs nobody in", { tag: "@once" }, async ({ page, google, watch }) => {
  watch.expectStatus(400);
  google.accounts.set("farah", FARAH);
  const url = new URL(await answerFor(page, google, "farah"));
  for (const state of ["", "of-my-own", null]) {
    if (state === null) url.searchParams.delete("state");
    else url.searchParams.set("state", state);
    await page.goto(url.href);
    await expect(heading(page, "Please start again"), String(state)).toBeVisible();
    expect(await sessionCookie(page)).toBeUndefined();
  }
});

test("two ways begun in one browser both lead in", async ({ page, google, works }) => {
  google.accounts.set("farah", FARAH);
  works.accounts.set("fn", { sub: "works-fn", email: "fn@works.example", email_verified: true });
  const other = await page.context().newPage();
  for (const [tab, provider] of [[page, "Google"], [other, "Works"]] as const) {
    await tab.goto("/login");
    await tab.getByRole("link", { name: `Continue with ${provider}` }).click();
    await expect(heading(tab, `Who are you at ${provider}?`)).toBeVisible();
  }
  await sayWho(page, "farah");
  await sayWho(other, "fn");
  await button(page, "Allow").click();
  await expect(name(page, "farah.n")).toBeVisible();
  await button(other, "Allow").click();
  await expect(name(other, "fn")).toBeVisible();
});

test("two ways to one provider begun in one browser both lead in", { tag: "@once" }, async ({ page, google }) => {
  google.accounts.set("farah", FARAH);
  const other = await page.context().newPage();
  for (const tab of [page, other]) {
    await tab.goto("/login");
    await tab.getByRole("link", { name: "Continue with Google" }).click();
    await expect(heading(tab, "Who are you at Google?")).toBeVisible();
  }
  await sayWho(page, "farah");
  await button(page, "Allow").click();
  await expect(name(page, "farah.n")).toBeVisible();
  await sayWho(other, "farah");
  await expect(name(other, "farah.n")).toBeVisible();
});

test("a way back that leads off the server is not taken", { tag: "@once" }, async ({ page, google }) => {
  google.accounts.set("farah", FARAH);
  for (const [number, next] of ["//evil.example", "https://evil.example/", "/\\evil.example"].entries()) {
    await page.goto(`/auth/google?next=${encodeURIComponent(next)}`);
    await sayWho(page, "farah");
    if (number === 0) await button(page, "Allow").click();
    await expect(page, next).toHaveURL("/account");
    await signOut(page);
  }
});

test("the record tells the way that somebody came in, and no secret of it", { tag: "@once" }, async ({ page, open, google }) => {
  google.accounts.set("farah", FARAH);
  const url = new URL(await answerFor(page, google, "farah"));
  await page.goto(url.href);
  await expect(name(page, "farah.n")).toBeVisible();
  const admin = await open();
  await signIn(admin, ADMIN);
  const answer = await admin.request.get("/api/admin/audit?limit=200");
  const record = JSON.stringify(await answer.json());
  expect(record).toContain("farah.n");
  for (const secret of [url.searchParams.get("code"), url.searchParams.get("state"), google.client.secret]) {
    expect(record).not.toContain(secret ?? "no such value");
  }
});
