// Providers that do one thing wrong: whatever it is, nobody gets in by it, and whoever tried is on the record once.
import type { Page } from "@playwright/test";
import { heading, sessionCookie, signIn } from "../helpers/actions.ts";
import { expect, type Open, test as base } from "../helpers/fixtures.ts";
import { Listener } from "../helpers/listener.ts";
import { MISBEHAVIOURS, MisbehavingProvider, type Misbehaviour } from "../helpers/misbehaving-provider.ts";
import { ADMIN } from "../helpers/people.ts";

/** No misbehaviour: the provider that does everything right. */
const NOTHING = "does nothing wrong";

type Wrong = Misbehaviour | typeof NOTHING;

const test = base.extend<{ wrongs: readonly Wrong[]; providers: Map<Wrong, MisbehavingProvider> }>({
  wrongs: [[], { option: true }],
  providers: async ({ wrongs }, use) => {
    const providers = new Map<Wrong, MisbehavingProvider>();
    for (const wrong of wrongs) {
      providers.set(wrong, await MisbehavingProvider.start(wrong === NOTHING ? undefined : wrong));
    }
    await use(providers);
    for (const provider of providers.values()) await provider.stop();
  },
  settings: async ({ providers }, use) => {
    const tables = [...providers].map(([wrong, provider], number) =>
      provider.asSetting(`provider-${number}`, `One that ${wrong}`),
    );
    await use({ providers: JSON.stringify(tables), rate_limit: "off" });
  },
  watch: async ({ watch, providers }, use) => {
    for (const { issuer } of providers.values()) watch.trust(issuer);
    await use(watch);
  },
});

/** What an attack may change, and what it may not. */
async function standing(admin: Page): Promise<{ users: string[]; refusals: number; signIns: number }> {
  const items = async (path: string) => {
    const answer = await admin.request.get(path);
    expect(answer.status(), path).toBe(200);
    return (await answer.json()).items;
  };
  const users: Array<{ username: string }> = await items("/api/admin/users?limit=200");
  const refusals: unknown[] = await items("/api/admin/audit?limit=200&kind=identity.refused");
  const signIns: unknown[] = await items("/api/admin/audit?limit=200&kind=sign_in");
  return { users: users.map(({ username }) => username).sort(), refusals: refusals.length, signIns: signIns.length };
}

const STATUSES = { "No answer from the provider": 503, "The clocks do not agree": 500, "The answer could not be trusted": 502 };

/** What the page says of it: that the answer is no proof, unless it is about time or does not come at all. */
function titleOf(wrong: Wrong): keyof typeof STATUSES {
  if (wrong.startsWith("does not answer")) return "No answer from the provider";
  if (wrong.startsWith("sends a token ")) return "The clocks do not agree";
  return "The answer could not be trusted";
}


// Many providers in one journey.
test.slow();

/** Has somebody try to come in by each. */
async function tryAll(open: Open, providers: Map<Wrong, MisbehavingProvider>): Promise<void> {
  const admin = await open();
  await signIn(admin, ADMIN);
  for (const wrong of providers.keys()) {
    await test.step(wrong, async () => {
      const before = await standing(admin);
      const page = await open();
      await page.goto("/login");
      await page.getByRole("link", { name: `Continue with One that ${wrong}`, exact: true }).click();
      // All are looked at before the first that gets through ends the journey.
      await expect.soft(heading(page, titleOf(wrong)), wrong).toBeVisible();
      expect.soft(await sessionCookie(page), wrong).toBeUndefined();
      const refusals = before.refusals + 1;
      expect.soft(await standing(admin), wrong).toEqual({ ...before, refusals });
      await page.context().close();
    });
  }
}

// In three parts: a server takes no more than a few dozen providers.
for (const [what, wrongs] of [
  ["says something wrong in its token", MISBEHAVIOURS.slice(0, 14)],
  ["proves it in a wrong way, or answers what was not asked", MISBEHAVIOURS.slice(14, 24)],
  ["says something wrong of itself, or nothing", MISBEHAVIOURS.slice(24)],
] as const) {
  test.describe(`which ${what}`, () => {
    test.use({ wrongs });

    test(`a provider that ${what} lets nobody in`, { tag: "@once" }, async ({ open, providers, watch }) => {
      watch.expectStatus(...wrongs.map((wrong) => STATUSES[titleOf(wrong)]));
      await tryAll(open, providers);
      for (const wrong of wrongs.filter((wrong) => wrong.startsWith("leads elsewhere"))) {
        const asked = providers.get(wrong)?.asked ?? [];
        expect(asked, wrong).not.toEqual([]);
        expect(asked.filter((path) => path.startsWith("/moved")), wrong).toEqual([]);
      }
    });
  });
}

test.describe("that behave", () => {
  test.use({ wrongs: [NOTHING] });

  test("a provider that does nothing wrong lets people in", { tag: "@once" }, async ({ page, open, providers }) => {
    const admin = await open();
    await signIn(admin, ADMIN);
    const before = await standing(admin);
    await page.goto("/login");
    await page.getByRole("link", { name: `Continue with One that ${NOTHING}` }).click();
    await expect(page).toHaveURL("/account");
    await expect(page.getByRole("heading", { name: "mallory", exact: true })).toBeVisible();
    const after = await standing(admin);
    expect(after.users).toEqual([...before.users, "mallory"].sort());
    expect(after.refusals).toBe(before.refusals);
    expect(providers.get(NOTHING)?.asked).toContain("/token");
  });

  test("a provider may have its door on another host, and lead on from there", { tag: "@once" }, async ({ open, providers, watch }) => {
    const provider = providers.get(NOTHING);
    const door = await Listener.on((request, response) => {
      response.writeHead(302, { location: `${provider?.issuer}${request.url}` }).end();
    });
    watch.trust(`http://127.0.0.1:${door.port}`);
    if (provider) provider.says = { authorization_endpoint: `http://127.0.0.1:${door.port}/authorize` };
    const page = await open();
    await page.goto("/login");
    await page.getByRole("link", { name: `Continue with One that ${NOTHING}` }).click();
    await expect(page.getByRole("heading", { name: "mallory", exact: true })).toBeVisible();
    await door.goAway();
  });
});
