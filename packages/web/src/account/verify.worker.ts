/** A thread that verifies signatures and proofs, so that the page never waits for one. */
import { judgeJobs } from "@subrosa/client/session/judge";
import { serveWeb } from "@subrosa/curve/pool-web";

serveWeb(judgeJobs());
