/*
 * Two-term products a*G + b*P by the native libsecp256k1, as many as are asked for: one BIP-340 verification each,
 * which is such a product with a hash before it and an inversion after it. The key is parsed once.
 *
 * Reads a count per line, answers with a line when that many are done. Built by src/native.ts where a compiler and
 * Debian's libsecp256k1-dev are there.
 */
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  secp256k1_context *context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
  unsigned char secret[32], message[32], signature[64];
  secp256k1_keypair pair;
  secp256k1_xonly_pubkey key;
  memset(secret, 7, sizeof secret);
  memset(message, 9, sizeof message);
  if (!secp256k1_keypair_create(context, &pair, secret)) return 1;
  if (!secp256k1_keypair_xonly_pub(context, &key, NULL, &pair)) return 1;
  if (!secp256k1_schnorrsig_sign32(context, signature, message, &pair, NULL)) return 1;
  long count;
  while (scanf("%ld", &count) == 1) {
    for (long i = 0; i < count; i++) {
      if (!secp256k1_schnorrsig_verify(context, signature, message, sizeof message, &key)) return 1;
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
