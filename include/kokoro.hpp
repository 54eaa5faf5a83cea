/*
 * Kokoro for C++17: kokoro.h with objects that free themselves, and exceptions.
 *
 * Everything is inline; what is thrown is kokoro::Error. Objects can be moved and not copied; Synthesizer::clone()
 * shares. A moved-from object can be destroyed and assigned to, and everything else with it throws. What a Span or
 * a string_view shows belongs to the object that it came from. kokoro.h says what each function does, which
 * defaults it has and what may be called by several threads.
 */
#ifndef KOKORO_HPP
#define KOKORO_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kokoro.h"

namespace kokoro {

/// A status from 100 on, with the text that belongs to it.
class Error : public std::runtime_error {
public:
    explicit Error(kokoro_status status)
        : std::runtime_error(kokoro_last_error()), status_(status),
          retry_after_seconds_(kokoro_last_retry_after_seconds()) {}

    /// What programs decide by.
    kokoro_status status() const noexcept { return status_; }
    /// The stable name of the status, such as "empty_text".
    const char *name() const noexcept { return kokoro_status_name(status_); }
    /// For KOKORO_BUSY: in how many seconds a place will probably be free.
    double retry_after_seconds() const noexcept { return retry_after_seconds_; }

private:
    kokoro_status status_;
    double retry_after_seconds_;
};

/// Items that belong to another object. Converts to std::span<const T>, where there is one.
template <typename T> class Span {
public:
    using element_type = const T;
    using value_type = T;
    using iterator = const T *;

    constexpr Span() noexcept = default;
    constexpr Span(const T *data, std::size_t size) noexcept : data_(data), size_(size) {}

    constexpr const T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr const T *begin() const noexcept { return data_; }
    constexpr const T *end() const noexcept { return data_ + size_; }
    /// Not checked.
    constexpr const T &operator[](std::size_t index) const { return data_[index]; }

private:
    const T *data_ = nullptr;
    std::size_t size_ = 0;
};

namespace detail {

inline kokoro_status check(kokoro_status status) {
    if (status >= KOKORO_NULL_POINTER) {
        throw Error(status);
    }
    return status;
}

/// For functions that return NULL after an error.
template <typename T> T *check(T *pointer) {
    if (pointer == nullptr) {
        throw Error(kokoro_last_status());
    }
    return pointer;
}

template <auto Free> struct Deleter {
    template <typename T> void operator()(T *handle) const noexcept { Free(handle); }
};

template <typename T, auto Free> using Owner = std::unique_ptr<T, Deleter<Free>>;

using BufferOwner = Owner<kokoro_buffer, kokoro_buffer_free>;

/// The content of a buffer that a function gives.
template <typename Content = std::string, typename Make> std::optional<Content> content(Make make) {
    kokoro_buffer *made = nullptr;
    const kokoro_status status = check(make(&made));
    if (status == KOKORO_ABSENT) {
        return std::nullopt;
    }
    const BufferOwner buffer(made);
    const char *data = check(kokoro_buffer_data(made));
    return Content(data, data + kokoro_buffer_size(made));
}

} // namespace detail

/// Cancels the requests that it was given to, from any thread.
class CancelToken {
public:
    CancelToken() {
        kokoro_cancel_token *token = nullptr;
        detail::check(kokoro_cancel_token_new(&token));
        token_.reset(token);
    }

    void cancel() const { detail::check(kokoro_cancel_token_cancel(token_.get())); }
    bool is_cancelled() const { return kokoro_cancel_token_is_cancelled(token_.get()) != 0; }
    const kokoro_cancel_token *get() const noexcept { return token_.get(); }

private:
    detail::Owner<kokoro_cancel_token, kokoro_cancel_token_free> token_;
};

/// What is to be spoken.
class Request {
public:
    explicit Request(std::string_view text) {
        kokoro_request *request = nullptr;
        detail::check(kokoro_request_new(data(text), text.size(), &request));
        request_.reset(request);
    }

    static Request from_phonemes(std::string_view phonemes) {
        kokoro_request *request = nullptr;
        detail::check(kokoro_request_from_phonemes(data(phonemes), phonemes.size(), &request));
        return Request(request);
    }

