/* What a program should not do: each mistake has its status, and nothing is lost, leaked or crashed by it. */
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kokoro.h>

#define EXPECT(condition)                                                                         \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, kokoro_last_error()); \
            exit(EXIT_FAILURE);                                                                   \
        }                                                                                         \
    } while (0)

/* Names what came instead. */
#define RETURNS(expected, call)                                                                              \
    do {                                                                                                     \
        kokoro_status status_ = (call);                                                                      \
        if (status_ != (expected)) {                                                                         \
            fprintf(stderr, "%s:%d: %s is %s (%s), not %s\n", __FILE__, __LINE__, #call,                     \
                    kokoro_status_name(status_), kokoro_last_error(), kokoro_status_name(expected));         \
            exit(EXIT_FAILURE);                                                                              \
        }                                                                                                    \
    } while (0)

#define OK(call) RETURNS(KOKORO_OK, call)
#define IS_NULL(call) RETURNS(KOKORO_NULL_POINTER, call)
#define INVALID(call) RETURNS(KOKORO_INVALID_HANDLE, call)
#define WRONG(call) RETURNS(KOKORO_INVALID_ARGUMENT, call)

static const char LONG_TEXT[] = "The bus stops in front of the school.\nThe old bridge was destroyed by fire.\n"
                                "Her father works in a large bank.\nThe cat sleeps under the chair.\n"
                                "We should buy some bread and milk, please.\nNobody knows where they are hiding.";

static kokoro_config *configuration(void)
{
    kokoro_config *config;
    OK(kokoro_config_new(&config));
    OK(kokoro_config_set_model(config, "builtin"));
    OK(kokoro_config_set_chunk_symbols(config, 40));
    OK(kokoro_config_set_threads(config, 1));
    return config;
}

static kokoro_synthesizer *build(void)
{
    kokoro_synthesizer *synthesizer;
    OK(kokoro_config_build(configuration(), &synthesizer));
    return synthesizer;
}

static kokoro_request *request_of(const char *text)
{
    kokoro_request *request;
    OK(kokoro_request_new(text, KOKORO_NUL_TERMINATED, &request));
    return request;
}

