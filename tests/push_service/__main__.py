"""The push service as a process of its own: ``python -m tests.push_service --port N``; ends on SIGTERM or SIGINT.

Prints one line, ``ready http://127.0.0.1:N``, when it can be asked. See ``control`` for what it can be asked.
"""

import argparse
import signal
import sys

from tests.push_service.service import PushService


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    with PushService(parser.parse_args().port) as service:
        sys.stdout.write(f"ready {service.origin}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