    Request &voice(const std::string &voice) { return set(kokoro_request_set_voice, voice.c_str()); }
    Request &language(const std::string &language) {
        return set(kokoro_request_set_language, language.c_str());
    }
    Request &speed(float speed) { return set(kokoro_request_set_speed, speed); }
    Request &seed(std::uint64_t seed) { return set(kokoro_request_set_seed, seed); }
    Request &timeout(double seconds) { return set(kokoro_request_set_timeout, seconds); }
    Request &cancel_token(const CancelToken &token) {
        return set(kokoro_request_set_cancel_token, token.get());
    }
    Request &mode(kokoro_mode mode) { return set(kokoro_request_set_mode, mode); }
    Request &fallback(kokoro_fallback fallback) { return set(kokoro_request_set_fallback, fallback); }
    Request &symbols(kokoro_symbols symbols) { return set(kokoro_request_set_symbols, symbols); }
    Request &pronunciations(std::string_view tsv) {
        return set(kokoro_request_set_pronunciations, data(tsv), tsv.size());
    }
    Request &first_chunk_symbols(std::size_t symbols) {
        return set(kokoro_request_set_first_chunk_symbols, symbols);
    }
    Request &pauses(double clause_seconds, double sentence_seconds, double paragraph_seconds) {
        return set(kokoro_request_set_pauses, clause_seconds, sentence_seconds, paragraph_seconds);
    }
    Request &trim_ends(bool trim) { return set(kokoro_request_set_trim_ends, trim); }
    Request &plain_joins() { return set(kokoro_request_set_plain_joins); }

    const kokoro_request *get() const noexcept { return request_.get(); }

private:
    explicit Request(kokoro_request *request) : request_(request) {}

    /// An empty view may have no pointer.
    static const char *data(std::string_view text) noexcept { return text.data() == nullptr ? "" : text.data(); }

    template <typename Function, typename... Values> Request &set(Function function, Values... values) {
        detail::check(function(request_.get(), values...));
        return *this;
    }

    detail::Owner<kokoro_request, kokoro_request_free> request_;
};

/// Speech that belongs to somebody else: what a callback gets.
class SpeechView {
public:
    explicit SpeechView(const kokoro_speech *speech) noexcept : speech_(speech) {}

    /// One channel of 24,000 samples a second.
    Span<float> samples() const { return list(kokoro_speech_samples); }
    Span<std::int16_t> pcm16() const { return list(kokoro_speech_pcm16); }
    int sample_rate() const noexcept { return KOKORO_SAMPLE_RATE; }
    Span<kokoro_chunk> chunks() const { return list(kokoro_speech_chunks); }
    Span<kokoro_range> unspoken() const { return list(kokoro_speech_unspoken); }
    std::string_view unknown_symbols() const { return detail::check(kokoro_speech_unknown_symbols(speech_)); }
    bool is_last() const noexcept { return kokoro_speech_is_last(speech_) != 0; }

    /// Nothing if the model gives no durations.
    std::optional<Span<kokoro_word>> words() const {
        const kokoro_word *words = nullptr;
        std::size_t count = 0;
        if (detail::check(kokoro_speech_words(speech_, &words, &count)) == KOKORO_ABSENT) {
            return std::nullopt;
        }
        return Span<kokoro_word>(words, count);
    }

    /// Nothing if the model gives no durations.
    std::optional<Span<std::uint32_t>> durations(std::size_t chunk = 0) const {
        const std::uint32_t *frames = nullptr;
        std::size_t count = 0;
        if (detail::check(kokoro_speech_durations(speech_, chunk, &frames, &count)) == KOKORO_ABSENT) {
            return std::nullopt;
        }
        return Span<std::uint32_t>(frames, count);
    }

    std::string_view phonemes(std::size_t chunk = 0) const {
        return detail::check(kokoro_speech_phonemes(speech_, chunk));
    }

    double stat(kokoro_stat stat) const {
        double value = 0;
        detail::check(kokoro_speech_stat(speech_, stat, &value));
        return value;
    }