static void null_everywhere(const kokoro_synthesizer *synthesizer)
{
    kokoro_config *config = configuration();
    kokoro_request *request = request_of("Hello.");
    kokoro_cancel_token *token;
    OK(kokoro_cancel_token_new(&token));
    kokoro_speech *speech;
    OK(kokoro_synthesizer_speak(synthesizer, request, &speech));
    kokoro_stream *stream;
    OK(kokoro_synthesizer_stream(synthesizer, request, &stream));
    kokoro_buffer *buffer;
    kokoro_synthesizer *other = NULL;
    size_t count;
    double value;
    const kokoro_word *words;
    const uint32_t *frames;

    IS_NULL(kokoro_config_new(NULL));
    IS_NULL(kokoro_config_from_environment(NULL));
    IS_NULL(kokoro_config_set_model(NULL, "builtin"));
    IS_NULL(kokoro_config_set_model(config, NULL));
    IS_NULL(kokoro_config_set_voices(NULL, "x"));
    IS_NULL(kokoro_config_set_voices(config, NULL));
    IS_NULL(kokoro_config_set_runtime_library(NULL, "x"));
    IS_NULL(kokoro_config_set_runtime_library(config, NULL));
    IS_NULL(kokoro_config_set_espeak_library(NULL, "x"));
    IS_NULL(kokoro_config_set_espeak_library(config, NULL));
    IS_NULL(kokoro_config_set_threads(NULL, 1));
    IS_NULL(kokoro_config_set_sessions(NULL, 1));
    IS_NULL(kokoro_config_set_spinning(NULL, 1));
    IS_NULL(kokoro_config_set_optimization(NULL, 0));
    IS_NULL(kokoro_config_set_verify(NULL, 0));
    IS_NULL(kokoro_config_set_prepared(NULL, 0));
    IS_NULL(kokoro_config_set_max_text_bytes(NULL, 1));
    IS_NULL(kokoro_config_set_chunk_symbols(NULL, 1));
    IS_NULL(kokoro_config_set_max_requests(NULL, 1));
    IS_NULL(kokoro_config_set_stream_buffer(NULL, 1));
    IS_NULL(kokoro_config_set_g2p_cache_bytes(NULL, 0));
    IS_NULL(kokoro_config_set_mode(NULL, 0));
    IS_NULL(kokoro_config_set_fallback(NULL, 0));
    IS_NULL(kokoro_config_set_symbols(NULL, 0));
    IS_NULL(kokoro_config_set_lexicon(NULL, "", 0));
    IS_NULL(kokoro_config_set_lexicon(config, NULL, 0));
    IS_NULL(kokoro_config_load_lexicon(NULL, "x"));
    IS_NULL(kokoro_config_load_lexicon(config, NULL));
    IS_NULL(kokoro_config_build(NULL, &other));
    EXPECT(other == NULL);
    IS_NULL(kokoro_config_prepare(NULL, &buffer));
    IS_NULL(kokoro_config_prepare(config, NULL));
    OK(kokoro_config_free(NULL));

    IS_NULL(kokoro_synthesizer_global(NULL));
    IS_NULL(kokoro_synthesizer_clone(NULL, &other));
    IS_NULL(kokoro_synthesizer_clone(synthesizer, NULL));
    kokoro_speech *nothing = speech;
    IS_NULL(kokoro_synthesizer_speak(NULL, request, &nothing));
    EXPECT(nothing == NULL);
    IS_NULL(kokoro_synthesizer_speak(synthesizer, NULL, &nothing));
    IS_NULL(kokoro_synthesizer_speak(synthesizer, request, NULL));
    kokoro_stream *none;
    IS_NULL(kokoro_synthesizer_stream(NULL, request, &none));
    IS_NULL(kokoro_synthesizer_stream(synthesizer, NULL, &none));
    IS_NULL(kokoro_synthesizer_stream(synthesizer, request, NULL));
    IS_NULL(kokoro_synthesizer_speak_to(synthesizer, request, NULL, NULL));
    IS_NULL(kokoro_synthesizer_warm_up(NULL));
    IS_NULL(kokoro_synthesizer_phonemize(NULL, request, &buffer));
    IS_NULL(kokoro_synthesizer_phonemize(synthesizer, NULL, &buffer));
    IS_NULL(kokoro_synthesizer_phonemize(synthesizer, request, NULL));
    IS_NULL(kokoro_synthesizer_metrics(NULL, &buffer));
    IS_NULL(kokoro_synthesizer_metrics(synthesizer, NULL));
    IS_NULL(kokoro_synthesizer_shut_down(NULL, 0));
    OK(kokoro_synthesizer_free(NULL));
    EXPECT(kokoro_synthesizer_voices(NULL, &count) == NULL);
    EXPECT(kokoro_synthesizer_voices(synthesizer, NULL) == NULL);

    IS_NULL(kokoro_cancel_token_new(NULL));
    IS_NULL(kokoro_cancel_token_cancel(NULL));
    EXPECT(kokoro_cancel_token_is_cancelled(NULL) == 0);
    OK(kokoro_cancel_token_free(NULL));

    kokoro_request *made;
    IS_NULL(kokoro_request_new(NULL, 0, &made));
    EXPECT(made == NULL);
    IS_NULL(kokoro_request_new("x", 1, NULL));
    IS_NULL(kokoro_request_from_phonemes(NULL, KOKORO_NUL_TERMINATED, &made));
    IS_NULL(kokoro_request_from_phonemes("x", 1, NULL));
    IS_NULL(kokoro_request_set_voice(NULL, "x"));
    IS_NULL(kokoro_request_set_voice(request, NULL));
    IS_NULL(kokoro_request_set_language(NULL, "a"));
    IS_NULL(kokoro_request_set_language(request, NULL));
    IS_NULL(kokoro_request_set_speed(NULL, 1));
    IS_NULL(kokoro_request_set_seed(NULL, 1));
    IS_NULL(kokoro_request_set_timeout(NULL, 1));
    IS_NULL(kokoro_request_set_cancel_token(NULL, token));
    IS_NULL(kokoro_request_set_cancel_token(request, NULL));
    IS_NULL(kokoro_request_set_mode(NULL, 0));
    IS_NULL(kokoro_request_set_fallback(NULL, 0));
    IS_NULL(kokoro_request_set_symbols(NULL, 0));
    IS_NULL(kokoro_request_set_pronunciations(NULL, "", 0));
    IS_NULL(kokoro_request_set_pronunciations(request, NULL, 0));
    IS_NULL(kokoro_request_set_first_chunk_symbols(NULL, 0));
    IS_NULL(kokoro_request_set_pauses(NULL, 0, 0, 0));
    IS_NULL(kokoro_request_set_trim_ends(NULL, 0));
    IS_NULL(kokoro_request_set_plain_joins(NULL));
    OK(kokoro_request_free(NULL));

    IS_NULL(kokoro_stream_next(NULL, &nothing));
    IS_NULL(kokoro_stream_next(stream, NULL));
    IS_NULL(kokoro_stream_collect(NULL, &nothing));
    IS_NULL(kokoro_stream_collect(stream, NULL));
    IS_NULL(kokoro_stream_cancel(NULL));
    OK(kokoro_stream_free(NULL));

    EXPECT(kokoro_speech_samples(NULL, &count) == NULL);
    EXPECT(kokoro_speech_samples(speech, NULL) == NULL);
    EXPECT(kokoro_speech_pcm16(NULL, &count) == NULL);
    EXPECT(kokoro_speech_pcm16(speech, NULL) == NULL);
    EXPECT(kokoro_speech_sample_rate(NULL) == 0);
    IS_NULL(kokoro_speech_words(NULL, &words, &count));
    IS_NULL(kokoro_speech_words(speech, NULL, &count));
    IS_NULL(kokoro_speech_words(speech, &words, NULL));
    EXPECT(kokoro_speech_chunks(NULL, &count) == NULL);
    EXPECT(kokoro_speech_chunks(speech, NULL) == NULL);
    EXPECT(kokoro_speech_phonemes(NULL, 0) == NULL);
    IS_NULL(kokoro_speech_durations(NULL, 0, &frames, &count));
    IS_NULL(kokoro_speech_durations(speech, 0, NULL, &count));
    IS_NULL(kokoro_speech_durations(speech, 0, &frames, NULL));
    EXPECT(kokoro_speech_is_last(NULL) == 0);
    IS_NULL(kokoro_speech_stat(NULL, 0, &value));
    IS_NULL(kokoro_speech_stat(speech, 0, NULL));
    EXPECT(kokoro_speech_unspoken(NULL, &count) == NULL);
    EXPECT(kokoro_speech_unspoken(speech, NULL) == NULL);
    EXPECT(kokoro_speech_unknown_symbols(NULL) == NULL);
    IS_NULL(kokoro_speech_wav(NULL, 0, &buffer));
    IS_NULL(kokoro_speech_wav(speech, 0, NULL));
    IS_NULL(kokoro_speech_write_wav(NULL, "x", 0));
    IS_NULL(kokoro_speech_write_wav(speech, NULL, 0));
    IS_NULL(kokoro_speech_srt(NULL, &buffer));
    IS_NULL(kokoro_speech_srt(speech, NULL));
    IS_NULL(kokoro_speech_webvtt(NULL, &buffer));
    IS_NULL(kokoro_speech_webvtt(speech, NULL));
    OK(kokoro_speech_free(NULL));

    EXPECT(kokoro_buffer_data(NULL) == NULL);
    EXPECT(kokoro_buffer_size(NULL) == 0);
    OK(kokoro_buffer_free(NULL));
    IS_NULL(kokoro_phonemize(NULL, 0, "a", &buffer));
    IS_NULL(kokoro_phonemize("x", 1, NULL, &buffer));
    IS_NULL(kokoro_phonemize("x", 1, "a", NULL));
    IS_NULL(kokoro_find_model(NULL, &buffer));
    IS_NULL(kokoro_find_model("auto", NULL));
    IS_NULL(kokoro_find_voices(NULL));
    IS_NULL(kokoro_doctor(0, NULL));
    OK(kokoro_set_log_callback(KOKORO_LOG_TRACE, NULL, NULL));
    EXPECT(strcmp(kokoro_status_name(-1), "unknown") == 0);

    OK(kokoro_config_free(config));
    OK(kokoro_speech_free(speech));
    OK(kokoro_stream_free(stream));
    OK(kokoro_cancel_token_free(token));
    OK(kokoro_request_free(request));
}

