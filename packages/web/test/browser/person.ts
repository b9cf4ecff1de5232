/** Somebody at the page, who does what the page offers and reads what it says. */
import { decodeEntity } from "@subrosa/core/nostr/nip19";
import type { Page } from "playwright-core";
import type { Lab } from "./lab.ts";

export class Person {
  readonly page: Page;
  readonly #lab: Lab;
  #key: string | undefined;

  private constructor(page: Page, lab: Lab) {
    this.page = page;
    this.#lab = lab;
  }

  /** Opens the page, or a link that was sent, for the first time. */
  static async arrive(lab: Lab, name: string, link?: string): Promise<Person> {
    const context = await lab.visitor(name);
    const page = await context.newPage();
    await page.goto(link ?? lab.address);
    await page.getByLabel("What shall people call you?").fill(name);
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("navigation", { name: "Places" }).waitFor();
    return new Person(page, lab);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.getByRole("navigation", { name: "Places" }).waitFor();
  }

  async go(fragment: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  }

  place(name: "People" | "Groups" | "Speak" | "Settings"): Promise<void> {
    return this.page.getByRole("navigation", { name: "Places" }).getByRole("link", { name }).click();
  }

  async link(): Promise<string> {
    await this.place("People");
    await this.page.getByRole("link", { name: "Add" }).click();
    await this.page.getByRole("button", { name: "Show mine" }).click();
    return this.page.getByLabel("Your link").inputValue();
  }

  async key(): Promise<string> {
    await this.place("Settings");
    return this.page.getByLabel("Public key").inputValue();
  }

  async hexKey(): Promise<string> {
    this.#key ??= await this.key();
    const entity = decodeEntity(this.#key);
    return entity.type === "npub" ? entity.pubkey : "";
  }

  /** Asks the person of a link to be in touch. */
  async ask(words: string): Promise<void> {
    await this.page.getByLabel("A few words").fill(words);
    await this.page.getByRole("button", { name: "Ask", exact: true }).click();
    await this.page.getByText("You can write as soon as they accept").waitFor();
  }

  async accept(words: string, name: string): Promise<void> {
    await this.place("People");
    await this.page.getByRole("link", { name: words }).click();
    await this.page.getByLabel("What you call them").fill(name);
    await this.page.getByRole("button", { name: "Accept" }).click();
    await this.page.getByText("Say hello").waitFor();
  }

  /** Into the conversation in view. */
  async write(to: string, text: string): Promise<void> {
    const field = this.page.getByRole("textbox", { name: `Write to ⁨${to}⁩` });
    await field.fill(text);
    await field.press("Enter");
    await this.page.locator(".message.mine", { hasText: text }).last().waitFor();
  }

  reads(text: string): Promise<void> {
    return this.page.getByText(text, { exact: false }).last().waitFor();
  }

  /** Of a group in view, as it is handed on. */
  async invitation(): Promise<string> {
    await this.page.getByRole("link", { name: "About" }).click();
    const link = await this.page.getByLabel("Invitation", { exact: true }).inputValue();
    await this.page.getByRole("link", { name: "Back" }).last().click();
    return link;
  }

  async createGroup(name: string, kind: "Anonymous group" | "Encrypted channel"): Promise<void> {
    await this.place("Groups");
    await this.page.getByRole("link", { name: "New group" }).click();
    await this.page.getByRole("radio", { name: kind }).check();
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    await this.page.getByRole("button", { name: "Create" }).click();
    await this.page.getByRole("textbox", { name: `Write to` }).waitFor();
  }

  async joinGroup(link: string, words: string): Promise<void> {
    await this.go(new URL(link).hash);
    await this.page.getByLabel("Your words to the group").fill(words);
    await this.page.getByRole("button", { name: "Ask to join" }).click();
    await this.page.getByText("You asked to join").waitFor();
  }

  async open(group: string): Promise<void> {
    await this.place("Groups");
    await this.page.getByRole("link", { name: group }).click();
  }

  get address(): string {
    return this.#lab.address;
  }
}
