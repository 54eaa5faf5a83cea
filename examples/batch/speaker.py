"""What a worker process does."""

import os
import pathlib
import time
import wave

import kokoro_rs
from outcomes import Order, part_of, write_record

# Books are longer than what a service takes.
MAX_TEXT_BYTES = 64 << 20


class Speaker:
    """Speaks one text after another; Ray makes one in each worker process."""

    def __init__(self, model, threads):
        # One text at a time with all of the worker's threads. The next one waits in Ray's queue.
        self._synthesizer = kokoro_rs.Synthesizer(model=model, threads=threads, max_text_bytes=MAX_TEXT_BYTES)
        self._synthesizer.warm_up()

    def __call__(self, row):
        order = Order(**row)
        begin = time.monotonic()
        outcome = {"error": None, "audio_seconds": 0.0}
        try:
            content = pathlib.Path(order.text).read_bytes()
            order.record.parent.mkdir(parents=True, exist_ok=True)
            outcome["audio_seconds"] = self._speak(order, content.decode("utf-8"))
            outcome["digest"] = order.digest(content)
            outcome["bytes"] = pathlib.Path(order.speech).stat().st_size
        except (kokoro_rs.KokoroError, OSError, UnicodeDecodeError) as error:
            # One text's fault, whatever it is, is not that of the others. A defect would end the run.
            outcome["error"] = f"{getattr(error, 'kind', type(error).__name__)}: {error}"
        outcome["seconds"] = time.monotonic() - begin
        write_record(order, {**row, **outcome})
        return {
            "text": order.text,
            "error": outcome["error"],
            "audio_seconds": outcome["audio_seconds"],
            "seconds": outcome["seconds"],
            "worker": os.getpid(),
        }

    def _speak(self, order, text):
        """Writes chunk by chunk, so that a book takes no more memory than a page, and puts the whole in place."""
        part = part_of(order.speech)
        rate = self._synthesizer.sample_rate
        samples = 0
        try:
            with (
                self._synthesizer.stream(text, voice=order.voice, speed=order.speed, first_chunk_symbols=0) as chunks,
                wave.open(str(part), "wb") as file,
            ):
                file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
                for chunk in chunks:
                    file.writeframesraw(chunk.pcm16())
                    samples += len(chunk.samples)
            os.replace(part, order.speech)
        finally:
            part.unlink(missing_ok=True)
        return samples / rate
