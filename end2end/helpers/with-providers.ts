// Journeys on a server where people sign in with providers: what those journeys are given beside the rest.
import type { Page } from "@playwright/test";
import { button, field } from "./actions.ts";
import { expect, test as base } from "./fixtures.ts";
import { OpenIdProvider } from "./openid-provider.ts";
import type { Settings } from "./program.ts";

type Options = {
  /** Settings beyond those that name the providers. */
  more: Settings;
  /** What the file says of the second provider beyond who it is. */
  ofWorks: Record<string, unknown>;
};

type Providers = {
  /** Stands for Google, and speaks as Google does. */
  google: OpenIdProvider;
  /** Another one, of an organisation's own. */
  works: OpenIdProvider;
};

async function provider(name: string, use: (provider: OpenIdProvider) => Promise<void>): Promise<void> {
  const provider = await OpenIdProvider.start(name);
  await use(provider);
  await provider.goDown();
}

export const test = base.extend<Options & Providers>({
  more: [{}, { option: true }],
  ofWorks: [{}, { option: true }],

  google: async ({}, use) => provider("Google", use),
  works: async ({}, use) => provider("Works", use),

  settings: async ({ google, works, more, ofWorks }, use) =>
    use({
      google_client_id: google.client.id,
      google_client_secret: google.client.secret,
      google_issuer: google.issuer,
      providers: JSON.stringify([{ ...works.asSetting("works"), ...ofWorks }]),
      ...more,
    }),

  server: async ({ server, google, works }, use) => {
    await google.admit(`${server.url}/auth/google/callback`);
    await works.admit(`${server.url}/auth/works/callback`);
    await use(server);
  },

  watch: async ({ watch, google, works }, use) => {
    watch.trust(google.issuer);
    watch.trust(works.issuer);
    await use(watch);
  },
});

/** Says at the provider who one is. */
export async function sayWho(page: Page, account: string): Promise<void> {
  await field(page, "Your account").fill(account);
  await button(page, "Next").click();
}

/** Follows the button of a provider that has never been asked in this browser, and says who one is, and yes or no. */
export async function continueWith(page: Page, name: string, account: string, says: "Allow" | "Deny" = "Allow"): Promise<void> {
  await page.getByRole("link", { name: `Continue with ${name}` }).click();
  await sayWho(page, account);
  await button(page, says).click();
}

export { expect };
