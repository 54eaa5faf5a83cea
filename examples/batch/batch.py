"""Speak a folder of texts on many machines: one synthesizer in each worker process of a Ray cluster.

    python batch.py TEXTS SPEECH --workers 2

Every `NAME.txt` below TEXTS becomes `NAME.wav` below SPEECH, and beside it `NAME.json` says what was made of what. What
is there already, made of the same text in the same way, is not made again, so that a run that was interrupted goes on
where it was. A text that cannot be spoken has an `error` in its `NAME.json`, is counted, and is tried again by the next
run.
"""

import argparse
import os
import pathlib
import sys

import ray
from outcomes import Order, is_done
from speaker import Speaker


def main():
    arguments = parse()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray.init(
        address=arguments.address,
        log_to_driver=False,
        runtime_env={"env_vars": {"ORT_DISABLE_TELEMETRY": "1", "PYTHONPATH": str(pathlib.Path(__file__).parent)}},
    )
    ray.data.DataContext.get_current().enable_progress_bars = sys.stderr.isatty()
    failed = run(arguments)
    sys.exit(1 if failed else 0)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=pathlib.Path, help="folder that every worker can read")
    parser.add_argument("speech", type=pathlib.Path, help="folder that every worker can write")
    parser.add_argument("--workers", type=int, default=2, help="processes, each with a model [2]")
    parser.add_argument("--threads", type=int, default=1, help="of each worker; also the cores that Ray gives it [1]")
    parser.add_argument("--model", default=os.environ.get("KOKORO_MODEL", "auto"), help="[KOKORO_MODEL, else auto]")
    parser.add_argument("--voice")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--address", help="of a cluster, such as auto; without it one is started on this machine")
    return parser.parse_args()


def run(arguments):
    """Speaks what is not there yet, prints a line for each, and gives the number of failures."""
    orders = [
        Order(
            text=str(path.resolve()),
            speech=str((arguments.speech / path.relative_to(arguments.texts)).with_suffix(".wav").resolve()),
            model=arguments.model,
            voice=arguments.voice,
            speed=arguments.speed,
        )
        for path in sorted(arguments.texts.rglob("*.txt"))
    ]
    missing = [order for order in orders if not is_done(order)]
    print(f"{len(orders)} texts, {len(orders) - len(missing)} of them spoken already", flush=True)
    if not missing:
        return 0
    # A block for each text: a worker takes the next when it has finished one, and what is done is reported at once.
    rows = ray.data.from_items([order.row() for order in missing], override_num_blocks=len(missing))
    spoken = rows.map(
        Speaker,
        fn_constructor_kwargs={"model": arguments.model, "threads": arguments.threads},
        compute=ray.data.ActorPoolStrategy(size=min(arguments.workers, len(missing))),
        num_cpus=arguments.threads,
    )
    failed = 0
    for row in spoken.iter_rows():
        failed += row["error"] is not None
        about = row["error"] or f"{row['audio_seconds']:.1f} s of audio in {row['seconds']:.1f} s"
        print(f"{row['text']}: {about}", flush=True)
    print(f"{len(missing) - failed} spoken, {failed} failed", flush=True)
    return failed


if __name__ == "__main__":
    main()
