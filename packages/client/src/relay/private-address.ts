/**
 * Addresses of the device itself and of networks that are not the internet, as far as their text shows it. An address
 * that a stranger wrote must not make this device knock at its own router.
 */
export function isPrivateHost(given: string): boolean {
  const host = given.toLowerCase().replace(/\.$/, "");
  if (/^(?:localhost|.*\.(?:localhost|local|internal|lan|home\.arpa))$/.test(host)) return true;
  if (host.startsWith("[")) return /^\[(?:::|f[cd]|fe[89ab]|64:ff9b:)/.test(host);
  // Numbers alone, in whatever writing, are an address of the old kind.
  if (!/^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*$/.test(host)) return false;
  const parts = host.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^(?:0|[1-9]\d{0,2})$/.test(part))) return true;
  const [a, b] = parts.map(Number) as [number, number];
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if (a === 100) return b >= 64 && b < 128;
  if (a === 172) return b >= 16 && b < 32;
  return (a === 169 && b === 254) || (a === 192 && b === 168);
}
