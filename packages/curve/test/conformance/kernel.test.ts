import { curveConformance } from "@subrosa/testkit/curve-conformance";
import { createKernel } from "../../src/kernel.ts";

curveConformance("kernel", () => createKernel());
// So few keys and tables that nearly every lookup pushes another key out.
curveConformance("kernel with the smallest caches", () => createKernel({ keys: 4, tables: 2 }));
curveConformance("kernel without tables for keys", () => createKernel({ tables: 0 }));