static void handles(const kokoro_synthesizer *synthesizer)
{
    /* Used up by building, also where that fails. */
    kokoro_config *config = configuration();
    kokoro_synthesizer *built;
    OK(kokoro_config_build(config, &built));
    OK(kokoro_synthesizer_free(built));
    INVALID(kokoro_config_build(config, &built));
    EXPECT(built == NULL);
    INVALID(kokoro_config_set_threads(config, 1));
    INVALID(kokoro_config_free(config));
    config = configuration();
    OK(kokoro_config_set_sessions(config, 0));
    RETURNS(KOKORO_INVALID_CONFIG, kokoro_config_build(config, &built));
    EXPECT(strstr(kokoro_last_error(), "sessions = 0") != NULL);
    INVALID(kokoro_config_free(config));
    config = configuration();
    IS_NULL(kokoro_config_build(config, NULL));
    INVALID(kokoro_config_free(config));
    OK(kokoro_config_new(&config));
    RETURNS(KOKORO_INVALID_CONFIG, kokoro_config_build(config, &built));

    /* Of another type, made up, freed twice. */
    kokoro_request *request = request_of("Hello.");
    kokoro_speech *speech;
    INVALID(kokoro_synthesizer_speak((const kokoro_synthesizer *)(const void *)request, request, &speech));
    EXPECT(strstr(kokoro_last_error(), "kokoro_request was passed in place of a kokoro_synthesizer") != NULL);
    INVALID(kokoro_synthesizer_speak(synthesizer, (const kokoro_request *)(const void *)synthesizer, &speech));
    INVALID(kokoro_speech_free((kokoro_speech *)(void *)request));
    static const uintptr_t made_up[] = {1, 2, 4095, 4096, UINTPTR_MAX, UINTPTR_MAX / 2};
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
        INVALID(kokoro_request_free((kokoro_request *)made_up[i]));
    }
    int on_the_stack;
    INVALID(kokoro_request_set_seed((kokoro_request *)(void *)&on_the_stack, 1));
    OK(kokoro_request_free(request));
    INVALID(kokoro_request_free(request));
    INVALID(kokoro_request_set_voice(request, "af_heart"));
    INVALID(kokoro_synthesizer_speak(synthesizer, request, &speech));
}