    std::vector<std::uint8_t> wav(kokoro_wav format = KOKORO_WAV_PCM16) const {
        const auto make = [&](kokoro_buffer **file) { return kokoro_speech_wav(speech_, format, file); };
        return detail::content<std::vector<std::uint8_t>>(make).value();
    }

    void write_wav(const std::string &path, kokoro_wav format = KOKORO_WAV_PCM16) const {
        detail::check(kokoro_speech_write_wav(speech_, path.c_str(), format));
    }

    /// Nothing if the model gives no durations, and for a chunk of a stream.
    std::optional<std::string> srt() const {
        return detail::content([&](kokoro_buffer **text) { return kokoro_speech_srt(speech_, text); });
    }

    /// Nothing if the model gives no durations, and for a chunk of a stream.
    std::optional<std::string> webvtt() const {
        return detail::content([&](kokoro_buffer **text) { return kokoro_speech_webvtt(speech_, text); });
    }

    const kokoro_speech *get() const noexcept { return speech_; }

protected:
    template <typename T> Span<T> list(const T *(*function)(const kokoro_speech *, std::size_t *)) const {
        std::size_t count = 0;
        const T *items = detail::check(function(speech_, &count));
        return Span<T>(items, count);
    }

    const kokoro_speech *speech_;
};

/// Speech: a whole one, or a chunk of a stream.
class Speech : public SpeechView {
public:
    /// Takes a handle over.
    explicit Speech(kokoro_speech *speech) noexcept : SpeechView(speech), owner_(speech) {}

    Speech(Speech &&other) noexcept
        : SpeechView(std::exchange(other.speech_, nullptr)), owner_(std::move(other.owner_)) {}
    Speech &operator=(Speech &&other) noexcept {
        owner_ = std::move(other.owner_);
        speech_ = std::exchange(other.speech_, nullptr);
        return *this;
    }
    Speech(const Speech &) = delete;
    Speech &operator=(const Speech &) = delete;

private:
    detail::Owner<kokoro_speech, kokoro_speech_free> owner_;
};

/// Speech while it is made: a range of Speech, to be gone through once.
class Stream {
public:
    /// Takes a handle over.
    explicit Stream(kokoro_stream *stream) noexcept : stream_(stream) {}

    /// Waits for the next chunk. Nothing after the last one.
    std::optional<Speech> next() {
        kokoro_speech *chunk = nullptr;
        if (detail::check(kokoro_stream_next(stream_.get(), &chunk)) == KOKORO_DONE) {
            return std::nullopt;
        }
        return Speech(chunk);
    }

    /// Waits for all that is left.
    Speech collect() {
        kokoro_speech *speech = nullptr;
        if (detail::check(kokoro_stream_collect(stream_.get(), &speech)) == KOKORO_ABSENT) {
            throw std::logic_error("the stream was collected before");
        }
        return Speech(speech);
    }

    /// Ends it, from any thread.
    void cancel() const { detail::check(kokoro_stream_cancel(stream_.get())); }

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Speech;
        using difference_type = std::ptrdiff_t;
        using pointer = Speech *;
        using reference = Speech &;

        Iterator() = default;
        explicit Iterator(Stream &stream) : stream_(&stream) { ++*this; }
        Speech &operator*() { return *chunk_; }
        Speech *operator->() { return &*chunk_; }
        Iterator &operator++() {
            chunk_ = stream_->next();
            return *this;
        }
        bool operator==(const Iterator &other) const { return chunk_.has_value() == other.chunk_.has_value(); }
        bool operator!=(const Iterator &other) const { return !(*this == other); }

    private:
        Stream *stream_ = nullptr;
        std::optional<Speech> chunk_;
    };

    Iterator begin() { return Iterator(*this); }
    Iterator end() { return {}; }

private:
    detail::Owner<kokoro_stream, kokoro_stream_free> stream_;
};

/// A loaded model with its voices; any number of threads may use it at once.
class Synthesizer {
public:
    /// Takes a handle over.
    explicit Synthesizer(kokoro_synthesizer *synthesizer) noexcept : synthesizer_(synthesizer) {}

    /// The one of this process, configured by environment variables.
    static Synthesizer global() {
        kokoro_synthesizer *synthesizer = nullptr;
        detail::check(kokoro_synthesizer_global(&synthesizer));
        return Synthesizer(synthesizer);
    }

