/*
 * Sixteen threads share one synthesizer. With a seed, all of them get the same samples, to the bit.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kokoro.h>

enum { THREADS = 16, ROUNDS = 4 };

struct worker {
    const kokoro_synthesizer *synthesizer;
    kokoro_speech *speech[ROUNDS];
    kokoro_status status;
};

static kokoro_status speak(const kokoro_synthesizer *synthesizer, kokoro_speech **speech)
{
    kokoro_request *request;
    kokoro_status status =
        kokoro_request_new("Her father works in a large bank. The cat sleeps.", KOKORO_NUL_TERMINATED, &request);
    if (status == KOKORO_OK) {
        status = kokoro_request_set_seed(request, 7);
    }
    if (status == KOKORO_OK) {
        status = kokoro_synthesizer_speak(synthesizer, request, speech);
    }
    kokoro_request_free(request);
    return status;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < ROUNDS && worker->status == KOKORO_OK; i++) {
        worker->status = speak(worker->synthesizer, &worker->speech[i]);
        if (worker->status != KOKORO_OK) {
            fprintf(stderr, "%s\n", kokoro_last_error());
        }
    }
    return NULL;
}

static void check(kokoro_status status, const char *what)
{
    if (status >= 100) {
        fprintf(stderr, "%s: %s: %s\n", what, kokoro_status_name(status), kokoro_last_error());
        exit(EXIT_FAILURE);
    }
}

int main(void)
{
    kokoro_config *config;
    check(kokoro_config_new(&config), "configuration");
    check(kokoro_config_set_model(config, "builtin"), "model");
    check(kokoro_config_set_sessions(config, 2), "sessions");
    check(kokoro_config_set_threads(config, 2), "threads");
    kokoro_synthesizer *synthesizer;
    check(kokoro_config_build(config, &synthesizer), "load");

    kokoro_speech *alone;
    check(speak(synthesizer, &alone), "speak");
    size_t expected;
    const float *samples = kokoro_speech_samples(alone, &expected);

    static struct worker workers[THREADS];
    static pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i].synthesizer = synthesizer;
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            return EXIT_FAILURE;
        }
    }
    int same = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        for (int round = 0; round < ROUNDS; round++) {
            size_t count;
            const float *others = kokoro_speech_samples(workers[i].speech[round], &count);
            same += others != NULL && count == expected && memcmp(others, samples, count * sizeof *others) == 0;
            kokoro_speech_free(workers[i].speech[round]);
        }
    }
    printf("%d of %d speeches are the same %zu samples\n", same, THREADS * ROUNDS, expected);

    kokoro_speech_free(alone);
    kokoro_synthesizer_free(synthesizer);
    return same == THREADS * ROUNDS ? EXIT_SUCCESS : EXIT_FAILURE;
}