static void arguments(const kokoro_synthesizer *synthesizer)
{
    kokoro_config *config = configuration();
    static const int32_t numbers[] = {-1, 100, INT32_MAX, INT32_MIN};
    kokoro_request *request = request_of("Hello.");
    kokoro_speech *speech;
    OK(kokoro_synthesizer_speak(synthesizer, request, &speech));
    kokoro_buffer *buffer;
    double value;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        WRONG(kokoro_config_set_optimization(config, numbers[i]));
        WRONG(kokoro_config_set_prepared(config, numbers[i]));
        WRONG(kokoro_config_set_mode(config, numbers[i]));
        WRONG(kokoro_config_set_fallback(config, numbers[i]));
        WRONG(kokoro_config_set_symbols(config, numbers[i]));
        WRONG(kokoro_request_set_mode(request, numbers[i]));
        WRONG(kokoro_request_set_fallback(request, numbers[i]));
        WRONG(kokoro_request_set_symbols(request, numbers[i]));
        WRONG(kokoro_speech_stat(speech, numbers[i], &value));
        WRONG(kokoro_speech_wav(speech, numbers[i], &buffer));
        WRONG(kokoro_speech_write_wav(speech, "/nowhere", numbers[i]));
        WRONG(kokoro_doctor((uint32_t)numbers[i], &buffer));
        WRONG(kokoro_set_log_callback(numbers[i], NULL, NULL));
    }
    const double times[] = {-1.0, 1e300, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        WRONG(kokoro_request_set_timeout(request, times[i]));
        WRONG(kokoro_request_set_pauses(request, 0.1, times[i], 0.1));
        WRONG(kokoro_synthesizer_shut_down(synthesizer, times[i]));
    }
    EXPECT(kokoro_speech_phonemes(speech, 99) == NULL && kokoro_last_status() == KOKORO_INVALID_ARGUMENT);
    size_t count;
    const uint32_t *frames;
    WRONG(kokoro_speech_durations(speech, SIZE_MAX, &frames, &count));
    EXPECT(frames == NULL && count == 0);
    kokoro_request *huge;
    WRONG(kokoro_request_new("x", SIZE_MAX / 2 + 1, &huge));
    EXPECT(huge == NULL);

    RETURNS(KOKORO_IO, kokoro_speech_write_wav(speech, "/no/such/folder/x.wav", KOKORO_WAV_PCM16));
    RETURNS(KOKORO_UNKNOWN_LANGUAGE, kokoro_request_set_language(request, "tlh"));
    RETURNS(KOKORO_INVALID_LEXICON, kokoro_request_set_pronunciations(request, "x", 1));
    OK(kokoro_request_set_speed(request, NAN));
    kokoro_speech *none;
    RETURNS(KOKORO_INVALID_SPEED, kokoro_synthesizer_speak(synthesizer, request, &none));
    EXPECT(none == NULL);
    OK(kokoro_request_set_speed(request, 1));
    OK(kokoro_request_set_voice(request, "nobody"));
    RETURNS(KOKORO_UNKNOWN_VOICE, kokoro_synthesizer_speak(synthesizer, request, &none));
    OK(kokoro_request_set_voice(request, "a*"));
    RETURNS(KOKORO_INVALID_VOICE_NAME, kokoro_synthesizer_speak(synthesizer, request, &none));
    const kokoro_voice *voices = kokoro_synthesizer_voices(synthesizer, &count);
    EXPECT(voices != NULL && count > 0);
    OK(kokoro_request_set_voice(request, voices[0].name));
    OK(kokoro_request_set_timeout(request, 0));
    RETURNS(KOKORO_TIMEOUT, kokoro_synthesizer_speak(synthesizer, request, &none));
    OK(kokoro_request_free(request));
    OK(kokoro_speech_free(speech));
    RETURNS(KOKORO_IO, kokoro_config_load_lexicon(config, "/no/such/file.tsv"));
    OK(kokoro_config_free(config));
}

