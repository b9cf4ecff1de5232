/**
 * The sign-in code of two real clients, as a page of theirs has it: NDK's and applesauce's signers for NIP-07, unchanged
 * from npm, and what they publish with. It runs in the browser; clients.test.ts bundles it.
 */
import NDK, { NDKEvent, NDKNip07Signer, NDKUser } from "@nostr-dev-kit/ndk";
import { Relay } from "applesauce-relay";
import { ExtensionSigner } from "applesauce-signers/signers/extension-signer";

Object.assign(window, { NDK, NDKEvent, NDKNip07Signer, NDKUser, ExtensionSigner, Relay });
