// SPDX-License-Identifier: MIT
//
// The floor of signing: how many signatures EVP_DigestSign makes in a second of a processor's
// time, over as many octets as an answer has.
//
//     signing KEY SECONDS
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void sign(EVP_PKEY *key)
{
    static const unsigned char message[256];
    unsigned char signature[512];
    size_t len = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, signature, &len, message, sizeof message) != 1)
        exit(1);
    EVP_MD_CTX_free(context);
}

int main(int argc, char **argv)
{
    FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
    EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (key == NULL)
        return 64;
    fclose(file);
    double begin = now();
    double end = begin + atof(argv[2]);
    long n = 0;
    for (; now() < end; n += 100) {
        for (int i = 0; i < 100; i++)
            sign(key);
    }
    printf("%.1f\n", (double)n / (now() - begin));
    EVP_PKEY_free(key);
    return 0;
}
