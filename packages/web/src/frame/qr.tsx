/** A text as a QR code, drawn as one path: no markup is made from text. The code is loaded when somebody wants one. */
import { createResource, type JSX, Show } from "solid-js";

export function QrCode(props: { readonly text: string; readonly label: string }): JSX.Element {
  const [rows] = createResource(
    () => props.text,
    async (text) => (await import("qr")).encodeQR(text, "raw", { ecc: "low", border: 2 }),
  );
  const path = (): string =>
    (rows() ?? []).flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const size = (): number => rows()?.length ?? 1;
  return (
    <figure class="qr" role="img" aria-label={props.label}>
      <Show when={rows()}>
        <svg viewBox={`0 0 ${size()} ${size()}`} shape-rendering="crispEdges" aria-hidden="true">
          <path d={path()} fill="#000000" />
        </svg>
      </Show>
    </figure>
  );
}
