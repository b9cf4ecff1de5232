/**
 * node packages/web/icons.mjs: draws public/icon.svg, the same rose as in the page, and with a Chromium its PNGs. Run by
 * hand when the rose changes; what it made is committed.
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const PUBLIC = join(dirname(fileURLToPath(import.meta.url)), "public");
const COLOURS = ["#b3174b", "#96123c"];

function rose() {
  const circles = [
    [15, 14.5],
    [9, 10.5],
  ].flatMap(([distance = 0, radius = 0], ring) =>
    Array.from({ length: 5 }, (_, i) => {
      const angle = ((i + ring / 2) / 5 + 18 / 360) * 2 * Math.PI;
      const [x, y] = [32 + distance * Math.cos(angle), 32 + distance * Math.sin(angle)].map((n) => n.toFixed(2));
      return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${COLOURS[ring]}" stroke="#fff" stroke-opacity=".55"/>`;
    }),
  );
  const heart =
    '<circle cx="32" cy="32" r="8.5" fill="#e98ba6" stroke="#fff" stroke-opacity=".55"/>' +
    '<path d="M25.5 33.5a6.600 6.600 0 1 1 12.300 1.600a4.400 4.400 0 1 1-7.600-4.300a2.500 2.500 0 1 1 4.200 2.600" fill="none" stroke="#96123c" stroke-width="1.4" stroke-linecap="round"/>';
  return circles.join("") + heart;
}

const svg = (/** @type {string} */ inside) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>Subrosa</title>${inside}</svg>\n`;
writeFileSync(join(PUBLIC, "icon.svg"), svg(rose()));

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
// The larger one may be cut to any shape: its rose stays within the middle, on the page's paper.
for (const { size, scale } of [
  { size: 192, scale: 1 },
  { size: 512, scale: 0.7 },
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const move = (32 * (1 - scale)).toFixed(2);
  const paper = scale < 1 ? '<rect width="64" height="64" fill="#fbf8f5"/>' : "";
  const inside = `${paper}<g transform="translate(${move} ${move}) scale(${scale})">${rose()}</g>`;
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw}</style>${svg(inside)}`);
  await page.screenshot({ path: join(PUBLIC, `icon-${size}.png`), omitBackground: true });
}
await browser.close();