    /// The same synthesizer once more.
    Synthesizer clone() const {
        kokoro_synthesizer *clone = nullptr;
        detail::check(kokoro_synthesizer_clone(get(), &clone));
        return Synthesizer(clone);
    }

    Speech speak(const Request &request) const {
        kokoro_speech *speech = nullptr;
        detail::check(kokoro_synthesizer_speak(get(), request.get(), &speech));
        return Speech(speech);
    }

    /// Calls `callback` with a SpeechView of every chunk as it is made. If it returns false, it stops; if it
    /// returns nothing, it goes on. What it throws stops it and is thrown here. True if all was spoken.
    template <typename Callback> bool speak(const Request &request, Callback &&callback) const {
        using Function = std::remove_reference_t<Callback>;
        struct Call {
            Function *callback;
            std::exception_ptr thrown;
        } call = {std::addressof(callback), nullptr};
        const auto take = [](void *user_data, const kokoro_speech *chunk) -> std::int32_t {
            Call &call = *static_cast<Call *>(user_data);
            try {
                if constexpr (std::is_void_v<std::invoke_result_t<Function &, SpeechView>>) {
                    (*call.callback)(SpeechView(chunk));
                    return 0;
                } else {
                    return !(*call.callback)(SpeechView(chunk));
                }
            } catch (...) {
                call.thrown = std::current_exception();
                return 1;
            }
        };
        const kokoro_status status = kokoro_synthesizer_speak_to(get(), request.get(), take, &call);
        if (call.thrown) {
            std::rethrow_exception(call.thrown);
        }
        return detail::check(status) == KOKORO_OK;
    }

    Stream stream(const Request &request) const {
        kokoro_stream *stream = nullptr;
        detail::check(kokoro_synthesizer_stream(get(), request.get(), &stream));
        return Stream(stream);
    }

    std::string phonemize(const Request &request) const {
        const auto make = [&](kokoro_buffer **text) {
            return kokoro_synthesizer_phonemize(get(), request.get(), text);
        };
        return detail::content(make).value();
    }

    /// They are valid as long as any of the clones.
    Span<kokoro_voice> voices() const {
        std::size_t count = 0;
        const kokoro_voice *voices = detail::check(kokoro_synthesizer_voices(get(), &count));
        return Span<kokoro_voice>(voices, count);
    }

    std::string metrics() const {
        return detail::content([&](kokoro_buffer **text) { return kokoro_synthesizer_metrics(get(), text); }).value();
    }

    void warm_up() const { detail::check(kokoro_synthesizer_warm_up(get())); }

    /// True if no request was cut short.
    bool shut_down(double drain_seconds) const {
        return detail::check(kokoro_synthesizer_shut_down(get(), drain_seconds)) == KOKORO_OK;
    }

    const kokoro_synthesizer *get() const noexcept { return synthesizer_.get(); }

private:
    detail::Owner<kokoro_synthesizer, kokoro_synthesizer_free> synthesizer_;
};

/// How a synthesizer is to be.
class Config {
public:
    Config() : Config(kokoro_config_new) {}

    /// By the environment variables KOKORO_MODEL and so on.
    static Config from_environment() { return Config(kokoro_config_from_environment); }

