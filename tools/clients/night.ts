// What a partner's program does with the generated client, as the compiler checks it.
import createClient from "openapi-fetch";

import type { components, paths } from "./openapi.js";

type Offer = components["schemas"]["Offer"];
type Fit = components["schemas"]["Fit"];
// Lists can be had as files too, whose content is text.
type Json = "application/json" | "application/problem+json";

const WORDS: Record<Fit, number> = { strong: 3, good: 2, partial: 1 };

export async function everyOffer(portal: string, country: string): Promise<Offer[]> {
  const client = createClient<paths, Json>({ baseUrl: portal });
  const found: Offer[] = [];
  let cursor: string | undefined;
  do {
    const query = { country: [country], page_size: 100, ...(cursor === undefined ? {} : { cursor }) };
    const { data, error } = await client.GET("/api/v1/offers", { params: { query } });
    if (error) {
      throw new Error(`${error.status} ${error.title}: ${error.detail}`);
    }
    found.push(...data.results);
    cursor = data.next === null ? undefined : (new URL(data.next).searchParams.get("cursor") ?? undefined);
  } while (cursor !== undefined);
  return found;
}

export async function explained(portal: string, id: string): Promise<string[]> {
  const client = createClient<paths, Json>({ baseUrl: portal });
  const { data } = await client.GET("/api/v1/matches/{id}", { params: { path: { id } } });
  const fit = data?.fit ?? null;
  const places: string[] = data?.explanation.areas.shared ?? [];
  return fit === null ? places : [`${fit} (${WORDS[fit]})`, ...places];
}