static kokoro_status speak(const kokoro_synthesizer *synthesizer, const char *text, size_t bytes)
{
    kokoro_request *request;
    kokoro_speech *speech = NULL;
    kokoro_status status = kokoro_request_new(text, bytes, &request);
    if (status == KOKORO_OK) {
        status = kokoro_synthesizer_speak(synthesizer, request, &speech);
    }
    kokoro_speech_free(speech);
    kokoro_request_free(request);
    return status;
}

static void texts(const kokoro_synthesizer *synthesizer)
{
    enum { MEGABYTE = 1 << 20 };
    unsigned char *text = malloc(MEGABYTE + 1);
    EXPECT(text != NULL);
    uint32_t random = 1;
    for (size_t i = 0; i < MEGABYTE; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = (unsigned char)(random >> 24);
    }
    RETURNS(KOKORO_INVALID_UTF8, speak(synthesizer, (const char *)text, MEGABYTE));
    for (size_t i = 0; i < MEGABYTE; i++) {
        text[i] &= 0x7F; /* UTF-8 of all control characters and signs */
    }
    text[MEGABYTE] = 'x';
    RETURNS(KOKORO_TEXT_TOO_LONG, speak(synthesizer, (const char *)text, MEGABYTE + 1));
    kokoro_request *request;
    enum { PART = 1 << 14 };
    OK(kokoro_request_new((const char *)text, PART, &request));
    kokoro_buffer *phonemes;
    OK(kokoro_synthesizer_phonemize(synthesizer, request, &phonemes));
    EXPECT(kokoro_buffer_size(phonemes) > PART / 4);
    OK(kokoro_buffer_free(phonemes));
    OK(kokoro_request_free(request));
    OK(kokoro_request_new((const char *)text, MEGABYTE, &request));
    kokoro_stream *stream;
    OK(kokoro_synthesizer_stream(synthesizer, request, &stream));
    kokoro_speech *chunk;
    OK(kokoro_stream_next(stream, &chunk));
    OK(kokoro_speech_free(chunk));
    OK(kokoro_stream_free(stream));
    OK(kokoro_request_free(request));
    free(text);

    RETURNS(KOKORO_EMPTY_TEXT, speak(synthesizer, "", 0));
    RETURNS(KOKORO_EMPTY_TEXT, speak(synthesizer, " \n", 2));
    RETURNS(KOKORO_NOTHING_TO_SPEAK, speak(synthesizer, "[pause:1s]", KOKORO_NUL_TERMINATED));
    OK(speak(synthesizer, "one\0two", 7));
    RETURNS(KOKORO_INVALID_UTF8, speak(synthesizer, "caf\xE9", KOKORO_NUL_TERMINATED));
    RETURNS(KOKORO_INVALID_UTF8, speak(synthesizer, "\xED\xA0\x80", 3)); /* half of a pair in UTF-16 */
}

