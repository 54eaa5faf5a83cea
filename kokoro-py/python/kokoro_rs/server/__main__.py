"""``python -m kokoro_rs.server``: serves with the settings of the environment."""

import sys

from .run import main

if __name__ == "__main__":
    sys.exit(main())
