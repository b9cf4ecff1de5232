/** Every case of the suite, in the order in which they are run and reported. */
import type { CheckCase } from "./case.ts";
import { deletionCases } from "./cases/deletion.ts";
import { nip01Events } from "./cases/nip01-events.ts";
import { nip01Filters } from "./cases/nip01-filters.ts";
import { nip01Messages } from "./cases/nip01-messages.ts";
import { privacyCases } from "./cases/privacy.ts";
import { replaceableCases } from "./cases/replaceable.ts";
import { serviceCases } from "./cases/services.ts";

export const allCases: readonly CheckCase[] = Object.freeze([
  ...nip01Events,
  ...nip01Filters,
  ...nip01Messages,
  ...replaceableCases,
  ...deletionCases,
  ...privacyCases,
  ...serviceCases,
]);
