"""``python -m till_proxy`` is ``escarcelle-till``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
