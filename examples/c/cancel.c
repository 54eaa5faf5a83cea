/*
 * Cancels a book that another thread is speaking.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kokoro.h>

struct reader {
    const kokoro_synthesizer *synthesizer;
    const kokoro_request *request;
    kokoro_status status;
};

static void *read_aloud(void *argument)
{
    struct reader *reader = argument;
    kokoro_speech *speech;
    reader->status = kokoro_synthesizer_speak(reader->synthesizer, reader->request, &speech);
    kokoro_speech_free(speech); /* NULL if it was cancelled */
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
    enum { SENTENCES = 10000 };
    static const char sentence[] = "The old bridge was destroyed by fire. ";
    char *book = malloc(SENTENCES * (sizeof sentence - 1));
    if (book == NULL) {
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < SENTENCES; i++) {
        memcpy(book + i * (sizeof sentence - 1), sentence, sizeof sentence - 1);
    }

    kokoro_config *config;
    check(kokoro_config_new(&config), "configuration");
    check(kokoro_config_set_model(config, "builtin"), "model");
    kokoro_synthesizer *synthesizer;
    check(kokoro_config_build(config, &synthesizer), "load");
    kokoro_cancel_token *token;
    check(kokoro_cancel_token_new(&token), "token");
    kokoro_request *request;
    check(kokoro_request_new(book, SENTENCES * (sizeof sentence - 1), &request), "request");
    check(kokoro_request_set_cancel_token(request, token), "token");
    free(book); /* was copied */

    struct reader reader = {synthesizer, request, KOKORO_OK};
    pthread_t thread;
    if (pthread_create(&thread, NULL, read_aloud, &reader) != 0) {
        return EXIT_FAILURE;
    }
    struct timespec moment = {0, 50 * 1000 * 1000};
    nanosleep(&moment, NULL);
    check(kokoro_cancel_token_cancel(token), "cancel");
    pthread_join(thread, NULL);
    printf("%s\n", kokoro_status_name(reader.status));

    kokoro_cancel_token_free(token);
    kokoro_request_free(request);
    kokoro_synthesizer_free(synthesizer);
    return reader.status == KOKORO_CANCELLED ? EXIT_SUCCESS : EXIT_FAILURE;
}
