"""`python -m kokoro_rs` is the command `kokoro-rs`."""

from __future__ import annotations

import sys

from ._cli import main

sys.exit(main())
