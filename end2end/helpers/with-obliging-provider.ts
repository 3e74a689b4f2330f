// Journeys on a server with one provider that asks nobody anything: for what is about this server's side alone.
import { test as base } from "./fixtures.ts";
import { MisbehavingProvider, withWorks } from "./misbehaving-provider.ts";

export const test = base.extend<{ obliging: MisbehavingProvider }>({
  obliging: async ({}, use) => {
    const provider = await MisbehavingProvider.start();
    await use(provider);
    await provider.stop();
  },
  settings: async ({ obliging }, use) => use(withWorks(obliging)),
  watch: async ({ watch, obliging }, use) => {
    watch.trust(obliging.issuer);
    await use(watch);
  },
});

export { expect } from "./fixtures.ts";
