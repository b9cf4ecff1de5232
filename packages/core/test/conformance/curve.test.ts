import { curveConformance } from "@subrosa/testkit/curve-conformance";
import { nobleCurve } from "../../src/curve/noble.ts";

curveConformance("noble", () => nobleCurve);