    Config &model(const std::string &model) { return set(kokoro_config_set_model, model.c_str()); }
    Config &voices(const std::string &voices) { return set(kokoro_config_set_voices, voices.c_str()); }
    Config &runtime_library(const std::string &path) {
        return set(kokoro_config_set_runtime_library, path.c_str());
    }
    Config &espeak_library(const std::string &path) {
        return set(kokoro_config_set_espeak_library, path.c_str());
    }
    Config &threads(std::size_t threads) { return set(kokoro_config_set_threads, threads); }
    Config &sessions(std::size_t sessions) { return set(kokoro_config_set_sessions, sessions); }
    Config &spinning(bool spinning) { return set(kokoro_config_set_spinning, spinning); }
    Config &optimization(kokoro_optimization value) { return set(kokoro_config_set_optimization, value); }
    Config &verify(bool verify) { return set(kokoro_config_set_verify, verify); }
    Config &prepared(kokoro_prepared value) { return set(kokoro_config_set_prepared, value); }
    Config &max_text_bytes(std::size_t bytes) { return set(kokoro_config_set_max_text_bytes, bytes); }
    Config &chunk_symbols(std::size_t symbols) { return set(kokoro_config_set_chunk_symbols, symbols); }
    Config &max_requests(std::size_t requests) { return set(kokoro_config_set_max_requests, requests); }
    Config &stream_buffer(std::size_t chunks) { return set(kokoro_config_set_stream_buffer, chunks); }
    Config &g2p_cache_bytes(std::size_t bytes) { return set(kokoro_config_set_g2p_cache_bytes, bytes); }
    Config &mode(kokoro_mode mode) { return set(kokoro_config_set_mode, mode); }
    Config &fallback(kokoro_fallback fallback) { return set(kokoro_config_set_fallback, fallback); }
    Config &symbols(kokoro_symbols symbols) { return set(kokoro_config_set_symbols, symbols); }
    Config &lexicon(std::string_view tsv) {
        return set(kokoro_config_set_lexicon, tsv.data() == nullptr ? "" : tsv.data(), tsv.size());
    }
    Config &load_lexicon(const std::string &path) { return set(kokoro_config_load_lexicon, path.c_str()); }

    /// Loads the model. The configuration is used up.
    Synthesizer build() {
        kokoro_synthesizer *synthesizer = nullptr;
        detail::check(kokoro_config_build(config_.release(), &synthesizer));
        return Synthesizer(synthesizer);
    }

    /// Prepares the model for build() with the same settings, and tells the folder of its files.
    std::string prepare() const {
        return detail::content([&](kokoro_buffer **folder) { return kokoro_config_prepare(config_.get(), folder); })
            .value();
    }

private:
    explicit Config(kokoro_status (*make)(kokoro_config **)) {
        kokoro_config *config = nullptr;
        detail::check(make(&config));
        config_.reset(config);
    }

    template <typename Function, typename... Values> Config &set(Function function, Values... values) {
        detail::check(function(config_.get(), values...));
        return *this;
    }

    detail::Owner<kokoro_config, kokoro_config_free> config_;
};

/// While it lives, the messages of the library go to a function; there is one at a time. It is called by any
/// thread and must not call the library; what it throws is dropped.
class Log {
public:
    using Function = std::function<void(kokoro_log_level level, std::string_view target, std::string_view message)>;

    Log(kokoro_log_level level, Function function) : function_(std::make_unique<Function>(std::move(function))) {
        const auto take = [](void *user_data, std::int32_t level, const char *target, const char *message) {
            try {
                (*static_cast<Function *>(user_data))(static_cast<kokoro_log_level>(level), target, message);
            } catch (...) {
            }
        };
        detail::check(kokoro_set_log_callback(level, take, function_.get()));
    }

    ~Log() { kokoro_set_log_callback(KOKORO_LOG_OFF, nullptr, nullptr); }

    Log(const Log &) = delete;
    Log &operator=(const Log &) = delete;

private:
    std::unique_ptr<Function> function_;
};

/// The phonemes of a text, without a model.
inline std::string phonemize(std::string_view text, const std::string &language) {
    const auto make = [&](kokoro_buffer **phonemes) {
        return kokoro_phonemize(text.data() == nullptr ? "" : text.data(), text.size(), language.c_str(), phonemes);
    };
    return detail::content(make).value();
}

/// Where a published model is on this machine.
inline std::string find_model(const std::string &name) {
    return detail::content([&](kokoro_buffer **path) { return kokoro_find_model(name.c_str(), path); }).value();
}

/// Where published voices are on this machine.
inline std::string find_voices() {
    return detail::content([](kokoro_buffer **path) { return kokoro_find_voices(path); }).value();
}

/// What a synthesizer would use on this machine and what is wrong with it, as JSON. `flags` as for kokoro_doctor().
inline std::string doctor(std::uint32_t flags = 0) {
    return detail::content([&](kokoro_buffer **json) { return kokoro_doctor(flags, json); }).value();
}

} // namespace kokoro

#endif