/* Each of the five is freed at every place in the order. */
static void orders(const kokoro_synthesizer *synthesizer)
{
    for (int order = 0; order < 120; order++) {
        kokoro_synthesizer *clone;
        OK(kokoro_synthesizer_clone(synthesizer, &clone));
        kokoro_request *request = request_of(LONG_TEXT);
        kokoro_cancel_token *token;
        OK(kokoro_cancel_token_new(&token));
        OK(kokoro_request_set_cancel_token(request, token));
        kokoro_stream *stream;
        OK(kokoro_synthesizer_stream(clone, request, &stream));
        kokoro_speech *chunk;
        OK(kokoro_stream_next(stream, &chunk));
        int left[] = {0, 1, 2, 3, 4};
        int digits = order;
        for (int n = 5; n > 0; n--) {
            int chosen = digits % n;
            digits /= n;
            switch (left[chosen]) {
            case 0: OK(kokoro_synthesizer_free(clone)); break;
            case 1: OK(kokoro_request_free(request)); break;
            case 2: OK(kokoro_cancel_token_free(token)); break;
            case 3: OK(kokoro_stream_free(stream)); break;
            case 4: OK(kokoro_speech_free(chunk)); break;
            }
            left[chosen] = left[n - 1];
        }
        INVALID(kokoro_stream_next(stream, &chunk));
    }
}

static void cancelling(const kokoro_synthesizer *synthesizer)
{
    /* The stream needs neither its request nor the handle of the token. */
    kokoro_request *request = request_of(LONG_TEXT);
    kokoro_cancel_token *token;
    OK(kokoro_cancel_token_new(&token));
    OK(kokoro_request_set_cancel_token(request, token));
    kokoro_stream *by_token, *by_itself, *other;
    OK(kokoro_synthesizer_stream(synthesizer, request, &by_itself));
    OK(kokoro_synthesizer_stream(synthesizer, request, &by_token));
    OK(kokoro_request_free(request));
    OK(kokoro_stream_cancel(by_itself));
    kokoro_speech *chunk;
    kokoro_status status;
    while ((status = kokoro_stream_next(by_itself, &chunk)) == KOKORO_OK) {
        OK(kokoro_speech_free(chunk));
    }
    RETURNS(KOKORO_CANCELLED, status);
    EXPECT(chunk == NULL);
    RETURNS(KOKORO_DONE, kokoro_stream_next(by_itself, &chunk));
    OK(kokoro_stream_next(by_token, &chunk));
    OK(kokoro_speech_free(chunk));
    EXPECT(!kokoro_cancel_token_is_cancelled(token));
    OK(kokoro_cancel_token_cancel(token));
    OK(kokoro_cancel_token_cancel(token));
    EXPECT(kokoro_cancel_token_is_cancelled(token));
    while ((status = kokoro_stream_next(by_token, &chunk)) == KOKORO_OK) {
        OK(kokoro_speech_free(chunk));
    }
    RETURNS(KOKORO_CANCELLED, status);
    request = request_of("Too late.");
    OK(kokoro_request_set_cancel_token(request, token));
    OK(kokoro_cancel_token_free(token));
    INVALID(kokoro_cancel_token_cancel(token));
    RETURNS(KOKORO_CANCELLED, kokoro_synthesizer_stream(synthesizer, request, &other));
    RETURNS(KOKORO_CANCELLED, kokoro_synthesizer_speak(synthesizer, request, &chunk));
    OK(kokoro_request_free(request));
    OK(kokoro_stream_free(by_itself));
    INVALID(kokoro_stream_cancel(by_itself));
    OK(kokoro_stream_free(by_token));

    /* What is left is collected once. */
    request = request_of(LONG_TEXT);
    OK(kokoro_synthesizer_stream(synthesizer, request, &other));
    OK(kokoro_stream_next(other, &chunk));
    kokoro_speech *rest;
    OK(kokoro_stream_collect(other, &rest));
    kokoro_buffer *srt;
    RETURNS(KOKORO_ABSENT, kokoro_speech_srt(chunk, &srt));
    EXPECT(srt == NULL);
    OK(kokoro_speech_srt(rest, &srt));
    OK(kokoro_speech_free(rest));
    RETURNS(KOKORO_ABSENT, kokoro_stream_collect(other, &rest));
    EXPECT(rest == NULL);
    RETURNS(KOKORO_DONE, kokoro_stream_next(other, &rest));
    OK(kokoro_speech_free(chunk));
    OK(kokoro_stream_free(other));
    OK(kokoro_request_free(request));
    OK(kokoro_buffer_free(srt));
    EXPECT(kokoro_buffer_data(srt) == NULL);
}

