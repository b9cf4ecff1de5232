/*
 * The native peer of the kernel: libsecp256k1 as the system has it, 128 things for each letter read.
 *
 *   v  parse an x-only key and verify a BIP-340 signature     t  the same with the key parsed before:
 *   e  multiply a key by a secret, in constant time              one sum a*G + b*P, brought to affine
 *   s  sign
 *
 * Answers with a letter and a newline, so that whoever waits knows it is done.
 */
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <stdio.h>
#include <string.h>

#define THINGS 128

static unsigned char messages[THINGS][32], signatures[THINGS][64], keys[THINGS][32];
static secp256k1_keypair pairs[THINGS];
static secp256k1_xonly_pubkey parsed[THINGS];
static secp256k1_pubkey points[THINGS];

int main(void) {
    secp256k1_context *context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    unsigned char secret[32], shared[32], aux[32] = {0};
    int good = 1, letter;
    for (int i = 0; i < THINGS; i++) {
        memset(secret, 17, 32);
        secret[30] = i >> 4;
        secret[31] = 1 + i;
        memset(messages[i], i, 32);
        good &= secp256k1_keypair_create(context, &pairs[i], secret);
        good &= secp256k1_keypair_xonly_pub(context, &parsed[i], NULL, &pairs[i]);
        good &= secp256k1_keypair_pub(context, &points[i], &pairs[i]);
        good &= secp256k1_xonly_pubkey_serialize(context, keys[i], &parsed[i]);
        good &= secp256k1_schnorrsig_sign32(context, signatures[i], messages[i], &pairs[i], aux);
    }
    while ((letter = getchar()) != EOF) {
        for (int i = 0; i < THINGS && letter != '\n'; i++) {
            secp256k1_xonly_pubkey key = parsed[i];
            if (letter == 'v') good &= secp256k1_xonly_pubkey_parse(context, &key, keys[i]);
            if (letter == 'v' || letter == 't')
                good &= secp256k1_schnorrsig_verify(context, signatures[i], messages[i], 32, &key);
            if (letter == 'e') good &= secp256k1_ecdh(context, shared, &points[i], secret, NULL, NULL);
            if (letter == 's') good &= secp256k1_schnorrsig_sign32(context, signatures[i], messages[i], &pairs[i], aux);
        }
        if (letter == '\n') continue;
        printf("%c\n", good ? letter : '!');
        fflush(stdout);
    }
    return 0;
}
