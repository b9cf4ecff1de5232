/**
 * What compiled views call: Solid's runtime, with a `template` of our own, since Solid's assigns plain text to
 * `innerHTML`, which Trusted Types forbid. Named in build.mjs.
 */
import { untrack } from "solid-js";
import { templateMarkup } from "./trusted.ts";

export { createComponent, mergeProps } from "solid-js";
export {
  addEventListener,
  className,
  delegateEvents,
  effect,
  insert,
  memo,
  setAttribute,
  setBoolAttribute,
  setProperty,
  setStyleProperty,
  spread,
  style,
  use,
} from "solid-js/web";

/** A function that gives a fresh copy of this markup. */
export function template(markup: string, isImportNode?: boolean, isSvg?: boolean): () => Node {
  let first: Node | undefined;
  const make = (): Node => {
    const holder = document.createElement("template");
    holder.innerHTML = templateMarkup(markup);
    const top = holder.content.firstChild;
    return (isSvg === true ? top?.firstChild : top) as Node;
  };
  return isImportNode === true
    ? () =>
        untrack(() => {
          first ??= make();
          return document.importNode(first, true);
        })
    : () => {
        first ??= make();
        return first.cloneNode(true);
      };
}