struct visit {
    const kokoro_synthesizer *synthesizer;
    kokoro_synthesizer *clone;
    kokoro_request *request;
    const kokoro_speech *last;
    int calls;
};

static int32_t stop_at_once(void *user_data, const kokoro_speech *chunk)
{
    struct visit *visit = user_data;
    visit->calls += 1;
    visit->last = chunk;
    return 7;
}

static int32_t call_back(void *user_data, const kokoro_speech *chunk)
{
    struct visit *visit = user_data;
    if (visit->calls++ == 0) {
        /* The ground is taken away, and more is asked for from within. */
        OK(kokoro_synthesizer_free(visit->clone));
        OK(kokoro_request_free(visit->request));
        OK(speak(visit->synthesizer, "From within.", KOKORO_NUL_TERMINATED));
        kokoro_request *request = request_of(LONG_TEXT);
        struct visit inner = {visit->synthesizer, NULL, NULL, NULL, 0};
        RETURNS(KOKORO_STOPPED, kokoro_synthesizer_speak_to(visit->synthesizer, request, stop_at_once, &inner));
        EXPECT(inner.calls == 1);
        OK(kokoro_request_free(request));
        kokoro_speech *none;
        RETURNS(KOKORO_EMPTY_TEXT, speak(visit->synthesizer, "", 0));
        INVALID(kokoro_synthesizer_speak(visit->clone, visit->request, &none));
    }
    size_t count;
    EXPECT(kokoro_speech_samples(chunk, &count) != NULL && count > 0);
    double remaining;
    OK(kokoro_speech_stat(chunk, KOKORO_STAT_REMAINING_SECONDS, &remaining));
    if (visit->calls == 2) {
        OK(kokoro_speech_free((kokoro_speech *)(uintptr_t)chunk));
    }
    return 0;
}

static void callbacks(const kokoro_synthesizer *synthesizer)
{
    struct visit visit = {synthesizer, NULL, request_of(LONG_TEXT), NULL, 0};
    RETURNS(KOKORO_STOPPED, kokoro_synthesizer_speak_to(synthesizer, visit.request, stop_at_once, &visit));
    EXPECT(visit.calls == 1);
    size_t count;
    EXPECT(kokoro_speech_samples(visit.last, &count) == NULL);
    visit.calls = 0;
    OK(kokoro_synthesizer_clone(synthesizer, &visit.clone));
    OK(kokoro_synthesizer_speak_to(visit.clone, visit.request, call_back, &visit));
    EXPECT(visit.calls >= 4);
}

struct log {
    pthread_mutex_t lock;
    int messages;
    int refused;
};

static void take_message(void *user_data, int32_t level, const char *target, const char *message)
{
    struct log *log = user_data;
    kokoro_request *request;
    kokoro_status status = kokoro_request_new("x", 1, &request);
    kokoro_status ended = kokoro_set_log_callback(KOKORO_LOG_OFF, NULL, NULL);
    pthread_mutex_lock(&log->lock);
    log->messages += level >= KOKORO_LOG_ERROR && level <= KOKORO_LOG_TRACE && target[0] != 0 && message[0] != 0;
    log->refused += status == KOKORO_IN_LOG_CALLBACK && ended == KOKORO_IN_LOG_CALLBACK;
    pthread_mutex_unlock(&log->lock);
}

