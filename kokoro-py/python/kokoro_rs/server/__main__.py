"""``python -m kokoro_rs.server``: serves with the settings of the environment."""

from .run import serve

if __name__ == "__main__":
    serve()
