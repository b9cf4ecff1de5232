/**
 * The one Trusted Types policy of this page. Markup comes from templates that were compiled into our scripts, and script
 * addresses from our own build; nothing that anybody wrote passes through here. index.html allows this policy alone.
 */

interface Policy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const factory = (globalThis as { readonly trustedTypes?: Factory }).trustedTypes;

const rules: Policy = {
  createHTML: (text) => text,
  createScriptURL: (text) => {
    const url = new URL(text, document.baseURI);
    if (url.origin !== location.origin) throw new TypeError("a script comes from this page's own address");
    return url.href;
  },
};

const policy: Policy = factory?.createPolicy("subrosa", rules) ?? rules;

/** Of a template that the compiler wrote. */
export function templateMarkup(compiled: string): string {
  return policy.createHTML(compiled);
}

/** Of a worker that was built with this page. */
export function ownScript(address: string): string {
  return policy.createScriptURL(address);
}
