// SPDX-License-Identifier: MIT
//
// The engine of the worker process, without HTTP: the cache, and one generation (a loaded
// configuration) at a time, which a reload replaces while requests go on. answer/ask.h asks it, and
// answer/upkeep.h does what is due from time to time.
#ifndef ANSWER_ENGINE_H
#define ANSWER_ENGINE_H

#include "answer/cache.h"
#include "config/config.h"

struct engine;
struct generation;

// engine_new makes an engine without a generation: every answer is tryLater. Returns NULL, with the
// reason in the `size` bytes at `why`. engine_free saves the answers that wait for it and frees the
// engine; callers that wait for an answer get tryLater first. NULL is allowed.
struct engine *engine_new(char *why, size_t size);
void engine_free(struct engine *engine);

// engine_serve loads a configuration and answers by it from then on, with the signer process behind
// `signer_socket`. It takes both, whatever it returns. Until it has loaded, the previous generation
// answers. Returns false with the reason in `why`, and the previous generation stays.
bool engine_serve(struct engine *engine, struct config *config, int signer_socket, char *why,
                  size_t size);

// engine_renew_signer replaces the signer process in the same way, and reads no source again.
bool engine_renew_signer(struct engine *engine, int signer_socket, char *why, size_t size);

// engine_has_signer_process returns whether the signer process is there and answers.
bool engine_has_signer_process(struct engine *engine);

// engine_hold returns the current generation, NULL when there is none yet. It stays until
// engine_release().
struct generation *engine_hold(struct engine *engine);
void engine_release(struct generation *generation);

// engine_free_retired frees generations that were replaced and that no request holds any more.
// This may take some time: the caller is a thread that nothing waits for, not the upkeep's.
void engine_free_retired(struct engine *engine);

#endif