static void logging(const kokoro_synthesizer *synthesizer)
{
    struct log log = {PTHREAD_MUTEX_INITIALIZER, 0, 0};
    OK(kokoro_set_log_callback(KOKORO_LOG_TRACE, take_message, &log));
    OK(speak(synthesizer, "A sentence.", KOKORO_NUL_TERMINATED));
    kokoro_synthesizer *other = build();
    OK(kokoro_synthesizer_free(other));
    OK(kokoro_set_log_callback(KOKORO_LOG_OFF, take_message, &log));
    EXPECT(log.messages > 0 && log.refused == log.messages);
    int before = log.messages;
    OK(kokoro_synthesizer_free(build()));
    EXPECT(log.messages == before);
}

static void *wait_for_chunks(void *argument)
{
    kokoro_stream *stream = argument;
    kokoro_speech *chunk;
    kokoro_status status;
    do {
        status = kokoro_stream_next(stream, &chunk);
        kokoro_speech_free(chunk);
        if (status == KOKORO_IN_USE) {
            usleep(1000);
        }
    } while (status == KOKORO_OK || status == KOKORO_IN_USE);
    /* Freed below it: before a call, during one, or read to its end. */
    EXPECT(status == KOKORO_INVALID_HANDLE || status == KOKORO_CANCELLED || status == KOKORO_DONE);
    return NULL;
}

static void freed_under_threads(const kokoro_synthesizer *synthesizer)
{
    for (int i = 0; i < 20; i++) {
        kokoro_request *request = request_of(LONG_TEXT);
        kokoro_stream *stream;
        OK(kokoro_synthesizer_stream(synthesizer, request, &stream));
        pthread_t threads[2];
        for (int t = 0; t < 2; t++) {
            EXPECT(pthread_create(&threads[t], NULL, wait_for_chunks, stream) == 0);
        }
        usleep((useconds_t)(i * 300));
        OK(kokoro_stream_free(stream));
        OK(kokoro_request_free(request));
        for (int t = 0; t < 2; t++) {
            pthread_join(threads[t], NULL);
        }
    }
}

static void forked(const kokoro_synthesizer *synthesizer)
{
    pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) {
        kokoro_status status = speak(synthesizer, "Hello.", KOKORO_NUL_TERMINATED);
        /* At once: valgrind would take for lost what belonged to the threads that a child does not have. */
        raise(status == KOKORO_STALE ? SIGKILL : SIGABRT);
    }
    int status;
    EXPECT(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void limits(void)
{
    kokoro_config *config = configuration();
    OK(kokoro_config_set_max_requests(config, 1));
    kokoro_synthesizer *synthesizer;
    OK(kokoro_config_build(config, &synthesizer));
    kokoro_request *request = request_of(LONG_TEXT);
    kokoro_stream *stream;
    OK(kokoro_synthesizer_stream(synthesizer, request, &stream));
    kokoro_speech *speech;
    RETURNS(KOKORO_BUSY, kokoro_synthesizer_speak(synthesizer, request, &speech));
    EXPECT(kokoro_last_retry_after_seconds() >= 0);
    OK(kokoro_stream_free(stream));
    RETURNS(KOKORO_OK, kokoro_synthesizer_shut_down(synthesizer, 5));
    RETURNS(KOKORO_SHUT_DOWN, kokoro_synthesizer_speak(synthesizer, request, &speech));
    OK(kokoro_synthesizer_shut_down(synthesizer, 0));
    OK(kokoro_request_free(request));
    OK(kokoro_synthesizer_free(synthesizer));
}

int main(void)
{
    EXPECT(kokoro_abi_version() == KOKORO_ABI_VERSION);
    EXPECT(strcmp(kokoro_version(), KOKORO_VERSION) == 0);
    EXPECT(kokoro_last_error()[0] == 0 && kokoro_last_status() == KOKORO_OK);
    kokoro_synthesizer *synthesizer = build();
    null_everywhere(synthesizer);
    handles(synthesizer);
    arguments(synthesizer);
    texts(synthesizer);
    orders(synthesizer);
    cancelling(synthesizer);
    callbacks(synthesizer);
    logging(synthesizer);
    freed_under_threads(synthesizer);
    forked(synthesizer);
    limits();
    OK(kokoro_synthesizer_free(synthesizer));
    if (kokoro_handle_count() != 0) {
        fprintf(stderr, "%zu handles are left\n", kokoro_handle_count());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
